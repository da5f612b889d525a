#pragma once

#include <cstdint>

namespace doorbell {

/// The range of a clock that is a parameter, in hertz. Slower than this, what takes a microsecond
/// elsewhere takes longer than any run can bear; a cycle of a faster one is less than the
/// resolution of time.
inline constexpr std::uint64_t slowest_clock = 1'000'000;
inline constexpr std::uint64_t fastest_clock = 1'000'000'000'000;

}  // namespace doorbell
