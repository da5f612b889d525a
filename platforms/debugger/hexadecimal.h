#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace doorbell::debugger {

/// The value of a hexadecimal digit; -1 for what is none.
int digit_value(char digit);
/// Two digits a byte, in the order of the bytes.
std::string to_hexadecimal(std::span<const std::uint8_t> bytes);
std::string to_hexadecimal(std::string_view text);
/// Nothing when it isn't whole bytes of hexadecimal digits.
std::optional<std::vector<std::uint8_t>> bytes_of(std::string_view hexadecimal);
/// A number of 1 to 16 digits, the most significant first; nothing for another text.
std::optional<std::uint64_t> number_of(std::string_view hexadecimal);

}  // namespace doorbell::debugger
