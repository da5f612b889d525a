#pragma once

#include "doorbell/core/arch/run_report.h"
#include "platforms/virt/platform.h"

namespace doorbell::virt {

/// What became of every doorbell, from the counters of endpoints, SMMU, ITS and redistributors.
Conservation conservation_of(Platform& platform);

/// MSIs that were sent and are neither pending nor at their end. Where statistics start anew while
/// there are any, they are to be added to those sent.
std::uint64_t messages_on_the_road(Platform& platform);

/// MSIs sent by the endpoints, interrupts of them that processors took, and what the blocks
/// refused. Operations are the workload's to count.
RunTotals totals_of(Platform& platform);

}  // namespace doorbell::virt
