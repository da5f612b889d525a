#include "doorbell/smmu/event_queue.h"

namespace doorbell::smmu {

EventQueue::EventQueue(Scheduler& scheduler, const StatisticsGroup& group, RegisterBank& registers,
                       MemoryPort& memory, Interrupts& interrupts, const SmmuParameters& parameters)
    : OutputQueue(scheduler, registers, memory, interrupts,
                  {.registers = "SMMU_EVENTQ",
                   .enable = CR0::EVENTQEN,
                   .aborted = GlobalError::EVENTQ_ABT_ERR,
                   .log2_record_bytes = log2_event_bytes,
                   .max_log2_size = parameters.features().event_queue_log2,
                   .output_address_bits = parameters.features().output_address_bits}),
      merge_window_(parameters.tcu.event_merge_window),
      recorded_(group, "events_recorded",
                {"events", Better::lower, "Committed to the Event queue"}),
      merged_(group, "events_merged",
              {"events", Better::neither, "That a record which wasn't visible yet stands for"}),
      lost_(group, "events_lost", {"events", Better::lower, "The Event queue was not writable"}),
      write_aborts_(group, "event_write_aborts",
                    {"events", Better::lower, "Committed, and aborted by the memory"}),
      used_(group, "event_queue", {"records", Better::lower, "Records in the Event queue"}) {}

bool EventQueue::record(const Event& event, bool MEV) {
  const bool takes = enabled() && !aborted();
  if (takes && merge(event, MEV)) return true;
  if (!takes || full()) {
    lost_.add();
    if (takes) overflow();
    return false;
  }
  recorded_.add();
  commit(encode(event));
  if (recent_.size() >= merge_window_ && !recent_.empty()) recent_.pop_front();
  if (merge_window_ != 0) recent_.push_back({event, MEV, committed()});
  return true;
}

/// Records that are visible stand for nothing new: software may have answered them already.
bool EventQueue::merge(const Event& event, bool MEV) {
  const std::uint64_t visible = committed() - on_the_way();
  for (const Recent& recent : recent_) {
    if (recent.number <= visible || !may_merge(recent.event, event, recent.MEV && MEV)) continue;
    merged_.add();
    return true;
  }
  return false;
}

void EventQueue::written(const Record&, bool ok, bool was_empty) {
  if (!ok) write_aborts_.add();
  if (ok && was_empty) interrupts().event_queue_filled();
  used_.set(used());
}

}  // namespace doorbell::smmu
