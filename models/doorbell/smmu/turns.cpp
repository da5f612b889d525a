#include "doorbell/smmu/turns.h"

#include <algorithm>

namespace doorbell::smmu {

Turns::Turns(Scheduler& scheduler, const Clock& clock, const StatisticsGroup& group, Slots& slots,
             unsigned requesters)
    : scheduler_(scheduler),
      slots_(slots),
      port_(clock),
      queue_(group, "turns_queue",
             {.unit = "requests",
              .better = Better::lower,
              .help = "Waiting for their turn among the TBUs, or for a slot"}),
      waiting_(requesters),
      latest_(requesters - 1),
      tasks_(scheduler) {}

/// Whoever waits comes first.
bool Turns::take_at_once(Awaiter& awaiter) {
  if (waiting_count_ != 0 || port_.next() > scheduler_.now()) return false;
  awaiter.slot_ = slots_.try_acquire(awaiter.holder_);
  if (!awaiter.slot_) return false;
  port_.take(1);
  latest_ = awaiter.requester_;
  return true;
}

void Turns::wait(Awaiter& awaiter) {
  awaiter.waited_ = true;
  if (awaiter.journey_) {
    awaiter.journey_.wait(awaiter.since_, slots_.free() == 0 ? slots_.name() : "turn of TBU",
                          slots_.oldest_holder());
  }
  queue_.enter(awaiter.since_);
  waiting_[awaiter.requester_].push(awaiter);
  if (++waiting_count_ == 1) tasks_.start(serve());
}

/// As long as somebody waits.
Task<void> Turns::serve() {
  while (waiting_count_ != 0) {
    if (const Time begin = port_.next(); begin > scheduler_.now())
      co_await Delay{scheduler_, begin - scheduler_.now()};
    Slot slot = co_await slots_.acquire();
    Awaiter& next = next_in_turn();
    slot.relabel(next.holder_);
    next.slot_ = std::move(slot);
    port_.take(1);
    --waiting_count_;
    queue_.leave(std::max(scheduler_.now(), next.since_), next.since_);
    scheduler_.wake_now(next);
  }
}

Turns::Awaiter& Turns::next_in_turn() {
  do {
    latest_ = (latest_ + 1) % static_cast<unsigned>(waiting_.size());
  } while (waiting_[latest_].empty());
  return static_cast<Awaiter&>(*waiting_[latest_].pop());
}

}  // namespace doorbell::smmu
