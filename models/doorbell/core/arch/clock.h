#pragma once

#include <cstdint>

#include "doorbell/core/arch/scheduler.h"

namespace doorbell {

/// A clock of f hertz; its n-th edge is at round(n * 10^12 / f) ps, so that no error adds up.
class Clock {
 public:
  /// `frequency` in hertz, [1, 10^12].
  Clock(Scheduler& scheduler, std::uint64_t frequency);

  /// `co_await clock.cycles(n)`: waits for the first edge at or after now, and n cycles more.
  Delay cycles(std::uint64_t count) const {
    const Time now = scheduler_.now();
    return Delay{scheduler_, after(now, count) - now};
  }
  /// The time of the first edge at or after `time`, and `count` cycles more, in ps.
  Time after(Time time, std::uint64_t count) const {
    if (exact_period_ == 0) [[unlikely]]
      return edge(edge_at_or_after(time) + count);
    const Time into_period = remainder(time);
    const Time first = into_period == 0 ? time : time - into_period + exact_period_;
    return first + count * exact_period_;
  }
  /// The least number of cycles n with after(from, n) >= to.
  std::uint64_t cycles_until(Time from, Time to) const {
    const Time start = after(from, 0);
    return to <= start ? 0 : edge_at_or_after(to) - edge_at_or_after(start);
  }
  /// The time of the n-th edge in ps.
  Time edge(std::uint64_t n) const;
  /// The duration of n cycles counted from time 0, in ps.
  Time duration(std::uint64_t count) const { return edge(count); }

  std::uint64_t frequency() const { return frequency_; }
  Scheduler& scheduler() const { return scheduler_; }

 private:
  std::uint64_t edge_at_or_after(Time time) const;
  /// time % exact_period_. A division would cost as much as the rest of a delay: the product with
  /// the reciprocal is the quotient or one less.
  Time remainder(Time time) const {
    __extension__ using Wide = unsigned __int128;
    const auto quotient = static_cast<std::uint64_t>(Wide{time} * reciprocal_ >> 64);
    const Time rest = time - quotient * exact_period_;
    return rest < exact_period_ ? rest : rest - exact_period_;
  }

  Scheduler& scheduler_;
  std::uint64_t frequency_;
  Time exact_period_;         // when a period is a whole number of ps; otherwise 0
  std::uint64_t reciprocal_;  // of it: 2^64 / exact_period_, rounded down
};

}  // namespace doorbell
