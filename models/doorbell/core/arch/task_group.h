#pragma once

#include "doorbell/core/arch/scheduler.h"
#include "doorbell/core/arch/task.h"

namespace doorbell {

/// Owner of root tasks: those that nobody awaits. A task leaves the group when it ends; those that
/// have not ended are destroyed with the group, which must therefore be the last data member of its
/// module.
class TaskGroup {
 public:
  explicit TaskGroup(Scheduler& scheduler) : scheduler_(scheduler) {}
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();

  /// Runs the task on the spot, up to where it first suspends. For callers inside the scheduler.
  void start(Task<void> task) {
    if (!task.is_ready()) adopt(std::move(task)).resume();
  }
  /// The same; `completion`, which must outlive the task, is told when it ends well, perhaps inside
  /// this call.
  void start(Task<void> task, Completion& completion) {
    if (task.is_ready()) {
      completion.completed();
      return;
    }
    const std::coroutine_handle<> root = adopt(std::move(task));
    first_->completion_ = &completion;
    root.resume();
  }
  /// Starts the task at `at` (picoseconds), from the scheduler.
  void start_at(Time at, Task<void> task);
  /// Starts the task from the scheduler at the current time: never inside the caller.
  void spawn(Task<void> task) { start_at(scheduler_.now(), std::move(task)); }

  /// Number of tasks that have not ended.
  std::size_t size() const { return size_; }

 private:
  friend void detail::finish_root(detail::PromiseBase&, std::coroutine_handle<>) noexcept;

  std::coroutine_handle<> adopt(Task<void> task) {
    const auto handle = task.release();
    detail::PromiseBase& promise = handle.promise();
    promise.group_ = this;
    promise.next_ = first_;
    if (first_ != nullptr) first_->previous_ = &promise;
    first_ = &promise;
    ++size_;
    return handle;
  }
  void remove(detail::PromiseBase& promise);

  Scheduler& scheduler_;
  detail::PromiseBase* first_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace doorbell
