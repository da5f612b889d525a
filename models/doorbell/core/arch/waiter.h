#pragma once

#include <boost/intrusive/set_hook.hpp>
#include <coroutine>
#include <cstdint>

#include "doorbell/core/arch/time.h"

namespace doorbell {

class WakeQueue;

/// A place in a list that comes back to its beginning.
struct WaiterLink {
  WaiterLink* previous_ = nullptr;
  WaiterLink* next_ = nullptr;

  void put_behind(WaiterLink& other) {
    previous_ = &other;
    next_ = other.next_;
    next_->previous_ = this;
    other.next_ = this;
  }
  void take_out_of_list() const {
    previous_->next_ = next_;
    next_->previous_ = previous_;
  }
};

/// The beginning of such a list, which is also its end.
struct WaiterListHead : WaiterLink {
  WaiterListHead() { previous_ = next_ = this; }
  WaiterListHead(const WaiterListHead&) = delete;
  WaiterListHead& operator=(const WaiterListHead&) = delete;
  bool empty() const { return next_ == this; }
};

/// Something that is resumed later: a suspended coroutine, a fiber, a message on its way. It lives
/// where it waits (in a coroutine frame or a pooled object), is linked into one queue at a time and
/// unlinks itself when it is destroyed.
class Waiter : private WaiterLink {
 public:
  Waiter() = default;
  explicit Waiter(void (*action)(Waiter&)) : run_(action) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() { unlink(); }

  /// Resumes `coroutine` when this waiter's turn comes, but not before `now`, its local time as it
  /// suspends: under loose timing whoever wakes it may be at an earlier local time, and its own
  /// must not run back.
  void resumes(std::coroutine_handle<> coroutine, Time now) {
    coroutine_ = coroutine;
    run_ = nullptr;
    not_before_ = now;
  }

  /// Resumes it on the spot: for what must not wait for its turn. It must not be linked.
  void resume() { run(); }

  /// True while in a WakeQueue or a WaitList.
  bool linked() const { return where_ != Where::nowhere; }
  /// Takes the waiter out of whatever holds it. Does nothing when nothing does.
  void unlink() {
    if (linked()) take_out();
  }
  /// The local time at which it suspended.
  Time not_before() const { return not_before_; }
  /// When it is due, while it is in a WakeQueue.
  Time due() const { return due_; }

 private:
  friend class WakeQueue;
  friend class WaitList;
  friend class Scheduler;

  enum class Where : std::uint8_t { nowhere, wait_list, near, far };
  // Neither initialised nor checked: a Waiter is made for each delay, and hardly one is ever far.
  using FarHook =
      boost::intrusive::set_member_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>,
                                        boost::intrusive::optimize_size<true>>;

  void take_out();
  void run() {
    if (run_ == nullptr) {
      coroutine_.resume();
    } else {
      run_(*this);
    }
  }

  Time due_ = 0;
  Time placed_ = 0;  // when it was put into the WakeQueue
  Time not_before_ = 0;
  void (*run_)(Waiter&) = nullptr;
  std::coroutine_handle<> coroutine_;
  WakeQueue* queue_ = nullptr;  // that it is in
  FarHook far_hook_;
  Where where_ = Where::nowhere;
};

/// First in, first out list of waiters. Nothing is allocated.
class WaitList {
 public:
  WaitList() = default;
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;
  ~WaitList();

  bool empty() const { return waiters_.empty(); }
  void push(Waiter& waiter) {
    waiter.where_ = Waiter::Where::wait_list;
    waiter.put_behind(*waiters_.previous_);
  }
  /// The longest waiting one, taken out; null when empty.
  Waiter* pop() {
    if (empty()) return nullptr;
    Waiter* const waiter = front();
    waiter->take_out_of_list();
    waiter->where_ = Waiter::Where::nowhere;
    return waiter;
  }
  /// The longest waiting one. Not when empty.
  Waiter* front() const { return static_cast<Waiter*>(waiters_.next_); }

 private:
  WaiterListHead waiters_;
};

}  // namespace doorbell
