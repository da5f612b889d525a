#include "doorbell/core/arch/parameter_text.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>
#include <vector>

namespace doorbell {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr Unit time_units[] = {{"s", second},
                               {"ms", millisecond},
                               {"us", microsecond},
                               {"ns", nanosecond},
                               {"ps", picosecond}};
constexpr Unit frequency_units[] = {
    {"GHz", 1'000'000'000}, {"MHz", 1'000'000}, {"kHz", 1'000}, {"Hz", 1}};
constexpr Unit factor_units[] = {{"", 1000}};
constexpr Unit size_units[] = {{"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool multiply(std::uint64_t a, std::uint64_t b, std::uint64_t& product) {
  return !__builtin_mul_overflow(a, b, &product);
}

bool parse_digits(std::string_view text, int base, std::uint64_t& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  return !text.empty() && error == std::errc{} && stop == end;
}

/// "1.5us" exactly: the fraction must be a whole number of the smallest unit.
bool parse_with_unit(std::string_view text, std::span<const Unit> units, std::uint64_t& value) {
  const auto number_end =
      std::find_if(text.begin(), text.end(), [](char c) { return !is_digit(c) && c != '.'; });
  const auto length = static_cast<std::size_t>(number_end - text.begin());
  std::string_view number = text.substr(0, length);
  std::string_view name = text.substr(length);
  name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
  const auto unit =
      std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  const std::size_t point = std::min(number.find('.'), number.size());
  std::uint64_t whole = 0;
  if (!parse_digits(number.substr(0, point), 10, whole)) return false;
  if (unit == units.end()) {
    value = 0;
    return name.empty() && point == number.size() && whole == 0;  // only nought needs no unit
  }
  std::uint64_t fraction = 0;
  if (point < number.size()) {
    std::string_view digits = number.substr(point + 1);
    if (digits.empty() || digits.size() > 18 || !parse_digits(digits, 10, fraction)) return false;
    while (!digits.empty() && digits.back() == '0') {
      fraction /= 10;
      digits.remove_suffix(1);
    }
    std::uint64_t scale = 1;
    for (std::size_t i = 0; i < digits.size(); ++i)
      scale *= 10;
    if (unit->factor % scale != 0) return false;
    fraction *= unit->factor / scale;
  }
  std::uint64_t product = 0;
  return multiply(whole, unit->factor, product) &&
         !__builtin_add_overflow(product, fraction, &value);
}

std::string text_with_unit(std::uint64_t value, std::span<const Unit> units) {
  if (value == 0) return "0" + std::string(units.back().name);
  for (const Unit& unit : units) {
    if (value % unit.factor == 0) {
      return std::to_string(value / unit.factor) + std::string(unit.name);
    }
  }
  return {};
}

}  // namespace

bool parse_time(std::string_view text, Time& time) {
  return parse_with_unit(text, time_units, time);
}

bool parse_frequency(std::string_view text, std::uint64_t& hertz) {
  return parse_with_unit(text, frequency_units, hertz);
}

bool parse_factor(std::string_view text, std::uint64_t& thousandths) {
  return parse_with_unit(text, factor_units, thousandths);
}

std::string time_text(Time time) {
  return text_with_unit(time, time_units);
}

std::string frequency_text(std::uint64_t hertz) {
  return text_with_unit(hertz, frequency_units);
}

std::string factor_text(std::uint64_t thousandths) {
  std::string text = std::to_string(thousandths / 1000);
  if (thousandths % 1000 == 0) return text;
  text += "." + std::to_string(1000 + thousandths % 1000).substr(1);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

bool parse_integer(std::string_view text, std::uint64_t& value) {
  std::uint64_t factor = 1;
  for (const Unit& unit : size_units) {
    if (text.ends_with(unit.name)) {
      factor = unit.factor;
      text.remove_suffix(unit.name.size());
      break;
    }
  }
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  if (text.starts_with('_') || text.ends_with('_')) return false;
  std::string digits(text);
  std::erase(digits, '_');
  std::uint64_t number = 0;
  return parse_digits(digits, hexadecimal ? 16 : 10, number) && multiply(number, factor, value);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace doorbell
