#include "doorbell/smmu/output_queue.h"

#include "doorbell/core/arch/little_endian.h"

namespace doorbell::smmu {

OutputQueue::OutputQueue(Scheduler& scheduler, RegisterBank& registers, MemoryPort& memory,
                         Interrupts& interrupts, const Kind& kind)
    : kind_(kind),
      cr0_(registers.handle("SMMU_CR0")),
      cr0ack_(registers.handle("SMMU_CR0ACK")),
      base_(registers.handle(kind.registers + "_BASE")),
      prod_(registers.handle(kind.registers + "_PROD")),
      cons_(registers.handle(kind.registers + "_CONS")),
      memory_(memory),
      interrupts_(interrupts),
      records_(scheduler),
      written_changed_(scheduler) {}

QueueLayout OutputQueue::layout() const {
  return QueueLayout::from_register(base_.get(), kind_.max_log2_size, kind_.log2_record_bytes,
                                    kind_.output_address_bits);
}

std::uint32_t OutputQueue::used() const {
  return layout().used(static_cast<std::uint32_t>(prod_.get()),
                       static_cast<std::uint32_t>(cons_.get()));
}

bool OutputQueue::full() const {
  return used() + on_the_way() >= layout().entries();
}

bool OutputQueue::overflowed() const {
  return overflow_ || ((prod_.get() ^ cons_.get()) & overflow_flag) != 0;
}

void OutputQueue::commit(const Record& record) {
  ++committed_;
  records_.push(record);
}

void OutputQueue::overflow() {
  overflow_ = true;
  if (on_the_way() == 0) publish();
}

Task<void> OutputQueue::visible(std::uint64_t count) {
  while (written_ < count)
    co_await written_changed_.wait();
}

Task<void> OutputQueue::run() {
  while (true) {
    while (records_.empty())
      co_await records_.arrived();
    const Record record = records_.pop();
    std::array<std::uint8_t, 8 * largest_record> bytes;
    for (std::size_t i = 0; i < record.size(); ++i) {
      store_little_endian<std::uint64_t>(std::span(bytes).subspan(8 * i, 8), record[i]);
    }
    const QueueLayout queue = layout();
    const auto prod = static_cast<std::uint32_t>(prod_.get());
    const auto size = std::size_t{1} << kind_.log2_record_bytes;
    const bool ok = co_await memory_.write({}, queue.entry_address(prod, kind_.log2_record_bytes),
                                           std::span(bytes).first(size));
    ++written_;
    const bool was_empty = queue.empty(prod, static_cast<std::uint32_t>(cons_.get()));
    if (ok) {
      prod_.set((prod & overflow_flag) | queue.next(prod));
    } else {
      interrupts_.activate(kind_.aborted);
    }
    written(record, ok, was_empty);
    if (records_.empty()) publish();
    written_changed_.notify_all();
  }
}

/// OVFLG is toggled unless the condition is present already (7.4, 8.1).
void OutputQueue::publish() {
  if (!overflow_) return;
  overflow_ = false;
  if (((prod_.get() ^ cons_.get()) & overflow_flag) == 0) prod_.set(prod_.get() ^ overflow_flag);
  overflow_shown();
}

}  // namespace doorbell::smmu
