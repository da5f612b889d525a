#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/table_access.h"
#include "doorbell/smmu/arch/translation_table.h"

namespace doorbell::smmu {

/// A walk of stage 1 (DDI 0487 D8). Faults: F_TRANSLATION, F_WALK_EABT, F_ADDR_SIZE and F_ACCESS,
/// in the order of IHI 0070 7.3.22; whether the leaf permits an access is asked of it. What is
/// passed outlives the walk.
Task<WalkResult> walk_stage1(const TranslationRegime& regime, const TranslationTag& tag,
                             std::uint64_t address, TableAccess& tables);

}  // namespace doorbell::smmu
