#pragma once

#include <cstdint>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/regime.h"

namespace doorbell::smmu::descriptor {

/// Fields of a VMSAv8-64 descriptor that both stages have (DDI 0487 D8.3).
inline constexpr BitField valid{0, 1};
inline constexpr BitField table_or_page{1, 1};
inline constexpr BitField SH{8, 2};
inline constexpr BitField AF{10, 1};
inline constexpr BitField contiguous{52, 1};
inline constexpr BitField nT{16, 1};  ///< Of a Block

/// Whether a Block is not to be cached so that it could conflict (IHI 0070 3.21.1.2).
constexpr bool is_uncached_block(std::uint64_t word, unsigned level) {
  return level < 3 && nT.test(word);
}

/// What a descriptor is where it stands.
enum class Kind : std::uint8_t { invalid, table, leaf };

/// DDI 0487 D8.3.1: where a descriptor may be a Block. `large_addresses`: it holds 52 bits.
constexpr bool block_allowed(GranuleShift granule, bool large_addresses, unsigned level) {
  return level == 2 || (level == 1 && (granule == 12 || large_addresses));
}

constexpr Kind kind(std::uint64_t word, GranuleShift granule, bool large_addresses,
                    unsigned level) {
  if (!valid.test(word)) return Kind::invalid;
  const bool bit_1 = table_or_page.test(word);
  if (level == 3) return bit_1 ? Kind::leaf : Kind::invalid;
  if (bit_1) return Kind::table;
  return block_allowed(granule, large_addresses, level) ? Kind::leaf : Kind::invalid;
}

/// The address in a descriptor, bits from `low` on: 48 bits, or with FEAT_LPA and 64 KiB 52.
constexpr std::uint64_t output_address(std::uint64_t word, bool large_addresses, unsigned low) {
  constexpr unsigned address_bits = 48;
  constexpr BitField address_51_48{12, 4};
  const std::uint64_t address = word & low_mask(address_bits) & ~low_mask(low);
  return large_addresses ? address | address_51_48.get(word) << address_bits : address;
}

/// The log2 of the entries in a group of the Contiguous hint (DDI 0487 D8.7.1); 0 where there is
/// none.
constexpr unsigned contiguous_log2(GranuleShift granule, unsigned level) {
  if (granule == 12) return level == 0 ? 0 : 4;
  if (granule == 14) return level == 3 ? 7 : level == 2 ? 5 : 0;
  return level >= 2 ? 5 : 0;
}

}  // namespace doorbell::smmu::descriptor
