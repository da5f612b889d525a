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
    const Task<void>::Handle root = adopt(std::move(task));
    root.promise().completion_ = &completion;
    root.resume();
  }
  /// Starts the task at `at` (picoseconds), from the scheduler.
  void start_at(Time at, Task<void> task);
  /// Starts the task from the scheduler at the current time: never inside the caller.
  void spawn(Task<void> task) { start_at(scheduler_.now(), std::move(task)); }

  /// Number of tasks that have not ended.
  std::size_t size() const { return size_; }

 private:
  friend bool detail::leave_group(detail::PromiseBase&) noexcept;

  Task<void>::Handle adopt(Task<void> task) {
    const auto handle = task.release();
    detail::PromiseBase& promise = handle.promise();
    promise.group_ = this;
    promise.previous_ = &roots_;
    promise.next_ = roots_.next_;
    promise.next_->previous_ = roots_.next_ = &promise;
    ++size_;
    return handle;
  }
  void remove(detail::RootLink& root) {
    root.previous_->next_ = root.next_;
    root.next_->previous_ = root.previous_;
    --size_;
  }

  Scheduler& scheduler_;
  detail::RootLink roots_;
  std::size_t size_ = 0;
};

}  // namespace doorbell
