#include "doorbell/peripherals/pl011.h"

#include <algorithm>

#include "doorbell/core/arch/state.h"
#include "doorbell/peripherals/arch/pl011_registers.h"

namespace doorbell::peripherals {
namespace {

// Accesses take a time, and not cycles of a clock that somebody could name: a cycle is 1 ps.
constexpr std::uint64_t picoseconds = 1'000'000'000'000;

/// DDI 0183, 2.8.3: 32 bit periods, of a line on which a character has ten.
Time timeout_of(Time character) {
  return character * 32 / 10;
}

}  // namespace

Pl011::Pl011(const sc_core::sc_module_name& module_name, const UartParameters& parameters)
    : Module(module_name),
      registers("registers", tasks_, clock_),
      parameters_(parameters),
      clock_(scheduler(), picoseconds),
      sent_(statistics(), "sent", {.unit = "characters", .help = "That have left the UART."}),
      received_(statistics(), "received",
                {.unit = "characters", .help = "That came in from its console."}),
      interrupts_(statistics(), "interrupts",
                  {.unit = "interrupts", .help = "Times that UARTINTR rose."}),
      end_of_character_(scheduler(), [this] { sent(); }),
      next_input_(scheduler(), [this] { take_input(); }),
      receive_timeout_(scheduler(), [this] {
        state_.receive_timeout();
        update_interrupt();
      }) {
  registers.serve(state_.registers(), {.bytes = pl011_bytes}, parameters.access);
  state_.on_change([this] { changed(); });
}

void Pl011::connect(Console& console) {
  console_ = &console;
  console.on_input([this] { look_for_input(); });
}

void Pl011::save(StateWriter& state) const {
  Pl011State::describe(state_, state);
  state.value("UARTINTR", interrupt.level());
}

void Pl011::restore(StateReader& state) {
  Pl011State::describe(state_, state);
  bool level = false;
  state.value("UARTINTR", level);
  interrupt.restore(level);
}

/// After an access. Nothing here costs a wake-up unless a character moves or the line changes.
void Pl011::changed() {
  send();
  look_for_input();
  update_interrupt();
}

void Pl011::update_interrupt() {
  const bool raised = state_.interrupt();
  if (raised && !interrupt.level()) interrupts_.add();
  interrupt.drive(raised);
}

void Pl011::send() {
  while (state_.can_send()) {
    send_next();
    if (parameters_.character == 0) sent();
  }
}

void Pl011::send_next() {
  in_shift_register_ = state_.begin_sending();
  if (parameters_.character != 0) end_of_character_.set(now() + parameters_.character);
}

/// The character in the shift register has left, or has come back in.
void Pl011::sent() {
  if (state_.end_sending(in_shift_register_)) {
    sent_.add();
    if (console_ != nullptr) console_->put(in_shift_register_, now());
    look_for_input();
  } else {
    receive_timeout_.set(now() + timeout_of(parameters_.character));
  }
  if (state_.can_send() && parameters_.character != 0) send_next();
  update_interrupt();
}

std::string Pl011::busy() const {
  if (end_of_character_.is_set()) return "a character that is being sent";
  if (receive_timeout_.is_set()) return "the receive time-out";
  return registers.held() == 0 ? "" : "accesses to registers";
}

bool Pl011::input_is_wanted() const {
  return console_ != nullptr && console_->next_input() != never && state_.can_receive();
}

const char* Pl011::refuses_input() const {
  const bool waits = console_ != nullptr && console_->next_input() <= now();
  return waits ? state_.refuses_input() : nullptr;
}

/// The end of the next character, which comes when it is typed and the line is free.
Time Pl011::end_of_input() const {
  return std::max(console_->next_input(), receiver_free_) + parameters_.character;
}

void Pl011::look_for_input() {
  if (input_is_wanted()) next_input_.set_no_later_than(end_of_input());
}

void Pl011::take_input() {
  // What was to come may have changed since the timer was set.
  const bool has_come = input_is_wanted() && end_of_input() <= now();
  if (has_come) {
    state_.receive(console_->take_input(now()));
    received_.add();
    receiver_free_ = now();
  }
  look_for_input();
  // Behind what comes at the same time, so that characters without a length are one burst.
  if (has_come) receive_timeout_.set(now() + timeout_of(parameters_.character));
  update_interrupt();
}

}  // namespace doorbell::peripherals
