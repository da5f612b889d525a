#include "doorbell/smmu/stalls.h"

#include <numeric>
#include <utility>

namespace doorbell::smmu {

Stalls::Stalls(Scheduler& scheduler, const StatisticsGroup& group, StageId stage,
               unsigned stall_max, std::vector<std::uint32_t> stallable, EventQueue& events)
    : scheduler_(scheduler),
      stage_(stage),
      events_(events),
      table_(stall_max, stallable),
      stalls_(
          group, "stalls",
          {"transactions", Better::lower, "Stalled, each from its fault to the end of its stall"}),
      stall_time_(group, "stall_time",
                  {"ps", Better::lower,
                   "Of a transaction from its first stall to its answer, with what is between"}),
      unrecorded_(group, "stalls_unrecorded",
                  {"stalls", Better::lower,
                   "Without a record, as the Event queue isn't writable or STALL_MAX is reached"}),
      suppressed_(
          group, "stalls_suppressed",
          {"stalls", Better::neither, "That the record of another of the page stands for"}) {
  const auto places = std::accumulate(stallable.begin(), stallable.end(), std::size_t{0});
  for (std::size_t i = 0; i < places; ++i)
    places_.push_back(std::make_unique<Place>(scheduler));
}

std::optional<StallTable::Index> Stalls::take_place(unsigned tbu) {
  const std::optional<StallTable::Index> index = table_.take_place(tbu);
  if (index) places_[*index]->taken = scheduler_.now();
  return index;
}

void Stalls::give_back(StallTable::Index index) {
  stall_time_.record(scheduler_.now() - places_[index]->taken);
  table_.give_back(index);
}

void Stalls::begin(StallTable::Index index, const StallTable::Stall& stall, Event event) {
  table_.begin(index, stall);
  Place& place = *places_[index];
  place.stalled = scheduler_.now();
  place.is_over = false;
  stalls_.enter(place.stalled);
  if (table_.suppressed(index)) {
    suppressed_.add();
    place.waits_for = {"event of STAG", table_.tag_of_first(index)};
    return;
  }
  // Only with a record: nothing is lost that somebody waits for (7.2.1).
  const std::optional<std::uint16_t> stag =
      events_.writable() ? table_.give_tag(index) : std::nullopt;
  if (!stag) {
    unrecorded_.add();
    place.waits_for = {"room for its event", Holder::no_number};
    return;
  }
  place.waits_for = {"event of STAG", *stag};
  event.stall = true;
  event.stag = *stag;
  events_.record(event);
}

Task<StallEnd> Stalls::end_of(StallTable::Index index, JourneyHandle journey) {
  Place& place = *places_[index];
  const Time begun = scheduler_.now();
  journey.enter(stage_, begun);
  journey.wait(begun, "CMD_RESUME", place.waits_for);
  while (!place.is_over)
    co_await place.ended.wait();
  co_return place.how;
}

void Stalls::resume(std::uint32_t stream_id, std::uint16_t stag, StallEnd how) {
  end(table_.resume(stream_id, stag, how));
  retry_unrecorded();
}

void Stalls::terminate(std::uint32_t stream_id) {
  end(table_.terminate(stream_id));
  retry_unrecorded();
}

void Stalls::terminate_all() {
  end(table_.terminate_all());
}

void Stalls::retry_unrecorded() {
  if (table_.has_tag() && events_.writable()) end(table_.retry_unrecorded());
}

void Stalls::end(const std::vector<StallTable::Ended>& stalls) {
  for (const StallTable::Ended& ended : stalls) {
    Place& place = *places_[ended.index];
    stalls_.leave(scheduler_.now(), place.stalled);
    place.is_over = true;
    place.how = ended.how;
    place.ended.notify_one();
  }
}

}  // namespace doorbell::smmu
