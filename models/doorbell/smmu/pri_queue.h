#pragma once

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

  Features features_;
  RegisterBank::Handle irq_cfg2_;
  Lost lost_;
  Counter recorded_;
  Gauge used_;
};

}  // namespace doorbell::smmu
