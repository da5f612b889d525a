#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/features.h"
#include "doorbell/smmu/arch/stream_table.h"
#include "doorbell/smmu/arch/stream_table_entry.h"

namespace doorbell::smmu {

/// What a translation depends on beside tables: registers, and what is offered.
struct GlobalConfiguration {
  Features features;
  bool enabled = false;               ///< SMMUEN
  bool aborts_when_disabled = false;  ///< SMMU_GBPA.ABORT
  bool records_bad_streams = false;   ///< SMMU_CR2.RECINVSID
  bool E2H = false;                   ///< SMMU_CR2.E2H
  /// Nothing in translation tables is updated, whatever HA and HD say (SMMU_GATOS_ADDR.HTTUI).
  bool inhibits_updates = false;
  StreamTable stream_table;
  bool contiguous_entries = false;  ///< A group of the Contiguous hint is one TLB entry.
};

}  // namespace doorbell::smmu
