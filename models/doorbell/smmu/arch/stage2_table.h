#pragma once

#include <cstdint>
#include <optional>

#include "doorbell/smmu/arch/translation_table.h"

namespace doorbell::smmu {

/// Where a stage 2 walk starts: what S2SL0 means for a granule (DDI 0487 D8.2, tables of "stage 2
/// initial lookup level"). Nothing where it is reserved, without IDR3.STT and STE.S2DS.
std::optional<unsigned> stage2_start_level(GranuleShift granule, unsigned S2SL0);

/// Whether a walk of `input_bits` may start at `level`: its first table would have at least two
/// entries, and no more than sixteen tables are concatenated (DDI 0487 D8.2, the same tables).
bool stage2_starts_at(GranuleShift granule, unsigned level, unsigned input_bits);

/// Where the walk of an intermediate physical address starts: at the first of the concatenated
/// tables, aligned to all of them together. Nothing when the address is outside the input range, a
/// stage 2 Translation fault before any descriptor is read (IHI 0070 3.4).
std::optional<WalkPosition> start_walk(const Stage2Regime& regime, std::uint64_t ipa);

/// Physical address of the descriptor to be read for `ipa`. A concatenated first table is indexed
/// by up to four bits more.
std::uint64_t descriptor_address(const Stage2Regime& regime, const WalkPosition& position,
                                 std::uint64_t ipa);

/// Decodes the stage 2 descriptor read at `position` (DDI 0487 D8.3.2), with faults in the order of
/// IHI 0070 7.3.18. An Access flag that is clear is F_ACCESS also where hardware is to set it.
WalkStep step_walk(const Stage2Regime& regime, const WalkPosition& position,
                   std::uint64_t descriptor);

}  // namespace doorbell::smmu
