#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace doorbell {

/// Remembers why entries have left a cache, so that a miss can say why it misses. It holds the
/// latest departures of about a thousand keys in a table of fixed size, and forgets older ones; it
/// never names a wrong reason. It changes nothing that a cache does.
class Departures {
 public:
  /// The owner's own numbers; 0 is "not known".
  using Reason = std::uint8_t;

  /// `hash`: 64 bits in which different keys differ, spread over all of them.
  void left(std::uint64_t hash, Reason reason) { place(hash) = {hash, reason}; }
  /// Why a key that is not in the cache isn't there any more; 0 when it never was, or that has been
  /// forgotten.
  Reason reason(std::uint64_t hash) const {
    const Departure& departure = (*table_)[hash % size];
    return departure.hash == hash ? departure.reason : Reason{0};
  }

 private:
  static constexpr std::size_t size = 1024;
  struct Departure {
    std::uint64_t hash = 0;
    Reason reason = 0;
  };
  Departure& place(std::uint64_t hash) { return (*table_)[hash % size]; }

  std::unique_ptr<std::array<Departure, size>> table_ =
      std::make_unique<std::array<Departure, size>>();
};

/// 64 bits of a key in which all of `a` and `b` show (the finaliser of MurmurHash3).
constexpr std::uint64_t hash_of(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a ^ (b * 0x9e37'79b9'7f4a'7c15ULL + 0x9e37'79b9'7f4a'7c15ULL);
  x ^= x >> 33;
  x *= 0xff51'afd7'ed55'8ccdULL;
  x ^= x >> 33;
  x *= 0xc4ce'b9fe'1a85'ec53ULL;
  return x ^ (x >> 33);
}

}  // namespace doorbell
