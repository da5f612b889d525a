#include "doorbell/core/arch/scheduler.h"

#include <utility>

namespace doorbell {

void Scheduler::run_until(Time limit) {
  struct Running {
    bool& flag;
    explicit Running(bool& f) : flag(f) { flag = true; }
    ~Running() { flag = false; }
  } running{running_};

  while (!return_requested_ && queue_.next_due() <= limit) {
    Waiter& waiter = queue_.pop();
    now_ = waiter.due();
    placed_ = waiter.placed_;
    offset_ = 0;
    ++resumes_;
    waiter.run();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }
  offset_ = 0;
}

void Scheduler::set_timing(Timing timing) {
  if (timing == timing_) return;
  timing_ = timing;
  for (const auto& listener : timing_listeners_)
    listener(timing);
}

}  // namespace doorbell
