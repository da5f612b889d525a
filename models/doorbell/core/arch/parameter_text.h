#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "doorbell/core/arch/time.h"

namespace doorbell {

/// "170ns", "1.5us", "0" to picoseconds; false when it isn't a time that is a whole number of
/// picoseconds.
bool parse_time(std::string_view text, Time& time);
/// "1GHz", "62.5MHz" to hertz; false when it isn't a frequency that is a whole number of hertz.
bool parse_frequency(std::string_view text, std::uint64_t& hertz);
/// "2", "0.5" to thousandths; false when it isn't a number of at most three places behind the
/// point.
bool parse_factor(std::string_view text, std::uint64_t& thousandths);
/// "32", "0x4000_0000", "64KiB", "2GiB"; false when it is no such number or doesn't fit in 64 bits.
bool parse_integer(std::string_view text, std::uint64_t& value);

/// In the largest unit that needs no fraction: "170ns".
std::string time_text(Time time);
/// In the largest unit that needs no fraction: "1GHz".
std::string frequency_text(std::uint64_t hertz);
/// With as few places behind the point as it needs: "0.5".
std::string factor_text(std::uint64_t thousandths);

/// Number of single-character insertions, removals and replacements between two names.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace doorbell
