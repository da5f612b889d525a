#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "doorbell/core/arch/hash.h"

namespace doorbell {

/// Remembers why entries have left a cache, so that a miss can say why it misses. It holds the
/// latest departures of about a thousand keys in a table of fixed size, and forgets older ones; it
/// never names a wrong reason. It changes nothing that a cache does.
class Departures {
 public:
  /// The owner's own numbers, but for those below.
  using Reason = std::uint8_t;
  static constexpr Reason unknown = 0;      ///< never there, or forgotten
  static constexpr Reason evicted = 1;      ///< another entry took its place
  static constexpr Reason invalidated = 2;  ///< by command, when the owner doesn't say by which

  /// `identity`: 64 bits in which different keys differ, spread over all of them.
  void left(std::uint64_t identity, Reason reason) {
    if (table_ == nullptr) table_ = std::make_unique<Table>();
    (*table_)[identity % size] = {identity, reason};
  }
  /// Why a key that is not in the cache isn't there any more.
  Reason reason(std::uint64_t identity) const {
    if (table_ == nullptr) return unknown;
    const Departure& departure = (*table_)[identity % size];
    return departure.identity == identity ? departure.reason : unknown;
  }

 private:
  static constexpr std::size_t size = 1024;
  struct Departure {
    std::uint64_t identity = 0;
    Reason reason = unknown;
  };
  using Table = std::array<Departure, size>;

  std::unique_ptr<Table> table_;  ///< made when the first entry leaves
};

}  // namespace doorbell
