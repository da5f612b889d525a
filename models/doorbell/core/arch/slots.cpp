#include "doorbell/core/arch/slots.h"

#include <algorithm>

namespace doorbell {

Slots::Slots(Scheduler& scheduler, const StatisticsGroup& group, const std::string& name,
             std::uint32_t count)
    : scheduler_(scheduler),
      name_(group.join(name)),
      holders_(count),
      server_(group, name, {.unit = "grants", .help = "places in use"}, count),
      queue_(group, name + "_queue",
             {.unit = "waiters", .better = Better::lower, .help = "waiting for a place"}) {
  for (std::uint32_t i = count; i > 0; --i)
    free_.push_back(i - 1);
}

void Slots::Awaiter::await_suspend(std::coroutine_handle<> awaiter) {
  since_ = slots_.scheduler_.now();
  resumes(awaiter, since_);
  suspended_ = true;
  if (journey_) journey_.wait(since_, slots_.name_.c_str(), slots_.oldest_holder());
  slots_.queue_.enter(since_);
  slots_.waiting_.push(*this);
}

void Slots::admit_next() {
  const Time now = scheduler_.now();
  auto& next = static_cast<Awaiter&>(*waiting_.pop());
  next.index_ = grant(next.holder_);
  queue_.leave(std::max(now, next.since_), next.since_);
  scheduler_.wake_now(next);
}

Holder Slots::oldest_holder() const {
  const Place* oldest = nullptr;
  for (const Place& place : holders_) {
    if (place.grant != 0 && (oldest == nullptr || place.grant < oldest->grant)) oldest = &place;
  }
  return oldest == nullptr ? Holder{} : oldest->holder;
}

}  // namespace doorbell
