#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/table_access.h"
#include "doorbell/smmu/arch/translation_table.h"

namespace doorbell::smmu {

/// Stage 2 of a stream, and whose its cached translations are.
struct Stage2 {
  Stage2(const Stage2Regime& stage2_regime, bool below_stage1);

  const Stage2Regime& regime;
  TranslationTag tag;
  bool nested;  ///< Stage 1 is above it, in this translation.
};

/// A walk of stage 2 (DDI 0487 D8). Its faults are of stage 2, with `event_class` and the address;
/// whether the leaf permits the access is asked of it. What the access makes of the leaf's
/// descriptor is in memory by then, in either stage (HTTU, IHI 0070 3.13). What is passed outlives
/// the walk, as in all of these.
Task<WalkResult> walk_stage2(const Stage2& stage2, std::uint64_t ipa, EventClass event_class,
                             const Access& access, TableAccess& tables);

/// Puts `address`, an IPA of a CD or of a stage 1 descriptor, through stage 2, as the privileged
/// read of data that its fetch is, or the write that an update is (IHI 0070 5.2, S2PTW; 3.13.5):
/// the physical address, or the fault.
Task<Fault> locate_table(const Stage2& stage2, EventClass event_class, std::uint64_t& address,
                         TableAccess& tables, bool write = false);

/// A walk of stage 1; below it there may be a stage 2, which is walked for every descriptor's
/// address, while the leaf's address stays an IPA. Faults: F_TRANSLATION, F_WALK_EABT, F_ADDR_SIZE
/// and F_ACCESS, in the order of IHI 0070 7.3.22, and those of `locate_table`.
Task<WalkResult> walk_stage1(const TranslationRegime& regime, const Stage2* stage2,
                             const TranslationTag& tag, std::uint64_t address, const Access& access,
                             TableAccess& tables);

}  // namespace doorbell::smmu
