#pragma once

#include <exception>
#include <optional>
#include <systemc>
#include <type_traits>
#include <utility>
#include <variant>

#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/simulation.h"

namespace doorbell {
namespace detail {

template <class T>
T result_of(const Task<T>&);

/// The end of a task that an SC_THREAD waits for.
class TaskInThread {
 public:
  /// In the thread, until `end`.
  void run(Task<void> task) {
    tasks_.start_at(kernel_.kernel_time(), std::move(task));
    while (!ended_)
      sc_core::wait(event_);
    if (failure_) std::rethrow_exception(failure_);
  }
  /// In the task.
  void end() {
    ended_ = true;
    event_.notify(kernel_.delay_to_now());
    kernel_.left_for_foreign();
  }
  void fail(std::exception_ptr failure) { failure_ = std::move(failure); }

 private:
  Kernel& kernel_ = Simulation::current().kernel();
  sc_core::sc_event event_;
  bool ended_ = false;
  std::exception_ptr failure_;
  TaskGroup tasks_{kernel_.scheduler()};
};

template <class Start, class Result>
Task<void> run_in_thread(TaskInThread& thread, Start& start, Result& result) {
  try {
    if constexpr (std::is_same_v<Result, std::monostate>) {
      co_await start();
    } else {
      result.emplace(co_await start());
    }
  } catch (...) {
    thread.fail(std::current_exception());
  }
  thread.end();
}

}  // namespace detail

/// For SC_THREADs: lets a task run, waits for its end and returns its result, or throws what it
/// threw.
///
///     const bool ok = doorbell::wait_for([&] { return function.write(address, 64, data); });
///
/// `start` makes the task; it is called inside the scheduler, at the thread's time, since what
/// returns a Task may have acted when it returns. What it refers to needs to live no longer than
/// this call. Not from SC_METHODs, nor from tasks, which co_await.
template <class Start>
auto wait_for(Start start) {
  using T = decltype(detail::result_of(start()));
  detail::TaskInThread thread;
  if constexpr (std::is_void_v<T>) {
    std::monostate nothing;
    thread.run(detail::run_in_thread(thread, start, nothing));
  } else {
    std::optional<T> result;
    thread.run(detail::run_in_thread(thread, start, result));
    return std::move(*result);
  }
}

}  // namespace doorbell
