#pragma once

#include <algorithm>
#include <cstdint>

#include "doorbell/core/arch/clock.h"

namespace doorbell::smmu {

/// What takes one thing at a time, for so many cycles each. Under loose timing, where local times
/// don't follow each other, it takes everything at once.
class CyclePort {
 public:
  explicit CyclePort(const Clock& clock) : clock_(clock) {}

  /// From one edge of the clock to another, in ps.
  struct Interval {
    Time from = 0;
    Time to = 0;
  };
  /// When what comes now would be taken, in ps: now, or when what came before is through.
  Time next() const {
    const Time now = clock_.scheduler().now();
    return is_loose() || clock_.after(now, 0) >= free_ ? now : free_;
  }
  /// Takes what comes now, for `cycles` from `next()` on.
  Interval take(std::uint64_t cycles) {
    const Time edge = clock_.after(clock_.scheduler().now(), 0);
    if (is_loose()) return {edge, clock_.after(edge, cycles)};
    const Time from = std::max(edge, free_);
    free_ = clock_.after(from, cycles);
    return {from, free_};
  }
  void settle() { free_ = 0; }

 private:
  bool is_loose() const { return clock_.scheduler().timing() == Timing::loose; }

  const Clock& clock_;
  Time free_ = 0;  ///< The first edge at which it takes something again.
};

}  // namespace doorbell::smmu
