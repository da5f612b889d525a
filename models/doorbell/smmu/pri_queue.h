#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/smmu/arch/page_request.h"
#include "doorbell/smmu/output_queue.h"

namespace doorbell::smmu {

/// The PRI queue (IHI 0070 8): page requests of ATCs, for software to answer by CMD_PRI_RESP.
class PriQueue : public OutputQueue {
 public:
  using Lost = std::function<void(const dti_ats::PageRequest& request)>;

  /// `lost` is told of a request whose record was aborted by the memory (8.2).
  PriQueue(Scheduler& scheduler, const StatisticsGroup& group, RegisterBank& registers,
           MemoryPort& memory, Interrupts& interrupts, const Features& features, Lost lost);

  /// Commits a record; or why not, with the overflow condition if the queue is full. `translates`:
  /// SMMUEN, without which PRIQEN is not in effect (6.3.9.5).
  std::optional<PageRequestRefusal> record(const dti_ats::PageRequest& request, bool translates);

 private:
  void written(const Record& record, bool ok, bool was_empty) override;
  void overflow_shown() override;
  bool only_last() const { return PRIQ_IRQ_CFG2::LO.test(irq_cfg2_.get()); }

  Features features_;
  RegisterBank::Handle irq_cfg2_;
  Lost lost_;
  std::deque<dti_ats::PageRequest> requests_;  ///< Whose records are on the way, in their order.
  bool discarded_last_ = false;                ///< With `only_last`, and not told.
  Counter recorded_;
  Gauge used_;
};

}  // namespace doorbell::smmu
