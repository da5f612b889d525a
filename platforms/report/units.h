#pragma once

#include <cstdint>
#include <string>

#include "doorbell/core/arch/time.h"

namespace doorbell {

// Numbers for people. Each is a pure function of its argument, so tables are the same on every
// machine.

/// Picoseconds with three digits or more: "0", "850 ps", "12.4 ns", "3.07 us", "15.0 ms".
std::string duration_text(Time time);
/// Thousands apart: "36 349".
std::string count_text(std::uint64_t count);
/// Three digits and a prefix: "812", "2.34 k", "1.25 M", "3.91 G".
std::string rate_text(double rate);
/// A share of the whole in percent: "12.3 %"; "-" when the whole is 0.
std::string share_text(double part, double whole);

}  // namespace doorbell
