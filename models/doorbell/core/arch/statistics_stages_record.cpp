#include <algorithm>
#include <utility>

#include "doorbell/core/arch/hash.h"
#include "doorbell/core/arch/statistics_stages.h"

namespace doorbell {
namespace {

constexpr std::size_t header_words = 3;
constexpr unsigned stage_shift = 56;
constexpr std::uint64_t time_mask = (std::uint64_t{1} << stage_shift) - 1;
/// How many messages ahead objects are asked for, and what their pointers lead to.
constexpr std::size_t objects_ahead = 12;
constexpr std::size_t buckets_ahead = 5;

void prefetch_lines(const void* start, std::size_t bytes) {
  for (std::size_t at = 0; at < bytes; at += 64) {
    __builtin_prefetch(static_cast<const char*>(start) + at, 1);
  }
}

std::uint64_t pair_of(std::uint32_t high, std::uint32_t low) {
  return static_cast<std::uint64_t>(high) << 32 | low;
}

std::uint32_t high_of(std::uint64_t pair) {
  return static_cast<std::uint32_t>(pair >> 32);
}
std::uint32_t low_of(std::uint64_t pair) {
  return static_cast<std::uint32_t>(pair);
}

}  // namespace

void StageStatistics::record(const MessageIdentity& identity, std::span<const StageSample> samples,
                             Time end_to_end) {
  if (streams_.size() <= few_streams) {
    add_at_once(identity, samples, end_to_end);
  } else {
    log(identity, samples, end_to_end);
  }
}

inline void StageStatistics::add_sample(StageHistograms& stage, TimeSummary& summary, Time waiting,
                                        Time service) {
  stage.waiting.record(waiting);
  stage.service.record(service);
  ++summary.count;
  summary.sum += waiting + service;
  if (waiting + service > summary.maximum) [[unlikely]]
    summary.maximum = waiting + service;
}

void StageStatistics::add_at_once(const MessageIdentity& identity,
                                  std::span<const StageSample> samples, Time end_to_end) {
  const Slot& owner = owner_of(pair_of(identity.device, identity.event), identity.stream);
  Stream& stream = streams_[owner.stream];
  StageHistograms* const stages = stream.stages.data();
  TimeSummary* const summaries = &summaries_[(owner.vector - 1) * stages_];
  for (const StageSample& sample : samples) {
    const auto stage = static_cast<std::size_t>(sample.stage);
    add_sample(stages[stage], summaries[stage], sample.waiting, sample.service);
  }
  stream.end_to_end.record(end_to_end);
  vectors_[owner.vector - 1].end_to_end.record(end_to_end);
}

void StageStatistics::log(const MessageIdentity& identity, std::span<const StageSample> samples,
                          Time end_to_end) {
  logged_.push_back({static_cast<std::uint32_t>(log_.size()), 0, 0});
  log_.push_back(pair_of(identity.stream, static_cast<std::uint32_t>(samples.size())));
  log_.push_back(pair_of(identity.device, identity.event));
  log_.push_back(end_to_end);
  for (const StageSample& sample : samples) {
    log_.push_back(static_cast<std::uint64_t>(sample.stage) << stage_shift |
                   (sample.waiting & time_mask));
    log_.push_back(sample.service);
  }
  if (logged_.size() >= batch()) settle();
}

/// Large enough for several messages of each stream, small enough for a cache when there are few.
std::size_t StageStatistics::batch() const {
  return std::clamp<std::size_t>(16 * streams_.size(), 256, 65'536);
}

void StageStatistics::settle() {
  find_owners();
  order_by_stream();
  for (std::size_t i = 0; i < ordered_.size(); ++i) {
    prefetch_objects(i + objects_ahead);
    prefetch_buckets(i + buckets_ahead);
    settle_one(ordered_[i]);
  }
  log_.clear();
  logged_.clear();
}

void StageStatistics::find_owners() {
  for (std::size_t i = 0; i < logged_.size(); ++i) {
    if (i + objects_ahead < logged_.size()) {
      const std::uint64_t key = log_[logged_[i + objects_ahead].word + 1];
      __builtin_prefetch(&slots_[spread(key) & (slots_.size() - 1)]);
    }
    Logged& logged = logged_[i];
    const std::uint64_t* words = &log_[logged.word];
    const Slot& owner = owner_of(words[1], high_of(words[0]));
    logged.vector = owner.vector - 1;
    logged.stream = owner.stream;
  }
}

void StageStatistics::order_by_stream() {
  starts_.assign(streams_.size() + 1, 0);
  for (const Logged& logged : logged_)
    ++starts_[logged.stream + 1];
  for (std::size_t i = 1; i < starts_.size(); ++i)
    starts_[i] += starts_[i - 1];
  ordered_.resize(logged_.size());
  for (const Logged& logged : logged_)
    ordered_[starts_[logged.stream]++] = logged;
}

bool StageStatistics::starts_a_stream(std::size_t position) const {
  return position == 0 || ordered_[position].stream != ordered_[position - 1].stream;
}

void StageStatistics::prefetch_objects(std::size_t position) const {
  if (position >= ordered_.size()) return;
  const Logged& logged = ordered_[position];
  prefetch_lines(&vectors_[logged.vector], sizeof(VectorEntry));
  prefetch_lines(&summaries_[logged.vector * stages_], stages_ * sizeof(TimeSummary));
  prefetch_lines(&log_[logged.word], (header_words + 2 * low_of(log_[logged.word])) * 8);
  if (starts_a_stream(position)) {
    prefetch_lines(streams_[logged.stream].stages.data(), stages_ * sizeof(StageHistograms));
  }
}

void StageStatistics::prefetch_buckets(std::size_t position) const {
  if (position >= ordered_.size()) return;
  const Logged& logged = ordered_[position];
  const std::uint64_t* words = &log_[logged.word];
  vectors_[logged.vector].end_to_end.prefetch(words[2]);
  if (!starts_a_stream(position)) return;
  const Stream& stream = streams_[logged.stream];
  const std::uint32_t samples = low_of(words[0]);
  words += header_words;
  for (std::uint32_t i = 0; i < samples; ++i, words += 2) {
    const StageHistograms& histograms = stream.stages[words[0] >> stage_shift];
    histograms.waiting.prefetch(words[0] & time_mask);
    histograms.service.prefetch(words[1]);
  }
}

void StageStatistics::settle_one(const Logged& logged) {
  const std::uint64_t* words = &log_[logged.word];
  const std::uint32_t samples = low_of(words[0]);
  const Time end_to_end = words[2];
  Stream& stream = streams_[logged.stream];
  TimeSummary* summaries = &summaries_[logged.vector * stages_];
  words += header_words;
  for (std::uint32_t i = 0; i < samples; ++i, words += 2) {
    const auto stage = static_cast<std::size_t>(words[0] >> stage_shift);
    add_sample(stream.stages[stage], summaries[stage], words[0] & time_mask, words[1]);
  }
  stream.end_to_end.record(end_to_end);
  vectors_[logged.vector].end_to_end.record(end_to_end);
}

void StageStatistics::reset() {
  settle();
  for (Stream& stream : streams_) {
    for (StageHistograms& stage : stream.stages) {
      stage.waiting.clear();
      stage.service.clear();
    }
    stream.end_to_end.clear();
  }
  for (VectorEntry& vector : vectors_)
    vector.end_to_end.clear();
  std::fill(summaries_.begin(), summaries_.end(), TimeSummary{});
}

StageStatistics::Stream StageStatistics::total() {
  settle();
  Stream total;
  total.stages.resize(graph_->size());
  for (const Stream& stream : streams_) {
    for (std::size_t i = 0; i < total.stages.size(); ++i) {
      total.stages[i].waiting.merge(stream.stages[i].waiting);
      total.stages[i].service.merge(stream.stages[i].service);
    }
    total.end_to_end.merge(stream.end_to_end);
  }
  return total;
}

std::map<std::uint32_t, const StageStatistics::Stream*> StageStatistics::streams() {
  settle();
  std::map<std::uint32_t, const Stream*> by_id;
  for (const auto& [id, number] : stream_numbers_)
    by_id.emplace(id, &streams_[number]);
  return by_id;
}

std::vector<StageStatistics::Vector> StageStatistics::vectors() {
  settle();
  std::vector<std::uint32_t> numbers(vectors_.size());
  for (std::uint32_t i = 0; i < numbers.size(); ++i)
    numbers[i] = i;
  std::sort(numbers.begin(), numbers.end(),
            [this](std::uint32_t a, std::uint32_t b) { return vectors_[a].key < vectors_[b].key; });
  std::vector<Vector> sorted;
  sorted.reserve(numbers.size());
  for (const std::uint32_t number : numbers) {
    const VectorEntry& entry = vectors_[number];
    const std::span all(summaries_);
    sorted.push_back({high_of(entry.key), low_of(entry.key), all.subspan(number * stages_, stages_),
                      entry.end_to_end});
  }
  return sorted;
}

const StageStatistics::Slot& StageStatistics::owner_of(std::uint64_t key, std::uint32_t stream_id) {
  Slot* slot = &slots_[slot_of(key)];
  if (slot->vector == 0) [[unlikely]]
    slot = &add_vector(key);
  if (slot->stream_id != stream_id || slot->stream == no_stream) [[unlikely]] {
    slot->stream_id = stream_id;
    slot->stream = stream_of(stream_id);
  }
  return *slot;
}

StageStatistics::Slot& StageStatistics::add_vector(std::uint64_t key) {
  graph_->freeze();
  stages_ = graph_->size();
  vectors_.push_back({key, {}});
  summaries_.resize(vectors_.size() * stages_);
  if (slots_.size() < 2 * vectors_.size()) grow();
  Slot& slot = slots_[slot_of(key)];
  slot.key = key;
  slot.vector = static_cast<std::uint32_t>(vectors_.size());
  return slot;
}

std::uint32_t StageStatistics::stream_of(std::uint32_t id) {
  const auto [entry, is_new] =
      stream_numbers_.try_emplace(id, static_cast<std::uint32_t>(streams_.size()));
  if (is_new) {
    streams_.emplace_back();
    streams_.back().stages.resize(stages_);
  }
  return entry->second;
}

std::size_t StageStatistics::slot_of(std::uint64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  // DeviceIDs and EventIDs are small and dense, slots should not be.
  std::size_t i = spread(key) & mask;
  while (slots_[i].vector != 0 && slots_[i].key != key)
    i = (i + 1) & mask;
  return i;
}

void StageStatistics::grow() {
  const std::vector<Slot> old = std::exchange(slots_, {});
  slots_.resize(2 * old.size());
  for (const Slot& slot : old) {
    if (slot.vector != 0) slots_[slot_of(slot.key)] = slot;
  }
}

}  // namespace doorbell
