#pragma once

#include <string>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/cycle_port.h"
#include "doorbell/smmu/dti.h"

namespace doorbell::smmu {

/// One direction of the link between a TBU and the TCU: messages follow each other, so many bytes a
/// cycle, and are all as long under way.
class DtiChannel {
 public:
  /// `name` of its statistics in `group`.
  DtiChannel(const Clock& clock, const SmmuParameters& parameters, const StatisticsGroup& group,
             const std::string& name);

  /// When a message that is ready now would leave, in ps.
  Time next() const { return port_.next(); }
  /// Sends a message of `bytes` on its way: how long until all of it is there, in ps from now.
  Time send(unsigned bytes);
  void settle() { port_.settle(); }

 private:
  const Clock& clock_;
  std::uint32_t latency_;  // in cycles
  std::uint32_t width_;
  CyclePort port_;
  ServerStatistics server_;
};

}  // namespace doorbell::smmu
