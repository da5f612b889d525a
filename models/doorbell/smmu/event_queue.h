#pragma once

#include <deque>
#include <functional>
#include <utility>

#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/smmu/arch/event.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/output_queue.h"

namespace doorbell::smmu {

/// The Event queue (IHI 0070 7.2, 7.4).
class EventQueue : public OutputQueue {
 public:
  EventQueue(Scheduler& scheduler, const StatisticsGroup& group, RegisterBank& registers,
             MemoryPort& memory, Interrupts& interrupts, const SmmuParameters& parameters);

  /// Commits a record, or lets one that software can't see yet stand for this event, too (7.3.1);
  /// false when the queue is not writable and the event is lost, with the overflow condition if the
  /// queue is full. `MEV`: the STE's.
  bool record(const Event& event, bool MEV = false);

  /// Whether a record would be committed (7.2.1).
  bool writable() const { return enabled() && !aborted() && !full(); }
  /// What decides that has changed: CONS, EVENTQEN or EVENTQ_ABT_ERR.
  void notify() {
    if (on_writable_ && writable()) on_writable_();
  }
  /// Called when it may have become writable.
  void on_writable(std::function<void()> listener) { on_writable_ = std::move(listener); }

 private:
  /// Of the latest to be committed.
  struct Recent {
    Event event;
    bool MEV = false;
    std::uint64_t number = 0;  ///< The first is 1.
  };

  bool merge(const Event& event, bool MEV);
  void written(const Record& record, bool ok, bool was_empty) override;

  std::uint32_t merge_window_;
  std::deque<Recent> recent_;
  std::function<void()> on_writable_;
  Counter recorded_;
  Counter merged_;
  Counter lost_;
  Counter write_aborts_;
  Gauge used_;
};

}  // namespace doorbell::smmu
