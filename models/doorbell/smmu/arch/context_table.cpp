#include "doorbell/smmu/arch/context_table.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::smmu {
namespace {

// L1CD (IHI 0070 5.3)
constexpr BitField v{0, 1};
constexpr BitField l2_ptr{12, 44};

/// The log2 of the bytes to which a table of `log2_entries` is aligned (5.2, S1Fmt).
unsigned alignment(unsigned log2_entries, unsigned log2_entry_bytes) {
  return std::max(log2_entries + log2_entry_bytes, 6u);
}

}  // namespace

ContextTableDescriptor ContextTableDescriptor::decode(std::uint64_t word) {
  return {v.test(word), word & l2_ptr.mask()};
}

bool ContextTableDescriptor::valid(const Features& features) const {
  return V && (L2Ptr & ~low_mask(features.output_address_bits)) == 0;
}

ContextTable::ContextTable(const StreamTableEntry& ste) {
  constexpr unsigned leaf_bits[] = {0, 6, 10};
  leaf_bits_ = leaf_bits[ste.S1Fmt];
  const unsigned level_1_bits = ste.S1CDMax > leaf_bits_ ? ste.S1CDMax - leaf_bits_ : 0;
  const unsigned low = two_level() ? alignment(level_1_bits, 3) : alignment(ste.S1CDMax, 6);
  base_ = ste.S1ContextPtr & ~low_mask(low);
}

std::uint64_t ContextTable::entry_address(std::uint32_t index) const {
  return base_ + std::uint64_t{index} * entry_bytes;
}

std::uint64_t ContextTable::descriptor_address(std::uint32_t index) const {
  return base_ + std::uint64_t{index >> leaf_bits_} * ContextTableDescriptor::bytes;
}

std::optional<std::uint64_t> ContextTable::entry_address(std::uint32_t index,
                                                         const ContextTableDescriptor& descriptor,
                                                         const Features& features) const {
  if (!descriptor.valid(features)) return std::nullopt;
  // A leaf of 64 KiB is aligned to its size: bits 15 to 12 are RES0.
  const std::uint64_t leaf = descriptor.L2Ptr & ~low_mask(leaf_bits_ + 6);
  return leaf + (index & low_mask(leaf_bits_)) * entry_bytes;
}

}  // namespace doorbell::smmu
