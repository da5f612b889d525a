// What a checkpoint keeps of queues.
#include <algorithm>

#include "doorbell/core/arch/state.h"
#include "doorbell/pcie/arch/nvme/queue.h"

namespace doorbell::pcie::nvme {
namespace {

/// Of the admin queue, the longest: AQA has 12 bits (NVMe 1.4 3.1.8).
constexpr std::uint32_t most_entries = 4096;

template <class Queue, class State>
void describe_ring(Queue& queue, State& state) {
  state.value("base", queue.base);
  state.value("entries", queue.entries, most_entries);
  state.value("head", queue.head, most_entries);
  state.value("tail", queue.tail, most_entries);
}

/// A ring that nothing could have made would be walked out of its bounds.
void check_ring(const StateReader& state, std::uint32_t entries, std::uint32_t head,
                std::uint32_t tail) {
  if (entries == 0) state.refuse("entries", "at least 1", "0");
  if (std::max(head, tail) >= entries) {
    state.refuse("head, tail", "places below " + std::to_string(entries),
                 std::to_string(std::max(head, tail)));
  }
}

template <class Queue, class State>
void describe_completion(Queue& queue, State& state, std::uint32_t vectors) {
  describe_ring(queue, state);
  state.value("phase", queue.phase);
  state.value("interrupts", queue.interrupts);
  state.value("vector", queue.vector, vectors - 1);
}

template <class Queue, class State>
void describe_submission(Queue& queue, State& state) {
  describe_ring(queue, state);
  state.value("completion_queue", queue.completion_queue);
  state.value("closing", queue.closing);
  state.sequence("offered", queue.offered, most_entries);
}

}  // namespace

void Queues::save(StateWriter& state) const {
  const auto describe = [](const auto& queue, StateWriter& inner, auto body) {
    inner.value("exists", queue.has_value());
    if (queue) body(*queue);
  };
  state.list("completion", completion_, [&](const auto& queue, StateWriter& inner) {
    describe(queue, inner, [&](const auto& of) { describe_completion(of, inner, vectors_); });
  });
  state.list("submission", submission_, [&](const auto& queue, StateWriter& inner) {
    describe(queue, inner, [&](const auto& of) { describe_submission(of, inner); });
  });
  state.value("last_served", last_served_);
}

void Queues::restore(StateReader& state) {
  state.list("completion", completion_, [this](auto& queue, StateReader& inner) {
    bool exists = false;
    inner.value("exists", exists);
    queue.reset();
    if (!exists) return;
    describe_completion(queue.emplace(), inner, vectors_);
    check_ring(inner, queue->entries, queue->head, queue->tail);
  });
  state.list("submission", submission_, [this](auto& queue, StateReader& inner) {
    bool exists = false;
    inner.value("exists", exists);
    queue.reset();
    if (!exists) return;
    describe_submission(queue.emplace(), inner);
    check_ring(inner, queue->entries, queue->head, queue->tail);
    if (queue->offered.size() != queue->entries)
      inner.refuse("offered", std::to_string(queue->entries),
                   std::to_string(queue->offered.size()));
    if (completion(queue->completion_queue) == nullptr)
      inner.refuse("completion_queue", "one that exists", std::to_string(queue->completion_queue));
  });
  state.value("last_served", last_served_, io_queues());
}

}  // namespace doorbell::pcie::nvme
