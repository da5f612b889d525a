#include "doorbell/smmu/event_queue.h"

#include <array>

#include "doorbell/smmu/arch/registers.h"

namespace doorbell::smmu {

EventQueue::EventQueue(Scheduler& scheduler, const StatisticsGroup& group, RegisterBank& registers,
                       MemoryPort& memory, Interrupts& interrupts, const SmmuParameters& parameters)
    : features_(parameters.features()),
      merge_window_(parameters.tcu.event_merge_window),
      cr0_(registers.handle("SMMU_CR0")),
      cr0ack_(registers.handle("SMMU_CR0ACK")),
      base_(registers.handle("SMMU_EVENTQ_BASE")),
      prod_(registers.handle("SMMU_EVENTQ_PROD")),
      cons_(registers.handle("SMMU_EVENTQ_CONS")),
      memory_(memory),
      interrupts_(interrupts),
      records_(scheduler),
      written_changed_(scheduler),
      recorded_(group, "events_recorded",
                {"events", Better::lower, "Committed to the Event queue"}),
      merged_(group, "events_merged",
              {"events", Better::neither, "That a record which wasn't visible yet stands for"}),
      lost_(group, "events_lost", {"events", Better::lower, "The Event queue was not writable"}),
      write_aborts_(group, "event_write_aborts",
                    {"events", Better::lower, "Committed, and aborted by the memory"}),
      used_(group, "event_queue", {"records", Better::lower, "Records in the Event queue"}) {}

bool EventQueue::enabled() const {
  return CR0::EVENTQEN.test(cr0_.get() & cr0ack_.get());
}

QueueLayout EventQueue::layout() const {
  return QueueLayout::from_register(base_.get(), features_.event_queue_log2, log2_event_bytes,
                                    features_.output_address_bits);
}

bool EventQueue::full() const {
  const auto prod = static_cast<std::uint32_t>(prod_.get());
  const auto cons = static_cast<std::uint32_t>(cons_.get());
  const QueueLayout queue = layout();
  return queue.used(prod, cons) + on_the_way() >= queue.entries();
}

bool EventQueue::record(const Event& event, bool MEV) {
  const bool aborted = interrupts_.active(GlobalError::EVENTQ_ABT_ERR);
  if (enabled() && !aborted && merge(event, MEV)) return true;
  if (!enabled() || aborted || full()) {
    lost_.add();
    if (enabled() && !aborted) {
      overflow_ = true;
      if (on_the_way() == 0) publish();
    }
    return false;
  }
  recorded_.add();
  ++committed_;
  records_.push(encode(event));
  if (recent_.size() >= merge_window_ && !recent_.empty()) recent_.pop_front();
  if (merge_window_ != 0) recent_.push_back({event, MEV, committed_});
  return true;
}

/// Records that are visible stand for nothing new: software may have answered them already.
bool EventQueue::merge(const Event& event, bool MEV) {
  for (const Recent& recent : recent_) {
    if (recent.number <= written_ || !may_merge(recent.event, event, recent.MEV && MEV)) continue;
    merged_.add();
    return true;
  }
  return false;
}

Task<void> EventQueue::visible(std::uint64_t count) {
  while (written_ < count)
    co_await written_changed_.wait();
}

Task<void> EventQueue::idle() {
  while (written_ != committed_)
    co_await written_changed_.wait();
}

Task<void> EventQueue::run() {
  while (true) {
    while (records_.empty())
      co_await records_.arrived();
    const EventRecord record = records_.pop();
    std::array<std::uint8_t, 1 << log2_event_bytes> bytes;
    for (std::size_t i = 0; i < record.size(); ++i) {
      store_little_endian<std::uint64_t>(std::span(bytes).subspan(8 * i, 8), record[i]);
    }
    const QueueLayout queue = layout();
    const auto prod = static_cast<std::uint32_t>(prod_.get());
    const bool ok = co_await memory_.write({}, queue.entry_address(prod, log2_event_bytes), bytes);
    ++written_;
    if (ok) {
      const bool was_empty = queue.empty(prod, static_cast<std::uint32_t>(cons_.get()));
      prod_.set((prod & overflow_flag) | queue.next(prod));
      if (was_empty) interrupts_.event_queue_filled();
    } else {
      write_aborts_.add();
      interrupts_.activate(GlobalError::EVENTQ_ABT_ERR);
    }
    if (records_.empty()) publish();
    used_.set(queue.used(static_cast<std::uint32_t>(prod_.get()),
                         static_cast<std::uint32_t>(cons_.get())));
    written_changed_.notify_all();
  }
}

/// Shows an overflow (7.4): OVFLG is toggled unless the condition is present already.
void EventQueue::publish() {
  if (!overflow_) return;
  overflow_ = false;
  if (((prod_.get() ^ cons_.get()) & overflow_flag) == 0) prod_.set(prod_.get() ^ overflow_flag);
}

}  // namespace doorbell::smmu
