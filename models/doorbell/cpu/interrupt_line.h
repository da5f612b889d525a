#pragma once

#include <algorithm>

#include "doorbell/core/arch/ring.h"
#include "doorbell/core/arch/scheduler.h"

namespace doorbell::cpu {

/// The IRQ line as its processor sees it, and the processor's sleep. The processor may be ahead of
/// the scheduler (loose timing), and changes carry a time of their own, so the level is asked for
/// at a time.
class InterruptLine {
 public:
  explicit InterruptLine(Scheduler& scheduler) : scheduler_(scheduler) {}

  /// The line is at `level` from `at` on, or from the last change on if that is later.
  void set(bool level, Time at);
  /// The level at `now`, which never goes back.
  bool high(Time now) {
    if (!changes_.empty()) [[unlikely]]
      change(now);
    return level_;
  }
  /// Since when it has been high.
  Time high_since() const { return high_since_; }
  /// `while (!line.raised_or(event, until)) co_await line.sleep(until);` ends when the line is
  /// high, `event` is set, which `look_again` must follow, or `until` has come. One task at a time.
  bool raised_or(bool event, Time until) {
    const Time now = scheduler_.now();
    return event || high(now) || now >= until;
  }
  class Sleep;
  Sleep sleep(Time until);
  /// The same, but that the line is left alone.
  bool event_or(bool event, Time until) const { return event || scheduler_.now() >= until; }
  Sleep sleep_through(Time until);
  /// Whoever sleeps looks whether its event is set.
  void look_again() { wake(scheduler_.now()); }
  /// The same at a later time.
  void look_again(Time at) { wake(at); }
  /// When the next change that is known of takes place; `never` when none is.
  Time next_change() { return changes_.empty() ? never : changes_.front().at; }
  /// Whether it is to change after `now`.
  bool changes_after(Time now) const { return !changes_.empty() && last_change_ > now; }
  /// Forgets since when it has been high.
  void settle(Time now) {
    change(now);
    high_since_ = now;
  }

 private:
  struct Change {
    bool level = false;
    Time at = 0;
  };
  void wake(Time at);
  void change(Time now);

  Scheduler& scheduler_;
  Waiter* sleeper_ = nullptr;
  Ring<Change> changes_;
  Time last_change_ = 0;
  bool level_ = false;
  Time high_since_ = 0;
};

/// Suspends until `until`, or until somebody wakes it.
class InterruptLine::Sleep : public Waiter {
 public:
  Sleep(InterruptLine& line, Time until) : line_(line), until_(until) {}
  ~Sleep() { line_.sleeper_ = nullptr; }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter);
  void await_resume() noexcept { line_.sleeper_ = nullptr; }

 private:
  InterruptLine& line_;
  Time until_;
};

inline InterruptLine::Sleep InterruptLine::sleep(Time until) {
  const Time next = changes_.empty() ? never : changes_.front().at;
  return Sleep{*this, std::min(until, next)};
}

inline InterruptLine::Sleep InterruptLine::sleep_through(Time until) {
  return Sleep{*this, until};
}

}  // namespace doorbell::cpu
