#pragma once

#include <cstdint>
#include <vector>

#include "doorbell/core/arch/random.h"
#include "traces/make/parameters.h"

namespace doorbell::workload {

/// 2^(-numerator / 2^32), scaled by 2^32, from integers alone; 0 where it is below 2^-32.
std::uint64_t negative_power_of_two(std::uint64_t numerator);

/// Ranks from 0, the n-th drawn in proportion to (n + 1)^-exponent, in constant memory and exactly:
/// a rank of an octave is drawn as if all were as likely as its first, and kept as often as it is
/// likely beside that one. From integers alone, so that a seed gives the same ranks everywhere.
class Zipf {
 public:
  /// Of `count` ranks; the exponent in hundredths.
  Zipf(std::uint64_t count, std::uint32_t exponent);

  std::uint64_t draw(Random& random) const;

 private:
  std::uint64_t weight_of(std::uint64_t number) const;

  std::uint64_t count_;
  std::uint32_t exponent_;
  std::vector<std::uint64_t> up_to_;  ///< sums of the octaves' weights
};

/// Which of `count` buffers is used next.
class PatternOf {
 public:
  PatternOf(const Pattern& parameters, std::uint64_t count, std::uint64_t seed);

  std::uint64_t next();

 private:
  Pattern::Kind kind_;
  std::uint64_t count_;
  std::uint64_t stride_;  ///< that puts the most used ones far apart
  std::uint64_t at_ = 0;
  Random random_;
  Zipf zipf_;
};

}  // namespace doorbell::workload
