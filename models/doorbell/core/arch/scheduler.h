#pragma once

#include <algorithm>
#include <exception>
#include <functional>
#include <utility>
#include <vector>

#include "doorbell/core/arch/time.h"
#include "doorbell/core/arch/wake_queue.h"

namespace doorbell {

/// How delays are simulated. approximate: a delay suspends its task until that time has come.
/// loose: a delay only moves the local time of the task in hand; conditions still suspend.
enum class Timing { approximate, loose };

/// Resumes waiters in (time, sequence) order: the heart of a simulation. It knows nothing of
/// SystemC; `Kernel` runs it on the SystemC kernel, tests run it alone.
class Scheduler {
 public:
  Scheduler() = default;
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// The local time of whatever runs now: the scheduler's own time, and under loose timing the
  /// delays since it was resumed.
  Time now() const { return local_; }

  /// Resumes `waiter` at `due`; never in the past, nor before the local time at which it suspended.
  void wake_at(Waiter& waiter, Time due) {
    queue_.push(waiter, std::max({due, now_, waiter.not_before_}), now_);
    if (!running_) [[unlikely]]
      woken_from_outside();
  }
  void wake_now(Waiter& waiter) { wake_at(waiter, now()); }
  /// Resumes `coroutine` by `waiter`, `delay` after its local time now.
  void resume_after(Waiter& waiter, std::coroutine_handle<> coroutine, Time delay) {
    waiter.resumes(coroutine, local_);
    queue_.push(waiter, local_ + delay, now_);
    if (!running_) [[unlikely]]
      woken_from_outside();
  }
  /// The same after two delays, as if there had been a wake-up between them: among those due at the
  /// same time it is where the second delay's would be.
  void resume_after(Waiter& waiter, std::coroutine_handle<> coroutine, Time first, Time second) {
    waiter.resumes(coroutine, local_);
    queue_.push(waiter, local_ + first + second, local_ + first);
    if (!running_) [[unlikely]]
      woken_from_outside();
  }

  /// When what runs now was put into the queue of wake-ups: of those due at the same time the one
  /// that was placed first runs first.
  Time placed() const { return placed_; }

  /// When the next waiter is due; `never` when none is.
  Time next_due() const { return queue_.next_due(); }

  /// Resumes every waiter due at or before `limit`. Returns early after `request_return`. Rethrows
  /// what a root task threw.
  void run_until(Time limit);
  /// Runs until nothing is left to be done.
  void run() { run_until(never - 1); }

  /// Leave `run_until` once the waiter in hand suspends: something outside must be given its turn.
  void request_return() { return_requested_ = leaving_ = true; }
  /// Whether `run_until` returned because of `request_return`; forgets it.
  bool take_return_request() {
    leaving_ = false;
    return std::exchange(return_requested_, false);
  }
  /// True inside `run_until`.
  bool running() const { return running_; }

  Timing timing() const { return timing_; }
  /// Switches timing and tells the listeners. Local times were brought together when each task last
  /// suspended.
  void set_timing(Timing timing);
  void on_timing_change(std::function<void(Timing)> listener) {
    timing_listeners_.push_back(std::move(listener));
  }
  /// How far the local time may run ahead under loose timing before a delay suspends all the same.
  /// [1 ps, 1 s]
  void set_quantum(Time quantum) { quantum_ = quantum; }

  /// Under loose timing: moves local time and returns true, unless the quantum is used up.
  bool pass_loosely(Time delay) {
    if (timing_ != Timing::loose || local_ - now_ + delay > quantum_) return false;
    local_ += delay;
    return true;
  }

  /// Runs `body` now with local time `at` (not before the scheduler's own time), then restores the
  /// caller's local time.
  template <class Body>
  void run_at_local_time(Time at, Body&& body) {
    const Time saved = local_;
    local_ = std::max(at, now_);
    body();
    local_ = saved;
  }

  /// Called when something is scheduled from outside `run_until`.
  void on_wake(std::function<void()> listener) { on_wake_ = std::move(listener); }
  /// A root task ended with an exception: `run_until` will rethrow it.
  void fail(std::exception_ptr exception) {
    failure_ = exception;
    leaving_ = true;
  }
  /// Waiters resumed since the start: the measure of work for benchmarks.
  std::uint64_t resumes() const { return resumes_; }

 private:
  void woken_from_outside() {
    if (on_wake_) on_wake_();
  }

  WakeQueue queue_;
  Time now_ = 0;
  Time local_ = 0;
  Time placed_ = 0;
  Time quantum_ = microsecond;
  Timing timing_ = Timing::approximate;
  bool running_ = false;
  bool return_requested_ = false;
  bool leaving_ = false;  // run_until: a return is requested, or a task has failed
  std::uint64_t resumes_ = 0;
  std::function<void()> on_wake_;
  std::vector<std::function<void(Timing)>> timing_listeners_;
  std::exception_ptr failure_;
};

/// `co_await Delay{scheduler, d}`: d picoseconds later. A delay of 0 does not suspend.
class Delay {
 public:
  Delay(Scheduler& scheduler, Time delay) : scheduler_(scheduler), delay_(delay) {}
  bool await_ready() { return delay_ == 0 || scheduler_.pass_loosely(delay_); }
  void await_suspend(std::coroutine_handle<> awaiter) {
    scheduler_.resume_after(waiter_, awaiter, delay_);
  }
  void await_resume() const noexcept {}

 private:
  Scheduler& scheduler_;
  Time delay_;
  Waiter waiter_;
};

/// `co_await Delays{scheduler, first, second}`: two delays in one wake-up, where nothing needs to
/// happen between them. Neither is 0, and not under loose timing.
class Delays {
 public:
  Delays(Scheduler& scheduler, Time first, Time second)
      : scheduler_(scheduler), first_(first), second_(second) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter) {
    scheduler_.resume_after(waiter_, awaiter, first_, second_);
  }
  void await_resume() const noexcept {}

 private:
  Scheduler& scheduler_;
  Time first_;
  Time second_;
  Waiter waiter_;
};

/// `co_await Until{scheduler, t}`: continues from the scheduler at t, or now if t is past. Always
/// suspends.
class Until {
 public:
  Until(Scheduler& scheduler, Time time) : scheduler_(scheduler), time_(time) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter) {
    waiter_.resumes(awaiter, scheduler_.now());
    scheduler_.wake_at(waiter_, time_);
  }
  void await_resume() const noexcept {}

 private:
  Scheduler& scheduler_;
  Time time_;
  Waiter waiter_;
};

}  // namespace doorbell
