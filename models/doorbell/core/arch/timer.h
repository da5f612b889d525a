#pragma once

#include <functional>
#include <utility>

#include "doorbell/core/arch/scheduler.h"

namespace doorbell {

/// Calls a function at a time in simulated time, unless it is set to another one before. Under
/// loose timing, too, it is called by the scheduler at that time, never ahead of it.
class Timer : private Waiter {
 public:
  Timer(Scheduler& scheduler, std::function<void()> action)
      : Waiter([](Waiter& waiter) { static_cast<Timer&>(waiter).action_(); }),
        scheduler_(scheduler),
        action_(std::move(action)) {}

  bool is_set() const { return linked(); }
  /// Instead of the time before; `never` stops it, a time that has passed is now.
  void set(Time due) {
    unlink();
    if (due != never) scheduler_.wake_at(*this, std::max(due, scheduler_.now()));
  }
  /// At `due`, unless it is set to an earlier time.
  void set_no_later_than(Time due) {
    if (due != never && (!is_set() || Waiter::due() > due)) set(due);
  }

 private:
  Scheduler& scheduler_;
  std::function<void()> action_;
};

}  // namespace doorbell
