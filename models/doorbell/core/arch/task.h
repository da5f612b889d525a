#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "doorbell/core/arch/frame_pool.h"

namespace doorbell {

class TaskGroup;

/// Told that a root task has ended well, after its frame is gone.
class Completion {
 public:
  virtual void completed() = 0;

 protected:
  ~Completion() = default;
};

namespace detail {

/// A root task among those of its group, which are a ring.
struct RootLink {
  RootLink* previous_ = this;
  RootLink* next_ = this;
};

class PromiseBase : public RootLink {
 public:
  static void* operator new(std::size_t bytes) { return FramePool::allocate(bytes); }
  static void operator delete(void* frame, std::size_t bytes) { FramePool::release(frame, bytes); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { exception_ = std::current_exception(); }
  void rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }

  std::coroutine_handle<> continuation_;  // the awaiter, once it has suspended
  std::exception_ptr exception_;
  TaskGroup* group_ = nullptr;        // owner of a root task
  Completion* completion_ = nullptr;  // of a root task: who is told of its end
};

/// A root task has ended: its group knows it no longer. False when it threw.
bool leave_group(PromiseBase& promise) noexcept;
/// The same for one with a Completion, which is told when the frame is destroyed.
void finish_root(PromiseBase& promise, std::coroutine_handle<> frame) noexcept;

struct FinalAwaiter {
  PromiseBase& promise;
  /// A root task of whose end nobody is told doesn't suspend: its frame destroys itself.
  bool await_ready() noexcept {
    if (promise.group_ == nullptr || promise.completion_ != nullptr) return false;
    leave_group(promise);
    return true;
  }
  void await_suspend(std::coroutine_handle<> frame) noexcept {
    if (promise.group_ != nullptr) {
      finish_root(promise, frame);
    } else if (promise.continuation_) {
      promise.continuation_.resume();
    }
  }
  void await_resume() noexcept {}
};

template <class T>
class Promise;

/// What a task without a coroutine has for a result.
template <class T>
struct ReadyResult {
  std::optional<T> value;
  T take() { return std::move(*value); }
};
template <>
struct ReadyResult<void> {
  void take() const {}
};

}  // namespace detail

/// A coroutine that starts when it is awaited (or given to a TaskGroup) and hands its result to the
/// awaiter.
///
/// What is awaited and completes without suspending continues its awaiter on the spot, without
/// deepening the stack, however many follow each other. Exceptions go to the awaiter. Parameters
/// are taken by value or must outlive the task; lambdas with captures must not be tasks (the
/// captures die first), and `co_await` inside `?:`, `&&` or `||` is miscompiled by GCC 12.
///
/// A function that often needs not wait is no coroutine: it does its work in the call and returns
/// `Task<T>::ready(result)`, or what a coroutine of its gives for the rest. So call what returns a
/// Task only where it is awaited or started.
template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept
      : handle_(std::exchange(other.handle_, {})), ready_(std::move(other.ready_)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  /// One that has ended already.
  template <class... Value>
  static Task ready(Value&&... value) {
    Task task{Handle{}};
    task.ready_ = detail::ReadyResult<T>{std::forward<Value>(value)...};
    return task;
  }
  bool is_ready() const { return !handle_; }

  struct Awaiter {
    Task& task;
    bool await_ready() const noexcept { return task.is_ready(); }
    bool await_suspend(std::coroutine_handle<> awaiter) {
      const Handle handle = task.handle_;
      handle.resume();
      if (handle.done()) return false;
      handle.promise().continuation_ = awaiter;
      return true;
    }
    T await_resume() {
      if (task.is_ready()) return task.ready_.take();
      return task.handle_.promise().result();
    }
  };
  Awaiter operator co_await() & noexcept { return Awaiter{*this}; }
  Awaiter operator co_await() && noexcept { return Awaiter{*this}; }

  /// For TaskGroup: gives up ownership of the frame.
  Handle release() { return std::exchange(handle_, {}); }

 private:
  Handle handle_;
  [[no_unique_address]] detail::ReadyResult<T> ready_;
};

namespace detail {

template <class T>
class Promise : public PromiseBase {
 public:
  Task<T> get_return_object() {
    return Task<T>{std::coroutine_handle<Promise>::from_promise(*this)};
  }
  FinalAwaiter final_suspend() noexcept { return {*this}; }
  template <class U>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T result() {
    rethrow();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class Promise<void> : public PromiseBase {
 public:
  Task<void> get_return_object() {
    return Task<void>{std::coroutine_handle<Promise>::from_promise(*this)};
  }
  FinalAwaiter final_suspend() noexcept { return {*this}; }
  void return_void() noexcept {}
  void result() const { rethrow(); }
};

}  // namespace detail

/// The result of a task that never suspends, outside of any other; std::logic_error when it does.
template <class T>
T run_now(Task<T> task) {
  auto awaiter = task.operator co_await();
  if (!awaiter.await_ready() && awaiter.await_suspend(std::noop_coroutine())) {
    throw std::logic_error("a task that was to end at once waits");
  }
  return awaiter.await_resume();
}

}  // namespace doorbell
