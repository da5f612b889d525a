// Lines, the exceptions for them, and what a processor is about meanwhile.
#include <algorithm>
#include <utility>

#include "doorbell/cpu/native_processor.h"

namespace doorbell::cpu {

void NativeProcessor::set_line(Line line, bool level, Time at) {
  if (line != Line::irq) [[unlikely]] {
    if (line == Line::fiq) set_fiq_line(level, at);
    return;
  }
  if (level && may_interrupt() && at <= now()) {
    cause_placed_ = std::min(cause_placed_, scheduler().placed());
  }
  irq_line_.set(level, at);
}

/// One who sleeps wakes up for either line.
void NativeProcessor::set_fiq_line(bool level, Time at) {
  if (level && may_take_fiq() && at <= now()) {
    cause_placed_ = std::min(cause_placed_, scheduler().placed());
  }
  fiq_line_.set(level, at);
  if (level) irq_line_.look_again(std::max(at, now()));
}

Holder NativeProcessor::activity() const {
  if (in_handler_) {
    return handled_ == no_intid ? Holder{"exception entry of processor", number()}
                                : Holder{"handler of INTID", handled_};
  }
  if (asleep_) return {"wake-up of processor", number()};
  if (activity_.known()) return activity_;
  return {"firmware of processor", number()};
}

/// DDI 0487, D1.3.6: SCR_EL3.FIQ takes FIQs to EL3, where alone PSTATE.F masks them; without it
/// they wait for EL3 to be left.
bool NativeProcessor::fiqs_are_open() const {
  return state_.EL == 3 ? state_.SCR_FIQ && !fiqs_masked_ : state_.SCR_FIQ || !fiqs_masked_;
}

/// Exception entry and return are part of the debt: they pass with the handler's first access and
/// the one after its end. A handler that unmasks interrupts may be preempted, and goes on.
[[gnu::always_inline]] inline void NativeProcessor::take(const Vector& vector,
                                                         InterruptLine& line) {
  const Time taken = time_after_debt();
  statistics_.interrupts.add();
  statistics_.wait.record(taken - std::min(taken, line.high_since()));
  const bool preempts = std::exchange(in_handler_, true);
  const auto preempted = std::exchange(handled_, no_intid);
  if (!preempts) statistics_.in_handler.begin(taken);
  repetition_.got_on(taken);
  const bool masked = std::exchange(masked_, true), fiqs_masked = std::exchange(fiqs_masked_, true);
  debt_ += parameters_.exception_entry;
  const std::uint64_t seen = repetition_.seen();
  vector.handler(vector.argument);
  // One who does nothing about the interrupt is interrupted again: time passes in between.
  if (repetition_.seen() == seen && line.high(now())) spin();
  debt_ += parameters_.exception_return;
  if (!preempts) statistics_.in_handler.end(time_after_debt());
  in_handler_ = preempts;
  handled_ = preempted;
  masked_ = masked;
  fiqs_masked_ = fiqs_masked;
}

void NativeProcessor::take_interrupts() {
  for (;;) {
    if (fiq_due()) [[unlikely]] {
      take_fiq();
    } else if (irq_due()) {
      take(irq_, irq_line_);
    } else {
      return;
    }
  }
}

/// Its handler's accesses are EL3's, where SCR_EL3.FIQ takes it there.
void NativeProcessor::take_fiq() {
  const PeState interrupted = state_;
  if (state_.SCR_FIQ) {
    state_.EL = 3;
    gic->set_state(state_);
  }
  take(fiq_, fiq_line_);
  if (!interrupted.SCR_FIQ) return;
  state_ = interrupted;
  gic->set_state(state_);
}

void NativeProcessor::set_interrupt_handler(InterruptHandler handler, void* argument) {
  irq_ = {handler, argument};
}

void NativeProcessor::set_fiq_handler(InterruptHandler handler, void* argument) {
  fiq_ = {handler, argument};
}

bool NativeProcessor::mask_interrupts(bool masked) {
  const bool before = std::exchange(masked_, masked);
  take_interrupts();
  return before;
}

bool NativeProcessor::mask_fiqs(bool masked) {
  const bool before = std::exchange(fiqs_masked_, masked);
  take_interrupts();
  return before;
}

}  // namespace doorbell::cpu
