#pragma once

#include "doorbell/core/arch/ring.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/wait_primitives.h"

namespace doorbell::cpu {

/// The IRQ line as its processor sees it. The processor may be ahead of the scheduler (loose
/// timing), and changes carry a time of their own, so the level is asked for at a time.
class InterruptLine {
 public:
  explicit InterruptLine(Scheduler& scheduler) : scheduler_(scheduler), changed_(scheduler) {}

  /// The line is at `level` from `at` on, or from the last change on if that is later.
  void set(bool level, Time at);
  /// The level at `now`, which never goes back.
  bool high(Time now);
  /// Since when it has been high.
  Time high_since() const { return high_since_; }
  /// Until it is high or `event` is set, which `look_again` must follow.
  Task<void> raised_or(const bool& event);
  void look_again() { changed_.notify_all(); }

 private:
  struct Change {
    bool level = false;
    Time at = 0;
  };

  Scheduler& scheduler_;
  Condition changed_;
  Ring<Change> changes_;
  Time last_change_ = 0;
  bool level_ = false;
  Time high_since_ = 0;
};

}  // namespace doorbell::cpu
