#include "doorbell/smmu/arch/stall_table.h"

#include <numeric>
#include <utility>

namespace doorbell::smmu {
namespace {

/// The smallest page there is, so that what is in one of them is in one page of any size.
constexpr unsigned smallest_page_log2 = 12;

/// 3.12.2.1; different substreams are different streams (3.12.2).
bool same_cause(const StallTable::Stall& a, const StallTable::Stall& b) {
  return a.stream == b.stream && a.access == b.access &&
         a.address >> smallest_page_log2 == b.address >> smallest_page_log2;
}

}  // namespace

StallTable::StallTable(unsigned stall_max, std::vector<std::uint32_t> stallable)
    : places_of_(std::move(stallable)),
      entries_(std::accumulate(places_of_.begin(), places_of_.end(), std::size_t{0})),
      holder_of_tag_(stall_max) {
  settle();
}

void StallTable::settle() {
  free_.resize(entries_.size());
  std::iota(free_.rbegin(), free_.rend(), Index{0});
  free_tags_.resize(holder_of_tag_.size());
  std::iota(free_tags_.begin(), free_tags_.end(), std::uint16_t{0});
}

std::optional<StallTable::Index> StallTable::take_place(unsigned tbu) {
  if (places_of_[tbu] == 0) return std::nullopt;
  --places_of_[tbu];
  const Index index = free_.back();
  free_.pop_back();
  entries_[index].tbu = tbu;
  return index;
}

void StallTable::give_back(Index index) {
  ++places_of_[entries_[index].tbu];
  free_.push_back(index);
}

void StallTable::begin(Index index, const Stall& stall) {
  Entry& entry = entries_[index];
  entry.state = State::unrecorded;
  entry.stall = stall;
  for (const Index other : stalled_) {
    if (entries_[other].state != State::recorded || !same_cause(entries_[other].stall, stall))
      continue;
    entry.state = State::suppressed;
    entry.first = other;
  }
  stalled_.push_back(index);
}

std::optional<std::uint16_t> StallTable::give_tag(Index index) {
  if (free_tags_.empty()) return std::nullopt;
  const std::uint16_t stag = free_tags_.front();
  free_tags_.pop_front();
  holder_of_tag_[stag] = index;
  entries_[index].state = State::recorded;
  entries_[index].stag = stag;
  return stag;
}

void StallTable::give_tag_back(Index index) {
  const Entry& entry = entries_[index];
  if (entry.state != State::recorded) return;
  holder_of_tag_[entry.stag].reset();
  free_tags_.push_back(entry.stag);
}

template <class Ending>
std::vector<StallTable::Ended> StallTable::end_some(Ending ending) {
  std::vector<Ended> ended;
  std::vector<Index> others;
  for (const Index index : stalled_) {
    const std::optional<StallEnd> how = ending(index);
    if (how) {
      give_tag_back(index);
      ended.push_back({index, *how});
    } else {
      others.push_back(index);
    }
  }
  stalled_ = std::move(others);
  return ended;
}

std::vector<StallTable::Ended> StallTable::resume(std::uint32_t stream_id, std::uint16_t stag,
                                                  StallEnd how) {
  if (stag >= holder_of_tag_.size() || !holder_of_tag_[stag]) return {};
  const Index first = *holder_of_tag_[stag];
  if (entries_[first].stall.stream.stream_id != stream_id) return {};
  return end_some([this, first, how](Index index) -> std::optional<StallEnd> {
    if (index == first) return how;
    const Entry& entry = entries_[index];
    if (entry.state == State::suppressed && entry.first == first) return StallEnd::retry;
    return std::nullopt;
  });
}

std::vector<StallTable::Ended> StallTable::terminate(std::uint32_t stream_id) {
  return end_some([this, stream_id](Index index) -> std::optional<StallEnd> {
    if (entries_[index].stall.stream.stream_id != stream_id) return std::nullopt;
    return StallEnd::abort;
  });
}

std::vector<StallTable::Ended> StallTable::terminate_all() {
  return end_some([](Index) { return std::optional(StallEnd::abort); });
}

std::vector<StallTable::Ended> StallTable::retry_unrecorded() {
  return end_some([this](Index index) -> std::optional<StallEnd> {
    if (entries_[index].state != State::unrecorded) return std::nullopt;
    return StallEnd::retry;
  });
}

}  // namespace doorbell::smmu
