#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "doorbell/core/arch/registers.h"

namespace doorbell::peripherals {

/// A PL011 without time: its registers, FIFOs and interrupts (DDI 0183). Whoever holds it moves
/// characters in and out at their times and drives the line that `interrupt` says.
class Pl011State {
 public:
  static constexpr unsigned fifo_depth = 16;  ///< DDI 0183, 2.1: UARTPeriphID2 below 0x34.

  Pl011State();
  // The hooks of the registers hold `this`.
  Pl011State(const Pl011State&) = delete;
  Pl011State& operator=(const Pl011State&) = delete;

  RegisterBank& registers() { return bank_; }
  /// Called after an access to a register that may have changed what the functions below say.
  void on_change(std::function<void()> listener) { changed_ = std::move(listener); }

  /// UARTINTR (DDI 0183, 2.8): an interrupt is raised and not masked.
  bool interrupt() const { return masked_interrupts() != 0; }

  // The transmitter (DDI 0183, 2.4.3).

  /// A character waits in the transmit FIFO and none is being sent.
  bool can_send() const { return !sending_ && !transmitted_.empty(); }
  /// Takes it to the shift register.
  std::uint8_t begin_sending();
  /// Its last stop bit has left. With UARTCR.LBE set it comes in again; true when it leaves the
  /// UART.
  bool end_sending(std::uint8_t character);

  // The receiver (DDI 0183, 2.4.4).

  /// Characters from outside are received: enabled, not looped back, and the FIFO has room.
  bool can_receive() const { return refuses_input() == nullptr; }
  /// Why they aren't; null when they are.
  const char* refuses_input() const;
  /// One has come in: an overrun when there is no room.
  void receive(std::uint8_t character);
  bool holds_received() const { return !received_.empty(); }
  /// For 32 bit periods nothing has come in (DDI 0183, 2.8.3).
  void receive_timeout();

  /// For a checkpoint (core/arch/state.h). Nobody is told of a change.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.registers("registers", self.bank_);
    state.sequence("transmit_fifo", self.transmitted_, fifo_depth);
    std::deque<std::uint16_t> received = self.words();
    state.sequence("receive_fifo", received, fifo_depth);
    if constexpr (State::reads) self.take_words(received);
    state.value("sending", self.sending_);
    state.value("overrun", self.overrun_);
  }

 private:
  struct Received {
    std::uint8_t character;
    bool overrun;
  };

  /// The receive FIFO as UARTDR gives it (DDI 0183, 3.3.1).
  std::deque<std::uint16_t> words() const;
  void take_words(const std::deque<std::uint16_t>& words);
  void hook_data();
  void hook_control();
  void hook_interrupts();

  unsigned depth() const;
  std::size_t transmit_level() const;
  std::size_t receive_level() const;
  std::uint64_t control() const { return CR_.get(); }
  std::uint64_t masked_interrupts() const { return RIS_.get() & IMSC_.get(); }
  std::uint64_t flags() const;
  std::uint64_t modem_lines() const;
  std::uint64_t read_data();
  void write_data(std::uint8_t character);
  void change_modem_lines(std::uint64_t before);
  void raise(std::uint64_t interrupts) { RIS_.set(RIS_.get() | interrupts); }
  void clear(std::uint64_t interrupts) { RIS_.set(RIS_.get() & ~interrupts); }
  void tell() const {
    if (changed_) changed_();
  }

  RegisterBank bank_;
  RegisterBank::Handle RSR_;
  RegisterBank::Handle LCR_H_;
  RegisterBank::Handle CR_;
  RegisterBank::Handle IFLS_;
  RegisterBank::Handle IMSC_;
  RegisterBank::Handle RIS_;
  std::deque<std::uint8_t> transmitted_;
  std::deque<Received> received_;
  bool sending_ = false;
  bool overrun_ = false;  // told with the next character that finds room
  std::function<void()> changed_;
};

}  // namespace doorbell::peripherals
