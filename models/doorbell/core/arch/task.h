#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "doorbell/core/arch/frame_pool.h"

namespace doorbell {

class TaskGroup;

namespace detail {

class PromiseBase {
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
  TaskGroup* group_ = nullptr;  // owner of a root task
  PromiseBase* previous_ = nullptr;
  PromiseBase* next_ = nullptr;
};

/// Ends a root task: tells its group, which destroys the frame.
void finish_root(PromiseBase& promise, std::coroutine_handle<> frame) noexcept;

struct FinalAwaiter {
  bool await_ready() noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> frame) noexcept {
    PromiseBase& promise = frame.promise();
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

}  // namespace detail

/// A coroutine that starts when it is awaited (or given to a TaskGroup) and hands its result to the
/// awaiter.
///
/// What is awaited and completes without suspending continues its awaiter on the spot, without
/// deepening the stack, however many follow each other. Exceptions go to the awaiter. Parameters
/// are taken by value or must outlive the task; lambdas with captures must not be tasks (the
/// captures die first), and `co_await` inside `?:`, `&&` or `||` is miscompiled by GCC 12.
template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  struct Awaiter {
    Handle handle;
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiter) {
      handle.resume();
      if (handle.done()) return false;
      handle.promise().continuation_ = awaiter;
      return true;
    }
    T await_resume() { return handle.promise().result(); }
  };
  Awaiter operator co_await() const& noexcept { return Awaiter{handle_}; }
  Awaiter operator co_await() const&& noexcept { return Awaiter{handle_}; }

  /// For TaskGroup: gives up ownership of the frame.
  Handle release() { return std::exchange(handle_, {}); }

 private:
  Handle handle_;
};

namespace detail {

template <class T>
class Promise : public PromiseBase {
 public:
  Task<T> get_return_object() {
    return Task<T>{std::coroutine_handle<Promise>::from_promise(*this)};
  }
  FinalAwaiter final_suspend() noexcept { return {}; }
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
  FinalAwaiter final_suspend() noexcept { return {}; }
  void return_void() noexcept {}
  void result() const { rethrow(); }
};

}  // namespace detail

}  // namespace doorbell
