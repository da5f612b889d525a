#include "platforms/debugger/hexadecimal.h"

#include <charconv>

namespace doorbell::debugger {

int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::string to_hexadecimal(std::span<const std::uint8_t> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string to_hexadecimal(std::string_view text) {
  return to_hexadecimal(std::span<const std::uint8_t>(
      reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

std::optional<std::vector<std::uint8_t>> bytes_of(std::string_view hexadecimal) {
  if (hexadecimal.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < hexadecimal.size(); i += 2) {
    const int high = digit_value(hexadecimal[i]);
    const int low = digit_value(hexadecimal[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

std::optional<std::uint64_t> number_of(std::string_view hexadecimal) {
  std::uint64_t value = 0;
  const char* const end = hexadecimal.data() + hexadecimal.size();
  const auto [stopped_at, error] = std::from_chars(hexadecimal.data(), end, value, 16);
  if (error != std::errc{} || stopped_at != end) return std::nullopt;
  return value;
}

}  // namespace doorbell::debugger
