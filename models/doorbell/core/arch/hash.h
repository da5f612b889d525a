#pragma once

#include <cstdint>

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

}  // namespace doorbell
