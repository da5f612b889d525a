#pragma once

#include <cstdint>
#include <optional>

#include "doorbell/core/arch/statistics_kinds.h"

namespace doorbell::gic {

/// What became of the LPIs of a redistributor. Of those that doorbells made, and likewise of those
/// that INT made, and GICR_SETLPIR: arrived = made pending + coalesced + dropped. And: made pending
/// + restored + moved in = taken + cleared + moved out + still pending.
class LpiStatistics {
 public:
  struct Source {
    Source(const StatisticsGroup& group, const char* whose);
    Counter made_pending, coalesced, dropped;
  };

  /// `direct_lpis`: there is GICR_SETLPIR.
  explicit LpiStatistics(const StatisticsGroup& group, bool direct_lpis = false);

  Source by_doorbell;
  Counter without_journey;  ///< of by_doorbell, that nobody follows: the SMMU's own, and DMA
  Source by_command;
  std::optional<Source> direct;       ///< GICR_SETLPIR, by a device; where there is that register
  std::optional<Source> by_register;  ///< the same, by software
  Counter dropped_lpis_disabled;      ///< GICR_CTLR.EnableLPIs is 0
  Counter dropped_out_of_range;       ///< INTID outside GICR_PROPBASER.IDbits
  Counter restored;                   ///< found in the Pending table when LPIs were enabled
  Counter moved_in, moved_in_coalesced, moved_in_dropped, moved_out;
  Counter cleared;            ///< CLEAR, DISCARD
  Counter acknowledged;       ///< taken by the CPU interface
  Counter spilled, refilled;  ///< between the cache and the Pending table
  Counter table_errors;       ///< table accesses that were answered with an error
  Gauge pending;              ///< held or spilled
  Gauge masked;               ///< of those, not enabled
};

}  // namespace doorbell::gic
