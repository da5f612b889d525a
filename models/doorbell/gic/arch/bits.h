#pragma once

#include <cstdint>

namespace doorbell::gic {

/// Bits [high:low] of `word`, shifted down.
constexpr std::uint64_t bits(std::uint64_t word, unsigned high, unsigned low) {
  return (word >> low) & (~std::uint64_t{0} >> (63 - (high - low)));
}

/// `word` with bits [high:low] replaced by the low bits of `value`.
constexpr std::uint64_t with_bits(std::uint64_t word, unsigned high, unsigned low,
                                  std::uint64_t value) {
  const std::uint64_t mask = (~std::uint64_t{0} >> (63 - (high - low))) << low;
  return (word & ~mask) | ((value << low) & mask);
}

}  // namespace doorbell::gic
