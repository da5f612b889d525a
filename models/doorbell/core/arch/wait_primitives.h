#pragma once

#include <coroutine>
#include <cstdint>
#include <utility>

#include "doorbell/core/arch/ring.h"
#include "doorbell/core/arch/scheduler.h"

namespace doorbell {

/// `co_await condition.wait()` suspends until the next `notify_all` or, first in first out,
/// `notify_one`. Wakes come from the scheduler, never inside the notifier. Always re-check what was
/// waited for.
class Condition {
 public:
  explicit Condition(Scheduler& scheduler) : scheduler_(scheduler) {}

  struct Awaiter {
    Condition& condition;
    Waiter waiter{};
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiter) {
      waiter.resumes(awaiter, condition.scheduler_.now());
      condition.waiters_.push(waiter);
    }
    void await_resume() const noexcept {}
  };
  Awaiter wait() { return Awaiter{*this}; }

  void notify_one() {
    if (Waiter* waiter = waiters_.pop()) scheduler_.wake_now(*waiter);
  }
  void notify_all() {
    while (!waiters_.empty())
      notify_one();
  }
  bool has_waiters() const { return !waiters_.empty(); }

 private:
  Scheduler& scheduler_;
  WaitList waiters_;
};

/// Credits: `co_await credits.take(n)` waits, first in first out, until n are there. Given back
/// with `give(n)`.
class Credits {
 public:
  Credits(Scheduler& scheduler, std::uint64_t initial)
      : scheduler_(scheduler), available_(initial) {}

  class Awaiter : public Waiter {
   public:
    Awaiter(Credits& credits, std::uint64_t count) : credits_(credits), count_(count) {}
    bool await_ready() { return credits_.try_take(count_); }
    void await_suspend(std::coroutine_handle<> awaiter) {
      resumes(awaiter, credits_.scheduler_.now());
      credits_.waiters_.push(*this);
    }
    void await_resume() const noexcept {}

   private:
    friend class Credits;
    Credits& credits_;
    std::uint64_t count_;
  };
  Awaiter take(std::uint64_t count = 1) { return Awaiter{*this, count}; }

  /// Takes n at once if they are there and nobody waits for them.
  bool try_take(std::uint64_t count = 1) {
    if (!waiters_.empty() || available_ < count) return false;
    available_ -= count;
    return true;
  }

  void give(std::uint64_t count = 1) {
    available_ += count;
    while (!waiters_.empty()) {
      const std::uint64_t wanted = static_cast<Awaiter*>(waiters_.front())->count_;
      if (available_ < wanted) return;
      available_ -= wanted;
      scheduler_.wake_now(*waiters_.pop());
    }
  }

  std::uint64_t available() const { return available_; }
  bool has_waiters() const { return !waiters_.empty(); }

 private:
  Scheduler& scheduler_;
  std::uint64_t available_;
  WaitList waiters_;  // of Awaiters
};

/// Counts what is under way; `co_await outstanding.drained()` waits until the count was zero.
class Outstanding {
 public:
  explicit Outstanding(Scheduler& scheduler) : changed_(scheduler) {}

  void add() { ++count_; }
  void remove() {
    if (--count_ == 0) changed_.notify_all();
  }
  std::uint64_t count() const { return count_; }

  struct Awaiter {
    Outstanding& outstanding;
    Condition::Awaiter inner;
    bool await_ready() const { return outstanding.count_ == 0; }
    void await_suspend(std::coroutine_handle<> awaiter) { inner.await_suspend(awaiter); }
    void await_resume() const noexcept {}
  };
  Awaiter drained() { return Awaiter{*this, changed_.wait()}; }

 private:
  Condition changed_;
  std::uint64_t count_ = 0;
};

/// Lets tasks pass in the order of their tickets, whatever order they arrive in: in-order release.
///
///     const auto ticket = order.take();       // in program order
///     ...                                      // work that may finish out of order
///     co_await order.turn(ticket);             // waits for all earlier tickets to be done
///     ...                                      // issue
///     order.done(ticket);
///
/// What may overtake others, but may not be overtaken by them, leaves out the wait for its turn.
class OrderedRelease {
 public:
  using Ticket = std::uint64_t;
  explicit OrderedRelease(Scheduler& scheduler) : scheduler_(scheduler) {}

  Ticket take() {
    waiting_.push_back(nullptr);
    return next_ticket_++;
  }

  class Awaiter : public Waiter {
   public:
    Awaiter(OrderedRelease& order, Ticket ticket) : order_(order), ticket_(ticket) {}
    ~Awaiter() {
      // Destroyed while it waits, with its task.
      if (waits_ && ticket_ >= order_.turn_) order_.waiting_[ticket_ - order_.turn_] = nullptr;
    }
    bool await_ready() const { return ticket_ == order_.turn_; }
    void await_suspend(std::coroutine_handle<> awaiter) {
      resumes(awaiter, order_.scheduler_.now());
      waits_ = true;
      order_.waiting_[ticket_ - order_.turn_] = this;
    }
    void await_resume() { waits_ = false; }

   private:
    OrderedRelease& order_;
    Ticket ticket_;
    bool waits_ = false;
  };
  Awaiter turn(Ticket ticket) { return Awaiter{*this, ticket}; }
  bool is_turn(Ticket ticket) const { return ticket == turn_; }

  /// The ticket has passed: in its turn, or ahead of it without having waited. Those behind it
  /// wait for those ahead of it all the same.
  void done(Ticket ticket) {
    if (!is_turn(ticket)) {
      waiting_[ticket - turn_] = &passed_;
      return;
    }
    do {
      ++turn_;
      waiting_.pop_front();
    } while (!waiting_.empty() && waiting_.front() == &passed_);
    if (!waiting_.empty() && waiting_.front() != nullptr) scheduler_.wake_now(*waiting_.front());
  }
  /// Tickets taken and not done.
  std::size_t pending() const { return waiting_.size(); }

 private:
  Scheduler& scheduler_;
  Ticket next_ticket_ = 0;
  Ticket turn_ = 0;
  Waiter passed_;          // marks tickets that are done ahead of their turn
  Ring<Waiter*> waiting_;  // for each ticket from turn_ on, who waits with it
};

/// A queue between tasks. `push` never waits: bound it with Credits where hardware is bounded.
template <class T>
class Mailbox {
 public:
  explicit Mailbox(Scheduler& scheduler) : arrived_(scheduler) {}

  void push(T item) {
    items_.push_back(std::move(item));
    arrived_.notify_one();
  }
  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  T pop() {
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }
  /// `co_await mailbox.arrived()` in a `while (mailbox.empty())` loop, then pop().
  Condition::Awaiter arrived() { return arrived_.wait(); }

 private:
  Condition arrived_;
  Ring<T> items_;
};

}  // namespace doorbell
