#pragma once

#include <cstdint>

#include "doorbell/core/arch/time.h"

namespace doorbell {

/// Our own generator (xoshiro256**), so that the same seed gives the same numbers everywhere; the
/// standard library's distributions differ between implementations.
class Random {
 public:
  explicit Random(std::uint64_t seed);
  std::uint64_t next();
  /// Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Exponentially distributed with the given mean (ps), from integer arithmetic only.
  Time exponential(Time mean);

 private:
  std::uint64_t state_[4];
};

}  // namespace doorbell
