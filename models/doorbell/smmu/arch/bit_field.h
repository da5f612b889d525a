#pragma once

#include <cstdint>

namespace doorbell::smmu {

/// Bits [low + width - 1 : low] of a 32- or 64-bit word, as the specification names them.
struct BitField {
  unsigned low;
  unsigned width;

  constexpr std::uint64_t value_mask() const {
    return width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
  }
  constexpr std::uint64_t mask() const { return value_mask() << low; }
  constexpr std::uint64_t get(std::uint64_t word) const { return (word >> low) & value_mask(); }
  constexpr bool test(std::uint64_t word) const { return get(word) != 0; }
  /// `value` in place; bits beyond the field are cut off.
  constexpr std::uint64_t make(std::uint64_t value) const { return (value & value_mask()) << low; }
  constexpr std::uint64_t set(std::uint64_t word, std::uint64_t value) const {
    return (word & ~mask()) | make(value);
  }
};

/// The `width` low bits set.
constexpr std::uint64_t low_mask(unsigned width) {
  return width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

}  // namespace doorbell::smmu
