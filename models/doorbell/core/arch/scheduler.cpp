#include "doorbell/core/arch/scheduler.h"

#include <utility>

namespace doorbell {

void Scheduler::run_until(Time limit) {
  struct Running {
    bool& flag;
    explicit Running(bool& f) : flag(f) { flag = true; }
    ~Running() { flag = false; }
  } running{running_};

  while (!leaving_) {
    Waiter* const waiter = queue_.first();
    if (waiter == nullptr || waiter->due() > limit) break;
    queue_.take_first(*waiter);
    now_ = local_ = waiter->due();
    placed_ = waiter->placed_;
    ++resumes_;
    waiter->run();
  }
  if (failure_) [[unlikely]] {
    leaving_ = return_requested_;
    std::rethrow_exception(std::exchange(failure_, nullptr));
  }
  local_ = now_;
}

void Scheduler::set_timing(Timing timing) {
  if (timing == timing_) return;
  timing_ = timing;
  for (const auto& listener : timing_listeners_)
    listener(timing);
}

}  // namespace doorbell
