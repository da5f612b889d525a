#include "doorbell/core/arch/causes.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace doorbell {
namespace {

constexpr unsigned bits = 5;

/// As in core/arch/histogram.h: values below 2^(bits+1) have a bucket each; above, each octave has
/// 2^bits.
std::size_t bucket_of(Time value) {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  const unsigned shift = width > bits + 1 ? width - (bits + 1) : 0;
  return (std::size_t{shift} << bits) + (value >> shift);
}

/// The smallest value of a bucket.
Time start_of(std::size_t bucket) {
  if (bucket < (2u << bits)) return bucket;
  const std::size_t shift = (bucket >> bits) - 1;
  return static_cast<Time>(bucket - (shift << bits)) << shift;
}

std::uint32_t stage_and_waiting(const JourneySpan& span) {
  return static_cast<std::uint32_t>(span.stage) << 1 | (span.waiting ? 1 : 0);
}

std::size_t hash_of(const char* resource, const char* holder, std::uint32_t stage) {
  auto hash = reinterpret_cast<std::uintptr_t>(resource) * 0x9e37'79b9'7f4a'7c15ULL;
  hash ^= reinterpret_cast<std::uintptr_t>(holder) * 0xc2b2'ae3d'27d4'eb4fULL;
  hash += stage * 0x1656'67b1'9e37'79f9ULL;
  return hash >> 32;
}

// Sums of picoseconds times numbers of MSIs don't fit into 64 bits.
__extension__ using Wide = __int128;

/// What slow MSIs spend more than as many typical ones, times the number of typical ones.
Wide excess_of(const Causes::Part& part, const Causes::Split& split) {
  return static_cast<Wide>(part.slow.time) * split.typical.count -
         static_cast<Wide>(part.typical.time) * split.slow.count;
}

}  // namespace

void Causes::add(const Journey& journey) {
  const Time end_to_end = journey.latest() - journey.started();
  const std::size_t bucket = bucket_of(end_to_end);
  if (bucket >= rows_.size()) rows_.resize(bucket + 1);
  Row& row = rows_[bucket];
  row.whole += {1, end_to_end};
  for (const JourneySpan& span : journey.spans()) {
    const std::size_t number = number_of(span);
    if (number >= row.of_cause.size()) row.of_cause.resize(causes_.size());
    const Time time = span.to - span.from;
    row.of_cause[number] += {1, time};
    if (span.holder.known() && span.holder.id != Holder::no_number) {
      causes_[number].holders.add(span.holder.id, time);
    }
  }
}

/// MSIs mostly do the same things one after the other, so that the table is seldom searched.
std::size_t Causes::number_of(const JourneySpan& span) {
  const std::uint32_t stage = stage_and_waiting(span);
  if (latest_ < causes_.size()) {
    const Slot& likely = slots_[causes_[latest_].next];
    if (likely.number != 0 && likely.is(span, stage)) return latest_ = likely.number - 1;
  }
  const std::size_t place = place_of(span, stage);
  if (latest_ < causes_.size()) causes_[latest_].next = place;
  return latest_ = slots_[place].number - 1;
}

std::size_t Causes::place_of(const JourneySpan& span, std::uint32_t stage) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t place = hash_of(span.resource, span.holder.what, stage) & mask;
  while (slots_[place].number != 0 && !slots_[place].is(span, stage))
    place = (place + 1) & mask;
  if (slots_[place].number != 0) return place;
  const std::size_t number =
      number_of(Cause{span.stage, span.waiting, span.resource, span.holder.what});
  slots_[place] = {span.resource, span.holder.what, stage, static_cast<std::uint32_t>(number + 1)};
  if (++taken_ * 2 <= slots_.size()) return place;
  grow();
  return place_of(span, stage);
}

/// Equal texts at other addresses are the same cause.
std::size_t Causes::number_of(const Cause& cause) {
  const auto found = std::find_if(causes_.begin(), causes_.end(),
                                  [&](const Known& known) { return known.cause == cause; });
  if (found != causes_.end()) return static_cast<std::size_t>(found - causes_.begin());
  causes_.push_back({cause, {}, 0});
  return causes_.size() - 1;
}

void Causes::grow() {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.number == 0) continue;
    std::size_t i = hash_of(slot.resource, slot.holder, slot.stage_and_waiting) & mask;
    while (slots_[i].number != 0)
      i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

/// The bucket that the median falls into: half of the MSIs, rounded up, are in it or below.
std::size_t Causes::median_row() const {
  std::uint64_t count = 0;
  for (const Row& row : rows_)
    count += row.whole.count;
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < rows_.size(); ++bucket) {
    seen += rows_[bucket].whole.count;
    if (seen != 0 && seen >= (count + 1) / 2) return bucket;
  }
  return 0;
}

Causes::Split Causes::split() const {
  Split split;
  if (rows_.empty()) return split;
  const std::size_t median = median_row();
  split.limit = start_of(median + 1);
  for (const Known& known : causes_)
    split.parts.push_back({known.cause, {}, {}, known.holders.in_order()});
  for (std::size_t bucket = 0; bucket < rows_.size(); ++bucket) {
    const Row& row = rows_[bucket];
    const bool slow = bucket > median;
    (slow ? split.slow : split.typical) += row.whole;
    for (std::size_t i = 0; i < row.of_cause.size(); ++i)
      (slow ? split.parts[i].slow : split.parts[i].typical) += row.of_cause[i];
  }
  std::stable_sort(split.parts.begin(), split.parts.end(), [&](const Part& a, const Part& b) {
    return excess_of(a, split) > excess_of(b, split);
  });
  return split;
}

}  // namespace doorbell
