#pragma once

#include <cstdint>

/// Fields written the way Linux's arm-smmu-v3.h gives them: GENMASK_ULL(high, low), so that
/// encodings are checked against software's view and not against the model's own tables.
constexpr std::uint64_t genmask(unsigned high, unsigned low) {
  return (~0ULL >> (63 - high)) & (~0ULL << low);
}
constexpr std::uint64_t field_prep(std::uint64_t mask, std::uint64_t value) {
  return (value * (mask & -mask)) & mask;
}
constexpr std::uint64_t field_get(std::uint64_t mask, std::uint64_t word) {
  return (word & mask) / (mask & -mask);
}
