#pragma once

#include "doorbell/core/arch/statistics_kinds.h"

namespace doorbell::pcie {

/// What a root complex carried for devices and processors, and what it refused.
class RootComplexStatistics {
 public:
  explicit RootComplexStatistics(const StatisticsGroup& group);

  Counter posted_writes;     ///< of devices
  Counter reads;             ///< of devices
  Counter processor_reads;   ///< of BARs and configuration space
  Counter processor_writes;  ///< to BARs and configuration space
  Counter unsupported;       ///< requests that nobody claimed, completions that nobody waits for
  Counter misdirected;       ///< MSIs written to something that is no doorbell
  Counter memory_errors;     ///< devices' requests that memory answered with an error
};

}  // namespace doorbell::pcie
