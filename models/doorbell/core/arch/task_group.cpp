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
  while (first_ != nullptr) {
    auto& promise = static_cast<detail::Promise<void>&>(*first_);
    remove(promise);
    RootHandle::from_promise(promise).destroy();
  }
}

void TaskGroup::remove(detail::PromiseBase& promise) {
  (promise.previous_ == nullptr ? first_ : promise.previous_->next_) = promise.next_;
  if (promise.next_ != nullptr) promise.next_->previous_ = promise.previous_;
  --size_;
}

void TaskGroup::start_at(Time at, Task<void> task) {
  start(run_from(scheduler_, at, std::move(task)));
}

void detail::finish_root(PromiseBase& promise, std::coroutine_handle<> frame) noexcept {
  TaskGroup& group = *promise.group_;
  group.remove(promise);
  const bool failed = promise.exception_ != nullptr;
  if (failed) [[unlikely]]
    group.scheduler_.fail(promise.exception_);
  Completion* const completion = promise.completion_;
  frame.destroy();
  if (completion != nullptr && !failed) completion->completed();
}

}  // namespace doorbell
