#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>

namespace doorbell {

/// Checks that an option is an integer in decimal digits, from `least` to `most`. CLI11 by itself
/// takes -1 for 2^64 - 1, and whatever is beyond for the most there is.
inline CLI::Validator whole_number(std::uint64_t least = 0,
                                   std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
  const auto check = [least, most](const std::string& text) -> std::string {
    std::uint64_t number = 0;
    const char* const last = text.data() + text.size();
    const auto [end, problem] = std::from_chars(text.data(), last, number);
    if (problem == std::errc{} && end == last && number >= least && number <= most) return {};
    return fmt::format("expected an integer from {} to {}, found '{}'", least, most, text);
  };
  return {[check](std::string& text) { return check(text); }, ""};
}

}  // namespace doorbell
