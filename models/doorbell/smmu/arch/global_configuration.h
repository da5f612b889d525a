#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/features.h"
#include "doorbell/smmu/arch/stream_table.h"
#include "doorbell/smmu/arch/stream_table_entry.h"

namespace doorbell::smmu {

/// What SMMU_GBPA puts in the place of a transaction's attributes while the SMMU is disabled (IHI
/// 0070 6.3.14): nothing where overrides are not offered.
AttributeOverrides overrides_of_bypass(std::uint64_t gbpa, const Features& features);

/// What a translation depends on beside tables: registers, and what is offered.
struct GlobalConfiguration {
  Features features;
  bool enabled = false;                 ///< SMMUEN
  bool aborts_when_disabled = false;    ///< SMMU_GBPA.ABORT
  AttributeOverrides bypass_overrides;  ///< Of SMMU_GBPA
  bool records_bad_streams = false;     ///< SMMU_CR2.RECINVSID
  bool E2H = false;                     ///< SMMU_CR2.E2H
  bool ATSCHK = false;                  ///< SMMU_CR0.ATSCHK
  /// Of the configuration the STE is enough, and SubstreamIDs don't matter.
  bool only_ste = false;
  /// Nothing in translation tables is updated, whatever HA and HD say (SMMU_GATOS_ADDR.HTTUI).
  bool inhibits_updates = false;
  StreamTable stream_table;
  bool contiguous_entries = false;  ///< A group of the Contiguous hint is one TLB entry.
};

}  // namespace doorbell::smmu
