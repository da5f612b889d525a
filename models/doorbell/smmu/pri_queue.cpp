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
    overflow();
    // What is discarded interrupts if its group ends with it (6.3.36).
    if (request.last && PRIQ_IRQ_CFG2::LO.test(irq_cfg2_.get())) interrupts().pri_queue_filled();
    return PageRequestRefusal::overflow;
  }
  const PageRequestRecord record = encode(request, features_);
  commit({record[0], record[1]});
  return std::nullopt;
}

void PriQueue::written(const Record& record, bool ok, bool was_empty) {
  used_.set(used());
  const PageRequestRecord words{record[0], record[1]};
  if (!ok) {
    lost_(decode_page_request(words));
    return;
  }
  recorded_.add();
  const bool only_last = PRIQ_IRQ_CFG2::LO.test(irq_cfg2_.get());
  if (only_last ? is_last(words) : was_empty) interrupts().pri_queue_filled();
}

}  // namespace doorbell::smmu
