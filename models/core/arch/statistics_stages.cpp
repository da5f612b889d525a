#include "doorbell/core/arch/statistics_stages.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace doorbell {
namespace {

std::uint64_t key_of(std::uint32_t device, std::uint32_t event) {
  return static_cast<std::uint64_t>(device) << 32 | event;
}

/// The finalizer of SplitMix64: DeviceIDs and EventIDs are small and dense, slots should not be.
std::size_t hash_of(std::uint64_t key) {
  key = (key ^ key >> 30) * 0xbf58476d1ce4e5b9;
  key = (key ^ key >> 27) * 0x94d049bb133111eb;
  return static_cast<std::size_t>(key ^ key >> 31);
}

}  // namespace

StageId StageGraph::add(StageInfo info) {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i].name == info.name) return static_cast<StageId>(i);
  }
  if (frozen_) throw std::logic_error("a stage added after the first MSI: " + info.name);
  if (stages_.size() == capacity) throw std::logic_error("too many stages: " + info.name);
  stages_.push_back(std::move(info));
  return static_cast<StageId>(stages_.size() - 1);
}

const StageInfo* StageGraph::find(std::string_view name) const {
  for (const StageInfo& stage : stages_) {
    if (stage.name == name) return &stage;
  }
  return nullptr;
}

std::vector<StageId> StageGraph::in_order() const {
  std::vector<StageId> ids;
  for (std::size_t i = 0; i < stages_.size(); ++i)
    ids.push_back(static_cast<StageId>(i));
  std::sort(ids.begin(), ids.end(), [this](StageId a, StageId b) {
    return std::tie(info(a).order, info(a).name) < std::tie(info(b).order, info(b).name);
  });
  return ids;
}

void StageStatistics::record(const MessageIdentity& identity, std::span<const StageSample> samples,
                             Time end_to_end) {
  Vector& vector = vector_of(identity);
  Stream& stream = *vector.stream;
  for (const StageSample& sample : samples) {
    const auto stage = static_cast<std::size_t>(sample.stage);
    StageHistograms& histograms = stream.stages[stage];
    histograms.waiting.record(sample.waiting);
    histograms.service.record(sample.service);
    TimeSummary& summary = vector.stages[stage];
    const Time whole = sample.waiting + sample.service;
    ++summary.count;
    summary.sum += whole;
    summary.maximum = std::max(summary.maximum, whole);
  }
  stream.end_to_end.record(end_to_end);
  vector.end_to_end.record(end_to_end);
}

void StageStatistics::reset() {
  for (auto& [id, stream] : streams_) {
    for (StageHistograms& stage : stream.stages) {
      stage.waiting.clear();
      stage.service.clear();
    }
    stream.end_to_end.clear();
  }
  for (Vector& vector : vectors_) {
    std::fill(vector.stages.begin(), vector.stages.end(), TimeSummary{});
    vector.end_to_end.clear();
  }
}

StageStatistics::Stream StageStatistics::total() const {
  Stream total;
  total.stages.resize(graph_->size());
  for (const auto& [id, stream] : streams_) {
    for (std::size_t i = 0; i < total.stages.size(); ++i) {
      total.stages[i].waiting.merge(stream.stages[i].waiting);
      total.stages[i].service.merge(stream.stages[i].service);
    }
    total.end_to_end.merge(stream.end_to_end);
  }
  return total;
}

std::vector<const StageStatistics::Vector*> StageStatistics::vectors() const {
  std::vector<const Vector*> sorted;
  sorted.reserve(vectors_.size());
  for (const Vector& vector : vectors_)
    sorted.push_back(&vector);
  std::sort(sorted.begin(), sorted.end(), [](const Vector* a, const Vector* b) {
    return std::tie(a->device, a->event) < std::tie(b->device, b->event);
  });
  return sorted;
}

StageStatistics::Vector& StageStatistics::vector_of(const MessageIdentity& identity) {
  const std::uint64_t key = key_of(identity.device, identity.event);
  if (slots_.size() < 2 * (vectors_.size() + 1)) grow();
  Slot& slot = slots_[slot_of(key)];
  if (slot.vector == 0) slot = {key, add_vector(identity), identity.stream};
  Vector& vector = vectors_[slot.vector - 1];
  if (slot.stream != identity.stream) {
    vector.stream = &stream_of(identity.stream);
    slot.stream = identity.stream;
  }
  return vector;
}

std::uint32_t StageStatistics::add_vector(const MessageIdentity& identity) {
  vectors_.push_back({.device = identity.device,
                      .event = identity.event,
                      .stream = &stream_of(identity.stream),
                      .stages = std::vector<TimeSummary>(graph_->size()),
                      .end_to_end = {}});
  return static_cast<std::uint32_t>(vectors_.size());
}

StageStatistics::Stream& StageStatistics::stream_of(std::uint32_t stream) {
  graph_->freeze();
  Stream& found = streams_[stream];
  found.stages.resize(graph_->size());
  return found;
}

std::size_t StageStatistics::slot_of(std::uint64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash_of(key) & mask;
  while (slots_[i].vector != 0 && slots_[i].key != key)
    i = (i + 1) & mask;
  return i;
}

void StageStatistics::grow() {
  const std::vector<Slot> old = std::exchange(slots_, {});
  slots_.resize(std::max<std::size_t>(16, 2 * old.size()));
  for (const Slot& slot : old) {
    if (slot.vector != 0) slots_[slot_of(slot.key)] = slot;
  }
}

}  // namespace doorbell
