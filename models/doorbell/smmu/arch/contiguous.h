#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/translation_table.h"

namespace doorbell::smmu {

/// The leaf of `address` as a TLB may hold it: of a group of adjacent entries with the Contiguous
/// hint all of the group (DDI 0487 D8.7.1, table D8-104). A group that isn't whole in the
/// `input_bits` that its tables translate, or whose output isn't where that of a group is, is
/// misprogrammed (D8.7.1.1): then the leaf stays what its own descriptor says.
Leaf as_group(const Leaf& leaf, GranuleShift granule, unsigned input_bits, std::uint64_t address);

}  // namespace doorbell::smmu
