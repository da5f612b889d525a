#include "doorbell/smmu/pri_queue.h"

#include <utility>

namespace doorbell::smmu {

PriQueue::PriQueue(Scheduler& scheduler, const StatisticsGroup& group, RegisterBank& registers,
                   MemoryPort& memory, Interrupts& interrupts, const Features& features, Lost lost)
    : OutputQueue(scheduler, registers, memory, interrupts,
                  {.registers = "SMMU_PRIQ",
                   .enable = CR0::PRIQEN,
                   .aborted = GlobalError::PRIQ_ABT_ERR,
                   .log2_record_bytes = log2_page_request_bytes,
                   .max_log2_size = features.page_request_queue_log2,
                   .output_address_bits = features.output_address_bits}),
      features_(features),
      irq_cfg2_(registers.handle("SMMU_PRIQ_IRQ_CFG2")),
      lost_(std::move(lost)),
      recorded_(group, "page_requests",
                {"requests", Better::neither, "Page requests recorded in the PRI queue"}),
      used_(group, "pri_queue", {"records", Better::lower, "Records in the PRI queue"}) {}

std::optional<PageRequestRefusal> PriQueue::record(const dti_ats::PageRequest& request,
                                                   bool translates) {
  if (!enabled() || !translates || aborted()) return PageRequestRefusal::disabled;
  if (overflowed() || full()) {
    discarded_last_ = discarded_last_ || (request.last && only_last());
    overflow();
    return PageRequestRefusal::overflow;
  }
  const PageRequestRecord record = encode(request, features_);
  requests_.push_back(request);
  commit({record[0], record[1]});
  return std::nullopt;
}

void PriQueue::written(const Record&, bool ok, bool was_empty) {
  used_.set(used());
  const dti_ats::PageRequest request = requests_.front();
  requests_.pop_front();
  if (!ok) {
    lost_(request);
    return;
  }
  recorded_.add();
  if (only_last() ? request.last : was_empty) interrupts().pri_queue_filled();
}

/// What is discarded interrupts if its group ends with it (6.3.36). Software that is interrupted
/// then sees why nothing has come.
void PriQueue::overflow_shown() {
  if (std::exchange(discarded_last_, false)) interrupts().pri_queue_filled();
}

}  // namespace doorbell::smmu
