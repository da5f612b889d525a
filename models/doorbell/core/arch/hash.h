#pragma once

#include <cstdint>
#include <string_view>

namespace doorbell {

/// 64 bits spread over all their positions (the finaliser of MurmurHash3): different numbers stay
/// different.
constexpr std::uint64_t spread(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51'afd7'ed55'8ccdULL;
  x ^= x >> 33;
  x *= 0xc4ce'b9fe'1a85'ec53ULL;
  return x ^ (x >> 33);
}

/// 64 bits in which all of `a` and `b` show.
constexpr std::uint64_t hash_of(std::uint64_t a, std::uint64_t b) {
  return spread(a ^ (b * 0x9e37'79b9'7f4a'7c15ULL + 0x9e37'79b9'7f4a'7c15ULL));
}

/// FNV-1a of 64 bits: a text as a number, the same on every machine.
constexpr std::uint64_t text_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325ULL;
  for (const char character : text)
    hash = (hash ^ static_cast<std::uint8_t>(character)) * 0x100'0000'01b3ULL;
  return hash;
}

}  // namespace doorbell
