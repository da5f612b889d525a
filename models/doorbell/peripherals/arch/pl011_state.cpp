#include "doorbell/peripherals/arch/pl011_state.h"

#include <algorithm>
#include <array>
#include <utility>

#include "doorbell/peripherals/arch/pl011_registers.h"

namespace doorbell::peripherals {
namespace {

/// UARTIFLS: 1/8, 1/4, 1/2, 3/4, 7/8 of the FIFO; what is reserved is taken as the last.
std::size_t level_of(std::uint64_t selector) {
  constexpr std::array<std::size_t, 5> levels{2, 4, 8, 12, 14};
  return levels[std::min<std::uint64_t>(selector, levels.size() - 1)];
}

constexpr std::uint64_t lowest_byte = 0xFF;

}  // namespace

Pl011State::Pl011State()
    : bank_(pl011_registers()),
      RSR_(bank_.handle("UARTRSR")),
      LCR_H_(bank_.handle("UARTLCR_H")),
      CR_(bank_.handle("UARTCR")),
      IFLS_(bank_.handle("UARTIFLS")),
      IMSC_(bank_.handle("UARTIMSC")),
      RIS_(bank_.handle("UARTRIS")) {
  hook_data();
  hook_control();
  hook_interrupts();
}

std::deque<std::uint16_t> Pl011State::words() const {
  std::deque<std::uint16_t> words;
  for (const Received& received : received_) {
    words.push_back(static_cast<std::uint16_t>(UARTDR::DATA.make(received.character) |
                                               UARTDR::OE.make(received.overrun)));
  }
  return words;
}

void Pl011State::take_words(const std::deque<std::uint16_t>& words) {
  received_.clear();
  for (const std::uint16_t word : words)
    received_.push_back({static_cast<std::uint8_t>(UARTDR::DATA.get(word)), UARTDR::OE.test(word)});
}

void Pl011State::hook_data() {
  bank_.on_read("UARTDR", [this](const RegisterRead& read) {
    return (read.lanes & lowest_byte) != 0 ? read_data() : 0;
  });
  bank_.on_write("UARTDR", [this](const RegisterWrite& write) {
    if ((write.lanes & lowest_byte) != 0) write_data(static_cast<std::uint8_t>(write.written));
  });
  // UARTECR: a write of any value clears the errors.
  bank_.on_write("UARTRSR", [this](const RegisterWrite&) { RSR_.set(0); });
  bank_.on_read("UARTFR", [this](const RegisterRead&) { return flags(); });
}

void Pl011State::hook_control() {
  bank_.on_write("UARTLCR_H", [this](const RegisterWrite& write) {
    if (UARTLCR_H::FEN.get(write.old ^ write.value) == 0) return;
    // DDI 0183, 3.3.8: clearing FEN is how a driver empties the FIFOs.
    transmitted_.clear();
    received_.clear();
    clear(UARTRIS::RXRIS.mask() | UARTRIS::RTRIS.mask());
    tell();
  });
  bank_.on_write("UARTCR", [this](const RegisterWrite& write) {
    CR_.set(write.old);
    const std::uint64_t before = modem_lines();
    CR_.set(write.value);
    change_modem_lines(before);
    tell();
  });
}

void Pl011State::hook_interrupts() {
  bank_.on_write("UARTIMSC", [this](const RegisterWrite&) { tell(); });
  bank_.on_read("UARTMIS", [this](const RegisterRead&) { return masked_interrupts(); });
  bank_.on_write("UARTICR", [this](const RegisterWrite& write) {
    clear(write.written);
    tell();
  });
}

/// UARTLCR_H.FEN = 0 leaves holding registers of one character (DDI 0183, 3.3.7).
unsigned Pl011State::depth() const {
  return UARTLCR_H::FEN.test(LCR_H_.get()) ? fifo_depth : 1;
}

std::size_t Pl011State::transmit_level() const {
  return depth() == 1 ? 0 : level_of(UARTIFLS::TXIFLSEL.get(IFLS_.get()));
}

std::size_t Pl011State::receive_level() const {
  return depth() == 1 ? 1 : level_of(UARTIFLS::RXIFLSEL.get(IFLS_.get()));
}

std::uint64_t Pl011State::flags() const {
  const bool busy = sending_ || !transmitted_.empty();
  return UARTFR::BUSY.make(busy) | UARTFR::RXFE.make(received_.empty()) |
         UARTFR::TXFF.make(transmitted_.size() >= depth()) |
         UARTFR::RXFF.make(received_.size() >= depth()) | UARTFR::TXFE.make(transmitted_.empty()) |
         modem_lines();
}

/// No modem is connected; with LBE set the outputs are the inputs (DDI 0183, 2.4.6).
std::uint64_t Pl011State::modem_lines() const {
  if (!UARTCR::LBE.test(control())) return 0;
  return UARTFR::CTS.make(UARTCR::RTS.get(control())) |
         UARTFR::DSR.make(UARTCR::DTR.get(control())) |
         UARTFR::DCD.make(UARTCR::Out1.get(control())) |
         UARTFR::RI.make(UARTCR::Out2.get(control()));
}

void Pl011State::change_modem_lines(std::uint64_t before) {
  const std::uint64_t changed = before ^ modem_lines();
  raise(UARTRIS::CTSRMIS.make(UARTFR::CTS.get(changed)) |
        UARTRIS::DSRRMIS.make(UARTFR::DSR.get(changed)) |
        UARTRIS::DCDRMIS.make(UARTFR::DCD.get(changed)) |
        UARTRIS::RIRMIS.make(UARTFR::RI.get(changed)));
}

std::uint64_t Pl011State::read_data() {
  if (received_.empty()) return 0;
  const Received first = received_.front();
  received_.pop_front();
  if (received_.size() < receive_level()) clear(UARTRIS::RXRIS.mask());
  if (received_.empty()) clear(UARTRIS::RTRIS.mask());
  tell();
  return UARTDR::DATA.make(first.character) | UARTDR::OE.make(first.overrun);
}

void Pl011State::write_data(std::uint8_t character) {
  if (transmitted_.size() >= depth()) return;  // lost, as it is where software ignores TXFF
  transmitted_.push_back(character);
  if (transmitted_.size() > transmit_level()) clear(UARTRIS::TXRIS.mask());
  tell();
}

std::uint8_t Pl011State::begin_sending() {
  const std::uint8_t character = transmitted_.front();
  transmitted_.pop_front();
  sending_ = true;
  // Raised by a character that leaves, not by a level (DDI 0183, 2.8.2).
  if (transmitted_.size() <= transmit_level()) raise(UARTRIS::TXRIS.mask());
  return character;
}

bool Pl011State::end_sending(std::uint8_t character) {
  sending_ = false;
  if (!UARTCR::LBE.test(control())) return true;
  receive(character);
  return false;
}

/// UARTCR resets to 0x300: RXE is one, but UARTEN isn't, and holds the receiver back (DDI 0183,
/// 3.3.8).
const char* Pl011State::refuses_input() const {
  if (!UARTCR::UARTEN.test(control())) return "UARTCR.UARTEN is 0";
  if (!UARTCR::RXE.test(control())) return "UARTCR.RXE is 0";
  if (UARTCR::LBE.test(control())) return "UARTCR.LBE is 1";
  return received_.size() < depth() ? nullptr : "its receive FIFO is full";
}

void Pl011State::receive(std::uint8_t character) {
  if (received_.size() >= depth()) {
    overrun_ = true;
    RSR_.set(RSR_.get() | UARTRSR::OE.mask());
    raise(UARTRIS::OERIS.mask());
    return;
  }
  received_.push_back({character, std::exchange(overrun_, false)});
  if (received_.size() >= receive_level()) raise(UARTRIS::RXRIS.mask());
}

void Pl011State::receive_timeout() {
  if (!received_.empty()) raise(UARTRIS::RTRIS.mask());
}

}  // namespace doorbell::peripherals
