// Lines, exceptions for them, and what a processor is about meanwhile.
#include <algorithm>

#include "doorbell/cpu/aarch64_processor.h"

namespace doorbell::cpu {

/// One who sleeps wakes up for either line.
void Aarch64Processor::set_line(Line line, bool level, Time at) {
  Processor::set_line(line, level, at);
  if (line == Line::fiq && level) irq_line_.look_again(std::max(at, now()));
}

void Aarch64Processor::interrupt_taken(InterruptInput input) noexcept {
  pay_for_instructions();
  counter_polling_.did_something_else();
  InterruptLine& line = input == InterruptInput::irq ? irq_line_ : fiq_line_;
  const Time taken = time_after_debt();
  const Time waited = taken - std::min(taken, line.high_since());
  statistics_.interrupts.add();
  statistics_.wait.record(waited);
  if (unmasked_) instructions_.lateness.record(waited);
  if (!in_handler_) statistics_.in_handler.begin(taken);
  in_handler_ = true;
  handled_ = no_intid;
  unmasked_ = false;
  repetition_.got_on(taken);
  debt_ += parameters_.exception_entry;
}

void Aarch64Processor::end_handler() {
  if (!in_handler_) return;
  statistics_.in_handler.end(now());
  in_handler_ = false;
}

Holder Aarch64Processor::activity() const {
  if (in_handler_) {
    return handled_ == no_intid ? Holder{"exception entry of processor", number()}
                                : Holder{"handler of INTID", handled_};
  }
  if (asleep_) return {"wake-up of processor", number()};
  if (!unmasked_) return {"interrupts masked on processor", number()};
  return {"software of processor", number()};
}

}  // namespace doorbell::cpu
