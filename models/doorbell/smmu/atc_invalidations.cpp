#include "doorbell/smmu/atc_invalidations.h"

#include <algorithm>
#include <string>

#include "doorbell/smmu/arch/ats.h"

namespace doorbell::smmu {

AtcInvalidations::AtcInvalidations(Scheduler& scheduler, const Clock& clock,
                                   const StatisticsGroup& group, const AtsParameters& parameters,
                                   MessageTarget<DtiAts>& socket)
    : scheduler_(scheduler),
      latency_(clock.duration(parameters.link)),
      timeout_(parameters.invalidation_timeout),
      socket_(socket),
      changed_(scheduler),
      timer_(scheduler, [this] { give_up(); }),
      queue_(group, "atc_invalidations",
             {"invalidations", Better::lower, "CMD_ATC_INV, until the ATC acknowledges"}),
      timeouts_(group, "atc_invalidation_timeouts",
                {"invalidations", Better::lower, "That no ATC acknowledged in time"}) {}

Task<void> AtcInvalidations::send(Command command) {
  while (under_way_.size() == tags)
    co_await change();
  co_await socket_.credits(DtiAts::invalidation_credits).take();
  const std::uint32_t tag = next_tag_++;
  under_way_.push_back({command.stream.stream_id, tag, scheduler_.now(), scheduler_.now()});
  queue_.enter(scheduler_.now());
  socket_.send(invalidation_of(tag, command.stream, command.global, command.address, command.size),
               latency_);
}

/// A tag comes back from its function only.
void AtcInvalidations::acknowledge(const dti_ats::InvalidationAcknowledge& message) {
  const auto found = std::ranges::find_if(under_way_, [&message](const Invalidation& i) {
    return i.tag == message.tag && i.stream_id == message.stream_id;
  });
  if (found != under_way_.end()) finish(found);
}

void AtcInvalidations::finish(std::vector<Invalidation>::iterator which) {
  queue_.leave(scheduler_.now(), which->entered);
  under_way_.erase(which);
  changed_.notify_all();
}

Task<bool> AtcInvalidations::completed() {
  const std::uint32_t end = next_tag_;
  const auto some_are_before = [this, end] {
    return !under_way_.empty() && static_cast<std::int32_t>(under_way_.front().tag - end) < 0;
  };
  while (some_are_before() && !failed_)
    co_await change();
  const bool ok = !failed_;
  failed_ = false;
  co_return ok;
}

/// Time is measured only while somebody waits: an invalidation that nobody waits for keeps no
/// simulation going. Commands are carried out one by one, so that it is one at most.
Task<void> AtcInvalidations::change() {
  timer_.set(under_way_.front().sent + timeout_);
  co_await changed_.wait();
  timer_.set(never);
}

void AtcInvalidations::give_up() {
  while (!under_way_.empty() && under_way_.front().sent + timeout_ <= scheduler_.now()) {
    timeouts_.add();
    failed_ = true;
    finish(under_way_.begin());
  }
}

AtcInvalidations::Saved AtcInvalidations::saved() const {
  Saved saved;
  for (const Invalidation& invalidation : under_way_) {
    saved.stream_ids.push_back(invalidation.stream_id);
    saved.tags.push_back(invalidation.tag);
    saved.sent.push_back(invalidation.sent);
  }
  return saved;
}

void AtcInvalidations::take_saved(const Saved& saved, const StateReader& state) {
  const std::size_t count = saved.tags.size();
  const auto expect = [&](const char* what, std::size_t found) {
    if (found != count) state.refuse(what, std::to_string(count), std::to_string(found));
  };
  expect("stream_ids", saved.stream_ids.size());
  expect("sent", saved.sent.size());
  const Time now = scheduler_.now();
  while (!under_way_.empty())
    finish(under_way_.begin());
  for (std::size_t i = 0; i < count; ++i) {
    if (saved.sent[i] > now)
      state.refuse("sent", "at most " + std::to_string(now), std::to_string(saved.sent[i]));
    under_way_.push_back({saved.stream_ids[i], saved.tags[i], saved.sent[i], now});
    queue_.enter(now);
  }
}

}  // namespace doorbell::smmu
