#include "traces/make/arrivals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "traces/make/turns.h"

namespace doorbell::workload {
namespace {

using Process = Arrivals::Process;

std::vector<double> gaps_of(const Arrivals& arrivals, std::uint32_t sharers, int count) {
  ArrivalTimes times(arrivals, sharers, 0, 5);
  std::vector<double> gaps;
  for (int i = 0; i < count; ++i) {
    const Time before = times.next();
    times.advance();
    gaps.push_back(static_cast<double>(times.next() - before));
  }
  return gaps;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values)
    sum += value;
  return sum / static_cast<double>(values.size());
}

/// Standard deviation by the mean.
double variation_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const double value : values)
    sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size())) / mean;
}

TEST(Arrivals, ConstantOnesAreEquallyFarApart) {
  const auto gaps = gaps_of({.process = Process::constant, .rate = 2'000'000}, 4, 100);
  EXPECT_EQ(mean_of(gaps), 2 * microsecond);  // each of four has a fourth of the rate
  EXPECT_EQ(variation_of(gaps), 0);
}

TEST(Arrivals, QueuesThatShareAConstantRateTakeTurns) {
  const Arrivals arrivals{.process = Process::constant, .rate = 1'000'000};
  std::vector<ArrivalTimes> times;
  for (std::uint32_t i = 0; i < 4; ++i)
    times.emplace_back(arrivals, 4, i, 1);
  Turns turns(std::move(times));
  for (std::uint32_t i = 0; i < 12; ++i, turns.advance()) {
    EXPECT_EQ(turns.next(), i % 4);
    EXPECT_EQ(turns.time(), i * microsecond);
  }
}

TEST(Arrivals, PoissonHasExponentialDistances) {
  const auto gaps = gaps_of({.process = Process::poisson, .rate = 1'000'000}, 1, 100'000);
  EXPECT_NEAR(mean_of(gaps) / microsecond, 1, 0.02);
  EXPECT_NEAR(variation_of(gaps), 1, 0.02);
}

TEST(Arrivals, ABurstComesAtOnceAndTheRateIsKept) {
  const auto gaps = gaps_of({.process = Process::bursty, .rate = 1'000'000, .burst = 8}, 1, 80'000);
  EXPECT_NEAR(mean_of(gaps) / microsecond, 1, 0.05);
  for (std::size_t i = 0; i < gaps.size(); ++i)
    EXPECT_TRUE(i % 8 == 7 || gaps[i] == 0) << i;
}

TEST(Arrivals, ClosedLoopsSpreadAroundTheirMean) {
  EXPECT_EQ(variation_of(gaps_of({}, 1, 100)), 0);
  const auto gaps = gaps_of({.spread = 90}, 1, 100'000);
  EXPECT_NEAR(mean_of(gaps) / microsecond, 1, 0.01);
  EXPECT_NEAR(variation_of(gaps), 0.9 / std::sqrt(3), 0.01);
}

TEST(Arrivals, OfTwoProcessesAShortDistanceComesAfterALongOne) {
  const auto gaps = gaps_of({.spread = 50, .processes = 2}, 1, 100'000);
  const double mean = mean_of(gaps);
  EXPECT_NEAR(mean / microsecond, 1, 0.01);
  double together = 0;
  for (std::size_t i = 1; i < gaps.size(); ++i)
    together += (gaps[i - 1] - mean) * (gaps[i] - mean);
  const double variance = std::pow(variation_of(gaps) * mean, 2);
  EXPECT_LT(together / static_cast<double>(gaps.size()) / variance, -0.2);
  // Of an open loop a queue's work is independent.
  EXPECT_EQ(gaps_of({.process = Process::poisson, .processes = 2}, 1, 10),
            gaps_of({.process = Process::poisson}, 1, 10));
}

TEST(Arrivals, ProcessesTakeTurnsApart) {
  const auto nearest = [](std::uint32_t apart) {
    const auto gaps = gaps_of({.spread = 50, .processes = 2, .apart = apart}, 1, 10'000);
    return *std::min_element(gaps.begin(), gaps.end());
  };
  EXPECT_LT(nearest(0), 0.1 * microsecond);
  EXPECT_EQ(nearest(40), 0.4 * microsecond);
}

}  // namespace
}  // namespace doorbell::workload
