#pragma once

#include <cstdint>

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::gic {

/// GICR_PROPBASER.Shareability and GICR_PENDBASER.Shareability: what software writes, or what there
/// is.
enum class TableShareability : std::uint8_t { any, inner, outer, none };

/// What GICR_PROPBASER or GICR_PENDBASER stores of a value that software writes (IHI
/// 0069, 12.11.30, 12.11.27): Shareability[11:10] as there is. Memory that isn't Shareable can't be
/// cached either: InnerCache[9:7] is Non-cacheable (1) then, unless Device (0), and
/// OuterCache[58:56] is 0.
constexpr std::uint64_t with_attributes(std::uint64_t value, TableShareability there_is) {
  constexpr std::uint64_t non_shareable = 0, inner = 1, outer = 2, device = 0, non_cacheable = 1;
  switch (there_is) {
    case TableShareability::any:
      break;
    case TableShareability::inner:
      return with_bits(value, 11, 10, inner);
    case TableShareability::outer:
      return with_bits(value, 11, 10, outer);
    case TableShareability::none: {
      const std::uint64_t cache = bits(value, 9, 7) == device ? device : non_cacheable;
      const std::uint64_t uncached = with_bits(with_bits(value, 9, 7, cache), 58, 56, 0);
      return with_bits(uncached, 11, 10, non_shareable);
    }
  }
  return value;
}

}  // namespace doorbell::gic
