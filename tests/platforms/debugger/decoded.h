#pragma once

#include <string>
#include <string_view>

namespace doorbell::debugger::testing {

/// A packet as GDB sends it: escaped, and without run lengths.
inline std::string framed(std::string_view payload) {
  std::string text = "$";
  unsigned sum = 0;
  for (const char byte : payload) {
    const bool escaped = byte == '$' || byte == '#' || byte == '}';
    const std::string bytes =
        escaped ? std::string{'}', static_cast<char>(byte ^ 0x20)} : std::string{byte};
    for (const char each : bytes)
      sum += static_cast<unsigned char>(each);
    text += bytes;
  }
  static constexpr char digits[] = "0123456789abcdef";
  return text + "#" + digits[sum >> 4 & 15] + digits[sum & 15];
}

/// What GDB makes of a packet; "broken" when it isn't one.
inline std::string decoded(std::string_view bytes) {
  if (bytes.size() < 4 || bytes.front() != '$' || bytes[bytes.size() - 3] != '#') return "broken";
  std::string text;
  unsigned sum = 0;
  const std::string_view body = bytes.substr(1, bytes.size() - 4);
  for (std::size_t i = 0; i < body.size(); ++i) {
    sum += static_cast<unsigned char>(body[i]);
    if (body[i] == '$' || body[i] == '#') return "broken";
    if (body[i] == '}' && i + 1 < body.size()) {
      sum += static_cast<unsigned char>(body[++i]);
      text += static_cast<char>(body[i] ^ 0x20);
    } else if (body[i] == '*' && i + 1 < body.size() && !text.empty()) {
      const unsigned count = static_cast<unsigned char>(body[++i]);
      sum += count;
      text.append(count - 29, text.back());
    } else {
      text += body[i];
    }
  }
  static constexpr char digits[] = "0123456789abcdef";
  const bool fits = bytes[bytes.size() - 2] == digits[sum >> 4 & 15] &&
                    bytes[bytes.size() - 1] == digits[sum & 15];
  return fits ? text : "broken";
}

}  // namespace doorbell::debugger::testing
