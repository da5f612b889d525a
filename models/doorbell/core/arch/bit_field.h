#pragma once

#include <cstdint>

namespace doorbell {

/// The `width` low bits set; `width` 0 to 64.
constexpr std::uint64_t low_mask(unsigned width) {
  return width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

/// Bits [low + width - 1 : low] of a 32- or 64-bit word, as the specifications name them.
struct BitField {
  unsigned low;
  unsigned width;

  constexpr std::uint64_t value_mask() const { return low_mask(width); }
  constexpr std::uint64_t mask() const { return value_mask() << low; }
  constexpr std::uint64_t get(std::uint64_t word) const { return (word >> low) & value_mask(); }
  constexpr bool test(std::uint64_t word) const { return get(word) != 0; }
  /// `value` in place; bits beyond the field are cut off.
  constexpr std::uint64_t make(std::uint64_t value) const { return (value & value_mask()) << low; }
  constexpr std::uint64_t set(std::uint64_t word, std::uint64_t value) const {
    return (word & ~mask()) | make(value);
  }
};

/// Bits [high:low] of `word`, shifted down: a field that is named once, where it is used.
constexpr std::uint64_t bits(std::uint64_t word, unsigned high, unsigned low) {
  return BitField{low, high - low + 1}.get(word);
}

/// `word` with bits [high:low] replaced by the low bits of `value`.
constexpr std::uint64_t with_bits(std::uint64_t word, unsigned high, unsigned low,
                                  std::uint64_t value) {
  return BitField{low, high - low + 1}.set(word, value);
}

}  // namespace doorbell
