#pragma once

#include <deque>

#include "doorbell/core/arch/registers.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/smmu/arch/event.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/arch/queue.h"
#include "doorbell/smmu/interrupts.h"

namespace doorbell::smmu {

/// The Event queue (IHI 0070 3.5, 7.2, 7.4): records are committed in the order of their events,
/// written one after the other, and then published by SMMU_EVENTQ_PROD.
class EventQueue {
 public:
  EventQueue(Scheduler& scheduler, const StatisticsGroup& group, RegisterBank& registers,
             MemoryPort& memory, Interrupts& interrupts, const SmmuParameters& parameters);

  /// Commits a record, or lets one that software can't see yet stand for this event, too (7.3.1);
  /// false when the queue is not writable and the event is lost, with the overflow condition if the
  /// queue is full. `MEV`: the STE's.
  bool record(const Event& event, bool MEV = false);

  /// Records committed so far, and waiting until that many have become visible (or have aborted).
  std::uint64_t committed() const { return committed_; }
  Task<void> visible(std::uint64_t count);
  /// Waits until nothing is on its way to memory: for EVENTQEN = 0, from whose writing on nothing
  /// more is committed.
  Task<void> idle();
  /// Records that were committed and that software can't see yet.
  std::uint64_t on_the_way() const { return committed_ - written_; }

  /// The queue as SMMU_EVENTQ_BASE describes it.
  QueueLayout layout() const;

  /// The task that writes.
  Task<void> run();

 private:
  /// Of the latest to be committed.
  struct Recent {
    Event event;
    bool MEV = false;
    std::uint64_t number = 0;  ///< The first is 1.
  };

  bool enabled() const;
  bool full() const;
  bool merge(const Event& event, bool MEV);
  void publish();

  Features features_;
  std::uint32_t merge_window_;
  RegisterBank::Handle cr0_, cr0ack_, base_, prod_, cons_;
  MemoryPort& memory_;
  Interrupts& interrupts_;
  Mailbox<EventRecord> records_;
  std::deque<Recent> recent_;
  Condition written_changed_;
  std::uint64_t committed_ = 0;
  std::uint64_t written_ = 0;
  bool overflow_ = false;  // to be shown once the records before it are visible
  Counter recorded_;
  Counter merged_;
  Counter lost_;
  Counter write_aborts_;
  Gauge used_;
};

}  // namespace doorbell::smmu
