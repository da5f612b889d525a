#include "platforms/report/units.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace doorbell {
namespace {

/// `value` in the largest unit of `units` (each 1000 of the one before) that keeps it at 1 or more,
/// with three digits.
std::string scaled(double value, std::span<const std::string_view> units) {
  std::size_t unit = 0;
  // 999.5 would be printed as 1000.
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  const int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  const std::string number = fmt::format("{:.{}f}", value, decimals);
  return units[unit].empty() ? number : fmt::format("{} {}", number, units[unit]);
}

}  // namespace

std::string duration_text(Time time) {
  static constexpr std::array<std::string_view, 5> units{"ps", "ns", "us", "ms", "s"};
  return time == 0 ? "0" : scaled(static_cast<double>(time), units);
}

std::string count_text(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t end = digits.size(); end > 3; end -= 3)
    digits.insert(end - 3, " ");
  return digits;
}

std::string rate_text(double rate) {
  static constexpr std::array<std::string_view, 5> units{"", "k", "M", "G", "T"};
  return scaled(rate, units);
}

std::string share_text(double part, double whole) {
  return whole == 0 ? "-" : fmt::format("{:.1f} %", 100 * part / whole);
}

}  // namespace doorbell
