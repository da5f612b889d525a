#include "doorbell/memory/write_order.h"

namespace doorbell::memory {

WriteOrder::WriteOrder(Scheduler& scheduler, unsigned targets, const StatisticsGroup& group)
    : scheduler_(scheduler),
      targets_(targets),
      waiting_(group, "ordering",
               {.unit = "writes",
                .better = Better::lower,
                .help = "Posted writes that wait for earlier ones of their domain elsewhere."}) {}

WriteOrder::Domain& WriteOrder::domain_of(std::uint32_t id) {
  Domain& domain = domains_[id];
  if (domain.unanswered.empty()) {
    domain.unanswered.resize(targets_);
    domain.latest.resize(targets_);
  }
  return domain;
}

WriteOrder::Awaiter WriteOrder::admit(std::uint32_t domain, unsigned target, bool relaxed,
                                      std::uint32_t stream_id, Journey* journey) {
  return Awaiter{*this, domain_of(domain), target, relaxed, stream_id, journey};
}

Holder WriteOrder::holder(const Domain& domain, unsigned target) {
  for (unsigned other = 0; other < domain.unanswered.size(); ++other) {
    if (other != target && domain.unanswered[other] != 0) {
      return {"unanswered write of stream", domain.latest[other]};
    }
  }
  return {"earlier write of stream", domain.latest[target]};
}

bool WriteOrder::Awaiter::await_ready() {
  const bool in_turn = domain_.waiting.empty() && may_go(domain_, target_);
  if (!relaxed_ && !in_turn) return false;
  count(domain_, target_, stream_id_);
  return true;
}

void WriteOrder::Awaiter::await_suspend(std::coroutine_handle<> awaiter) {
  since_ = order_.scheduler_.now();
  resumes(awaiter, since_);
  order_.waiting_.enter(since_);
  if (journey_ != nullptr) {
    journey_->wait(since_, "posted writes ahead", holder(domain_, target_));
  }
  domain_.waiting.push(*this);
}

void WriteOrder::answered(std::uint32_t id, unsigned target) {
  Domain& domain = domains_.find(id)->second;
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
