#include "doorbell/memory/write_order.h"

namespace doorbell::memory {

WriteOrder::WriteOrder(Scheduler& scheduler, unsigned targets, const StatisticsGroup& group)
    : scheduler_(scheduler),
      targets_(targets),
      waiting_(group, "ordering",
               {.unit = "writes",
                .better = Better::lower,
                .help = "Posted writes that wait for earlier ones of their domain elsewhere."}) {}

void WriteOrder::find(std::uint32_t id) {
  Domain& domain = domains_[id];
  if (domain.unanswered.empty()) {
    domain.unanswered.resize(targets_);
    domain.latest.resize(targets_);
  }
  latest_ = &domain;
  latest_id_ = id;
}

Holder WriteOrder::holder(const Domain& domain, unsigned target) {
  for (unsigned other = 0; other < domain.unanswered.size(); ++other) {
    if (other != target && domain.unanswered[other] != 0) {
      return {"unanswered write of stream", domain.latest[other]};
    }
  }
  return {"earlier write of stream", domain.latest[target]};
}

void WriteOrder::Awaiter::await_suspend(std::coroutine_handle<> awaiter) {
  since_ = order_.scheduler_.now();
  resumes(awaiter, since_);
  order_.waiting_.enter(since_);
  if (journey_) {
    journey_.wait(since_, "posted writes ahead", holder(domain_, target_));
  }
  domain_.waiting.push(*this);
}

void WriteOrder::answered(Domain& domain, unsigned target) {
  --domain.total;
  --domain.unanswered[target];
  while (!domain.waiting.empty()) {
    auto& next = static_cast<Awaiter&>(*domain.waiting.front());
    if (!may_go(domain, next.target_)) return;
    domain.waiting.pop();
    count(domain, next.target_, next.stream_id_);
    waiting_.leave(scheduler_.now(), next.since_);
    scheduler_.wake_now(next);
  }
}

}  // namespace doorbell::memory
