#pragma once

#include <algorithm>
#include <cstdint>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/statistics_kinds.h"

namespace doorbell::memory {

/// A data path of `width` bytes a cycle that serves in the order of the calls. Under loose timing
/// it takes time and never makes anybody wait.
class DataChannel {
 public:
  DataChannel(const Clock& clock, std::uint32_t width, const StatisticsGroup& group,
              std::string_view name)
      : clock_(clock),
        width_(width),
        server_(group, name, {.unit = "transfers", .help = "Cycles with data on the channel."}) {}

  /// Takes the channel for `bytes` from `ready` on, or from when it is free; returns when the last
  /// one has passed. 0 bytes take one cycle.
  Time transfer(Time ready, std::uint64_t bytes) {
    const Time length = clock_.duration(cycles_of(bytes));
    if (clock_.scheduler().timing() == Timing::loose) return ready + length;
    const Time from = std::max(ready, free_at_);
    free_at_ = from + length;
    server_.occupy(from, free_at_);
    return free_at_;
  }
  /// From when on nobody has it.
  /// Nothing is on it.
  void settle() { free_at_ = 0; }
  Time free_at() const { return free_at_; }
  std::uint64_t cycles_of(std::uint64_t bytes) const {
    return std::max<std::uint64_t>(1, (bytes + width_ - 1) / width_);
  }

 private:
  const Clock& clock_;
  std::uint32_t width_;
  Time free_at_ = 0;
  ServerStatistics server_;
};

}  // namespace doorbell::memory
