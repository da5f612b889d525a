#include "doorbell/smmu/arch/stream_table.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/registers.h"

namespace doorbell::smmu {
namespace {

constexpr BitField base_address{6, 46};
constexpr unsigned log2_entry_bytes = 6;
constexpr unsigned log2_descriptor_bytes = 3;
/// A level-1 table is aligned to its size, and to 64 bytes at least (6.3.24).
constexpr unsigned least_alignment = 6;
constexpr std::uint64_t format_two_level = 0b01;

constexpr BitField descriptor_span{0, 5};
constexpr BitField descriptor_pointer{6, 46};
constexpr unsigned largest_span = 11;

/// Reserved values are as 6 (6.3.25).
unsigned split_of(std::uint32_t strtab_base_cfg) {
  const auto split = static_cast<unsigned>(STRTAB_BASE_CFG::SPLIT.get(strtab_base_cfg));
  return split == 8 || split == 10 ? split : 6;
}

/// Log2 of the bytes that the table's base is aligned to.
unsigned alignment(unsigned log2_size, const std::optional<unsigned>& split) {
  if (!split) return std::min(log2_size + log2_entry_bytes, 63u);
  const unsigned log2_descriptors = log2_size > *split ? log2_size - *split : 0;
  return std::max(log2_descriptors + log2_descriptor_bytes, least_alignment);
}

}  // namespace

StreamTableDescriptor StreamTableDescriptor::decode(std::uint64_t word) {
  StreamTableDescriptor descriptor;
  const auto span = static_cast<unsigned>(descriptor_span.get(word));
  if (span == 0 || span > largest_span) return descriptor;
  descriptor.span = span;
  descriptor.level_2_table =
      word & descriptor_pointer.mask() & ~low_mask(log2_entry_bytes + span - 1);
  return descriptor;
}

std::optional<std::uint64_t> StreamTableDescriptor::entry_address(std::uint32_t stream_id,
                                                                  unsigned split) const {
  const std::uint64_t index = stream_id & low_mask(split);
  if (!valid(split) || index >> (span - 1) != 0) return std::nullopt;
  return level_2_table + (index << log2_entry_bytes);
}

StreamTable StreamTable::from_registers(std::uint64_t strtab_base, std::uint32_t strtab_base_cfg,
                                        const Features& features) {
  const auto log2_size = static_cast<unsigned>(STRTAB_BASE_CFG::LOG2SIZE.get(strtab_base_cfg));
  StreamTable table;
  // Reserved formats are linear (6.3.25).
  if (features.two_level_streams && STRTAB_BASE_CFG::FMT.get(strtab_base_cfg) == format_two_level) {
    table.split = split_of(strtab_base_cfg);
  }
  // The base is aligned to the literal size, even beyond SIDSIZE (IHI 0070 6.3.24), and cut to OAS.
  table.base = strtab_base & base_address.mask() & low_mask(features.output_address_bits) &
               ~low_mask(alignment(log2_size, table.split));
  table.log2_size = std::min(log2_size, features.stream_id_bits);
  return table;
}

}  // namespace doorbell::smmu
