#include "doorbell/pcie/link_direction.h"

#include <algorithm>
#include <utility>

#include "doorbell/pcie/tlp_holder.h"

namespace doorbell::pcie {
namespace {

// Wire bytes of the TLPs that credits stood for: 24 of header and framing, 16 for each data credit.
constexpr std::uint64_t header_credit_bytes = 24;

constexpr Holder dllp{"a DLLP", Holder::no_number};

Time duration(BytePeriod period, std::uint64_t bytes) {
  return (bytes * period.numerator + period.denominator - 1) / period.denominator;
}

Gauge credits_held(const StatisticsGroup& group, const char* name) {
  return {
      group,
      name,
      {"credits", Better::neither, "credits of TLPs on the way to the receiver or in its buffers"}};
}

}  // namespace

LinkDirection::LinkDirection(Scheduler& scheduler, const StatisticsGroup& group,
                             const LinkParameters& parameters, const CreditLimits& receiver,
                             StageId stage)
    : scheduler_(scheduler),
      shape_(parameters.shape()),
      limits_(receiver),
      stage_(stage),
      latency_(parameters.latency),
      update_interval_(parameters.update_interval),
      dllp_time_(duration(tlp_byte_period(shape_), dllp_wire_bytes)),
      limit_bytes_(ack_limit_bytes(shape_)),
      shares_line_(shape_.dllp == DllpAccounting::shared && !uses_flits(shape_.generation)),
      lane_(tlp_byte_period(shape_)),
      freed_{Freed{*this, TlpClass::posted}, Freed{*this, TlpClass::non_posted},
             Freed{*this, TlpClass::completion}},
      line_(group, "line", {"bytes", Better::neither, "the line, while TLPs or DLLPs are on it"}),
      waiting_(group, "queue", {"TLPs", Better::lower, "TLPs that wait for the line"}),
      tlps_(group, "tlps", {"TLPs", Better::neither, "TLPs sent"}),
      tlp_bytes_(group, "tlp_bytes", {"bytes", Better::neither, "bytes of TLPs on the line"}),
      payload_bytes_(group, "payload_bytes", {"bytes", Better::higher, "bytes of data in TLPs"}),
      dllps_(group, "dllps", {"DLLPs", Better::lower, "Acks and UpdateFCs sent"}),
      held_{credits_held(group, "posted_headers_held"),
            credits_held(group, "posted_data_held"),
            credits_held(group, "non_posted_headers_held"),
            credits_held(group, "non_posted_data_held"),
            credits_held(group, "completion_headers_held"),
            credits_held(group, "completion_data_held")} {
  // The guideline's limit is in symbol times of a lane (PCIe 6.0 2.6.1.2).
  if (update_interval_ == 0) {
    update_interval_ = duration(raw_byte_period(shape_.generation, 1), limit_bytes_);
  }
}

void LinkDirection::connect(Neighbours neighbours, LinkDirection& reverse) {
  neighbours_ = std::move(neighbours);
  reverse_ = &reverse;
}

void LinkDirection::advertise() {
  for (unsigned kind = 0; kind < tlp_classes; ++kind) {
    const FlowCredits& limit = limits_.of(static_cast<TlpClass>(kind));
    const auto grant = [&](unsigned credit_class, std::uint32_t count) {
      neighbours_.return_credits(credit_class, count == 0 ? infinite_credits : count,
                                 scheduler_.now());
    };
    grant(header_credits(static_cast<TlpClass>(kind)), limit.headers);
    grant(data_credits(static_cast<TlpClass>(kind)), limit.data);
  }
}

void LinkDirection::accept(const Tlp& tlp, Time at) {
  const unsigned bytes = wire_bytes(tlp, shape_.generation);
  tlp.journey.enter(stage_, at);
  waiting_.enter(at);
  hold_credits(tlp, at);
  settle(at);
  if (queue_.empty() && lane_.end() <= at) {
    transmit(tlp, at, bytes);
    return;
  }
  if (tlp.journey) {
    const Holder ahead = queue_.empty() ? on_line_ : holder_of(queue_.front().tlp);
    tlp.journey.wait(at, "the link's line", ahead);
  }
  queue_.push_back({tlp, at, bytes});
  if (!pump_.linked()) scheduler_.wake_at(pump_, lane_.end());
}

void LinkDirection::pump() {
  const Time now = scheduler_.now();
  settle(now);
  if (lane_.end() <= now) {
    const Queued& first = queue_.front();
    transmit(first.tlp, first.ready, first.bytes);
    queue_.pop_front();
  }
  if (!queue_.empty()) scheduler_.wake_at(pump_, lane_.end());
}

void LinkDirection::transmit(const Tlp& tlp, Time ready, unsigned bytes) {
  const Time start = lane_.occupy(ready, bytes);
  const Time arrival = lane_.end() + latency_;
  tlp.journey.serve(start);
  on_line_ = holder_of(tlp);
  waiting_.leave(start, ready);
  line_.occupy(start, lane_.end());
  tlps_.add();
  tlp_bytes_.add(bytes);
  const bool carries_data =
      tlp.type == pcie_tlp::Type::memory_write || tlp.type == pcie_tlp::Type::completion_with_data;
  if (carries_data) payload_bytes_.add(tlp.length);
  neighbours_.deliver(tlp, arrival);
  if (shares_line_) reverse_->acknowledge(bytes, arrival);
}

void LinkDirection::acknowledge(unsigned bytes, Time at) {
  unacknowledged_bytes_ += bytes;
  while (unacknowledged_bytes_ >= limit_bytes_) {
    unacknowledged_bytes_ -= limit_bytes_;
    due_acks_.push_back(at);
  }
  settle(scheduler_.now());
}

void LinkDirection::settle(Time now) {
  while (!due_acks_.empty() && due_acks_.front() <= now) {
    const Time due = due_acks_.front();
    due_acks_.pop_front();
    lay_dllp(due);
  }
}

void LinkDirection::lay_dllp(Time at) {
  // Behind a TLP it is that which holds the line.
  if (lane_.end() <= at) on_line_ = dllp;
  const Time start = lane_.occupy(at, dllp_wire_bytes);
  line_.occupy(start, lane_.end());
  dllps_.add();
}

Time LinkDirection::send_dllp(Time at) {
  settle(at);
  lay_dllp(at);
  return lane_.end();
}

void LinkDirection::hold_credits(const Tlp& tlp, Time at) {
  const FlowCredits need = credits_needed(tlp);
  const TlpClass kind = class_of(tlp);
  held_[header_credits(kind)].add(need.headers, at);
  if (need.data != 0) held_[data_credits(kind)].add(need.data, at);
}

void LinkDirection::free_credits(unsigned credit_class, std::uint64_t count, Time at) {
  held_[credit_class].add(-static_cast<std::int64_t>(count), at);
  const auto kind = static_cast<TlpClass>(credit_class / 2);
  const bool data = credit_class % 2 != 0;
  const FlowCredits& limit = limits_.of(kind);
  if ((data ? limit.data : limit.headers) == 0) return;  // infinite: never updated (2.6.1)
  Freed& freed = freed_[static_cast<unsigned>(kind)];
  freed.credits[credit_class % 2] += count;
  if (!shares_line_) {
    return_credits(freed, at + latency_ + dllp_time_);
    return;
  }
  freed.bytes += count * (data ? credit_unit_bytes : header_credit_bytes);
  if (freed.bytes >= limit_bytes_) {
    freed.unlink();
    update(kind, at);
  } else if (!freed.linked()) {
    scheduler_.wake_at(freed, at + update_interval_);
  }
}

bool LinkDirection::busy(Time now) const {
  const bool owes_credits =
      std::any_of(freed_.begin(), freed_.end(), [](const Freed& freed) { return freed.linked(); });
  return !queue_.empty() || lane_.end() > now || owes_credits;
}

void LinkDirection::forget() {
  settle(scheduler_.now());
  lane_ = Lane(tlp_byte_period(shape_));
  on_line_ = {};
  unacknowledged_bytes_ = 0;
  for (Freed& freed : freed_)
    freed.bytes = 0;
}

void LinkDirection::update(TlpClass kind, Time at) {
  Freed& freed = freed_[static_cast<unsigned>(kind)];
  const Time sent = reverse_->send_dllp(at);
  return_credits(freed, sent + latency_);
  if (freed.bytes < limit_bytes_) {
    freed.bytes = 0;  // the timer's UpdateFC
    return;
  }
  // A TLP longer than the limit asks for more than one: the rate of UpdateFCs is one a limit.
  for (freed.bytes -= limit_bytes_; freed.bytes >= limit_bytes_; freed.bytes -= limit_bytes_) {
    reverse_->send_dllp(at);
  }
}

void LinkDirection::return_credits(Freed& freed, Time at) {
  const auto [headers, data] = std::exchange(freed.credits, {});
  if (headers != 0) neighbours_.return_credits(header_credits(freed.kind), headers, at);
  if (data != 0) neighbours_.return_credits(data_credits(freed.kind), data, at);
}

}  // namespace doorbell::pcie
