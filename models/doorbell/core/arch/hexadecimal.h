#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>

namespace doorbell {

/// The hexadecimal digits of a number, at least so many of them: "ff", "00ff".
inline std::string hexadecimal(std::uint64_t number, std::size_t digits = 1) {
  char buffer[16];
  std::string text(buffer, std::to_chars(buffer, buffer + sizeof buffer, number, 16).ptr);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

}  // namespace doorbell
