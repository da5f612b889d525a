#include "doorbell/core/arch/task_group.h"

namespace doorbell {

namespace {

using RootHandle = std::coroutine_handle<detail::Promise<void>>;

Task<void> run_from(Scheduler& scheduler, Time at, Task<void> task) {
  co_await Until{scheduler, at};
  co_await task;
}

}  // namespace

TaskGroup::~TaskGroup() {
  while (size_ != 0) {
    auto& promise = static_cast<detail::Promise<void>&>(*roots_.next_);
    remove(promise);
    RootHandle::from_promise(promise).destroy();
  }
}

void TaskGroup::start_at(Time at, Task<void> task) {
  start(run_from(scheduler_, at, std::move(task)));
}

bool detail::leave_group(PromiseBase& promise) noexcept {
  TaskGroup& group = *promise.group_;
  group.remove(promise);
  if (promise.exception_ == nullptr) [[likely]]
    return true;
  group.scheduler_.fail(promise.exception_);
  return false;
}

void detail::finish_root(PromiseBase& promise, std::coroutine_handle<> frame) noexcept {
  const bool ended_well = leave_group(promise);
  Completion& completion = *promise.completion_;
  frame.destroy();
  if (ended_well) completion.completed();
}

}  // namespace doorbell
