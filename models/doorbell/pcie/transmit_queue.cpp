#include "doorbell/pcie/transmit_queue.h"

#include <utility>

#include "doorbell/pcie/tlp_holder.h"

namespace doorbell::pcie {

TransmitQueue::TransmitQueue(Scheduler& scheduler, const StatisticsGroup& group, Port port)
    : scheduler_(scheduler),
      port_(std::move(port)),
      posted_left_(scheduler),
      stalls_(group, "credit_stalls",
              {"TLPs", Better::lower, "TLPs that had to wait for link credits or for their order"}),
      queue_(group, "credit_queue", {"TLPs", Better::lower, "TLPs that wait for link credits"}) {}

bool TransmitQueue::behind_posted(std::uint64_t number) const {
  auto& posted = const_cast<Ring<Entry*>&>(waiting_[0]);
  return !posted.empty() && posted.front()->number < number;
}

bool TransmitQueue::take_credits(TlpClass kind, const FlowCredits& need) {
  Credits& headers = *port_.credits[header_credits(kind)];
  if (!headers.try_take(need.headers)) return false;
  if (need.data == 0 || port_.credits[data_credits(kind)]->try_take(need.data)) return true;
  headers.give(need.headers);
  return false;
}

bool TransmitQueue::try_send(const Tlp& tlp) {
  const TlpClass kind = class_of(tlp);
  const auto index = static_cast<unsigned>(kind);
  if (!waiting_[index].empty() || (kind != TlpClass::posted && !waiting_[0].empty())) return false;
  if (!take_credits(kind, credits_needed(tlp))) return false;
  port_.send(tlp);
  return true;
}

/// What an MSI waits for, and who is the first that waits for the same.
void TransmitQueue::tell(JourneyHandle journey, TlpClass kind, Time now) {
  const bool headers = port_.credits[header_credits(kind)]->available() != 0;
  Ring<Entry*>& ahead = waiting_[static_cast<unsigned>(kind)];
  const Holder holder = ahead.empty() ? Holder{} : holder_of(ahead.front()->tlp);
  journey.wait(now, headers ? "posted data credits" : "posted header credits", holder);
}

Task<void> TransmitQueue::send(const Tlp& tlp) {
  return try_send(tlp) ? Task<void>::ready() : send_in_turn(tlp);
}

Task<void> TransmitQueue::send_in_turn(Tlp tlp) {
  const auto index = static_cast<unsigned>(class_of(tlp));
  const Time now = scheduler_.now();
  Condition left(scheduler_);
  Entry entry{tlp, next_number_++, now, false, &left};
  if (tlp.journey) tell(tlp.journey, class_of(tlp), now);
  stalls_.add();
  queue_.enter(now);
  waiting_[index].push_back(&entry);
  if (!pumping_[index]) {
    pumping_[index] = true;
    port_.tasks.spawn(pump(static_cast<TlpClass>(index)));
  }
  while (!entry.left)
    co_await left.wait();
}

Task<void> TransmitQueue::pump(TlpClass kind) {
  const auto index = static_cast<unsigned>(kind);
  Ring<Entry*>& waiting = waiting_[index];
  while (!waiting.empty()) {
    Entry& entry = *waiting.front();
    while (kind != TlpClass::posted && behind_posted(entry.number))
      co_await posted_left_.wait();
    const FlowCredits need = credits_needed(entry.tlp);
    co_await port_.credits[header_credits(kind)]->take(need.headers);
    if (need.data != 0) co_await port_.credits[data_credits(kind)]->take(need.data);
    waiting.pop_front();
    const Time now = scheduler_.now();
    queue_.leave(now, entry.since);
    entry.tlp.journey.serve(now);
    port_.send(entry.tlp);
    entry.left = true;
    entry.condition->notify_all();
    if (kind == TlpClass::posted) posted_left_.notify_all();
  }
  pumping_[index] = false;
}

}  // namespace doorbell::pcie
