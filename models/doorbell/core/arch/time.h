#pragma once

#include <cstdint>

namespace doorbell {

/// Simulated time in picoseconds since the start of the simulation. Exact: never a floating-point
/// number. 2^64 ps are 213 days.
using Time = std::uint64_t;

inline constexpr Time picosecond = 1;
inline constexpr Time nanosecond = 1'000;
inline constexpr Time microsecond = 1'000'000;
inline constexpr Time millisecond = 1'000'000'000;
inline constexpr Time second = 1'000'000'000'000;

/// Later than anything that happens.
inline constexpr Time never = ~Time{0};

}  // namespace doorbell
