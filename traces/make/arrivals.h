#pragma once

#include <vector>

#include "doorbell/core/arch/random.h"
#include "traces/make/parameters.h"

namespace doorbell::workload {

/// The mean distance between two pieces of a queue's work under closed_loop: as it is not written
/// down, any time does that leaves room for a random one.
constexpr Time nominal_distance = microsecond;

/// When the work of one queue comes, one after the other.
class ArrivalTimes {
 public:
  /// One of `sharers` queues that share the rate; `place` spreads their beginnings.
  ArrivalTimes(const Arrivals& parameters, std::uint32_t sharers, std::uint32_t place,
               std::uint64_t seed);

  /// When the next piece comes. Under closed_loop it only says in which order the queues' work
  /// stands.
  Time next() const { return next_; }
  void advance();

 private:
  Time gap();
  void take_turns(const Arrivals& parameters);

  Arrivals::Process process_;
  std::uint32_t burst_;
  std::uint32_t left_;  ///< of the burst
  Time mean_;
  Time spread_;  ///< around it, under closed_loop
  Random random_;
  Time next_ = 0;
  std::vector<Time> due_;  ///< of the queue's processes
  std::size_t turn_ = 0;   ///< whose piece comes next
  Time apart_ = 0;
};

/// Of `devices` with `queues` each, which share a device's rate: the first one's queues come first.
std::vector<ArrivalTimes> times_of_queues(const Arrivals& parameters, std::uint32_t devices,
                                          std::uint32_t queues, Random& seeds);

}  // namespace doorbell::workload
