#include "doorbell/core/arch/clock.h"

namespace doorbell {

namespace {
__extension__ using Wide = unsigned __int128;
}

Clock::Clock(Scheduler& scheduler, std::uint64_t frequency)
    : scheduler_(scheduler),
      frequency_(frequency),
      exact_period_(second % frequency == 0 ? second / frequency : 0),
      reciprocal_(exact_period_ < 2 ? never
                                    : static_cast<std::uint64_t>((Wide{1} << 64) / exact_period_)) {
}

Time Clock::edge(std::uint64_t n) const {
  if (exact_period_ != 0) return n * exact_period_;
  return static_cast<Time>((Wide{n} * second + frequency_ / 2) / frequency_);
}

std::uint64_t Clock::edge_at_or_after(Time time) const {
  // Rounding moves an edge by half a picosecond at most, so the estimate is off by one at most.
  auto n = static_cast<std::uint64_t>(Wide{time} * frequency_ / second);
  while (n > 0 && edge(n - 1) >= time)
    --n;
  while (edge(n) < time)
    ++n;
  return n;
}

}  // namespace doorbell
