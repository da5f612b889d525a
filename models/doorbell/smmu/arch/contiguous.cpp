#include "doorbell/smmu/arch/contiguous.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/descriptor.h"

namespace doorbell::smmu {

Leaf as_group(const Leaf& leaf, GranuleShift granule, unsigned input_bits, std::uint64_t address) {
  if (!leaf.contiguous) return leaf;
  const unsigned size_log2 = leaf.size_log2 + descriptor::contiguous_log2(granule, leaf.level);
  const std::uint64_t within = low_mask(size_log2) & ~low_mask(leaf.size_log2);
  if (size_log2 > input_bits || ((leaf.output_base ^ address) & within) != 0) return leaf;
  Leaf group = leaf;
  group.size_log2 = size_log2;
  group.output_base &= ~low_mask(size_log2);
  return group;
}

}  // namespace doorbell::smmu
