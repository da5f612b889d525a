#pragma once

#include <cstdint>

namespace doorbell {

/// The range of a clock that is a parameter, in hertz. Slower than this, what takes a microsecond
/// elsewhere takes longer than any run can bear; a cycle of a faster one is less than the
/// resolution of time.
inline constexpr std::uint64_t slowest_clock = 1'000'000;
inline constexpr std::uint64_t fastest_clock = 1'000'000'000'000;

/// How much faster than by itself a block may be made, in thousandths: all that it counts in cycles
/// takes 1 / speed.
inline constexpr std::uint32_t as_fast_as_it_is = 1000;
inline constexpr std::uint32_t slowest_speed = 10;
inline constexpr std::uint32_t fastest_speed = 100'000;

/// The clock of a block that is made faster, in hertz.
constexpr std::uint64_t faster_clock(std::uint64_t frequency, std::uint32_t speed) {
  return frequency * speed / as_fast_as_it_is;
}
/// Whether it is a clock that there may be.
constexpr bool is_clock(std::uint64_t frequency) {
  return frequency >= slowest_clock && frequency <= fastest_clock;
}

}  // namespace doorbell
