#include "traces/make/pattern.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace doorbell::workload {
namespace {

constexpr std::uint64_t draws = 200'000;

std::vector<std::uint64_t> counts_of(const Pattern& pattern, std::uint64_t count,
                                     std::uint64_t seed = 1) {
  PatternOf places(pattern, count, seed);
  std::vector<std::uint64_t> counts(count);
  for (std::uint64_t i = 0; i < draws; ++i)
    ++counts.at(places.next());
  return counts;
}

/// Pearson's statistic, in standard deviations of its distribution.
double surprise(const std::vector<std::uint64_t>& counts, const std::vector<double>& shares) {
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = shares[i] * draws;
    sum += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  const double freedom = static_cast<double>(counts.size()) - 1;
  return (sum - freedom) / std::sqrt(2 * freedom);
}

TEST(Pattern, PowersOfTwoAreExactIn32Bits) {
  for (const double x : {0.0, 0.5, 1.0, 1.75, 3.14159, 20.2, 31.9}) {
    const auto scaled = static_cast<std::uint64_t>(std::ldexp(x, 32));
    EXPECT_NEAR(static_cast<double>(negative_power_of_two(scaled)), std::ldexp(std::exp2(-x), 32),
                4)
        << x;
  }
  EXPECT_EQ(negative_power_of_two(std::uint64_t{64} << 32), 0u);
}

TEST(Pattern, SequentialComesRound) {
  PatternOf places({.kind = Pattern::Kind::sequential}, 3, 1);
  std::vector<std::uint64_t> seen;
  for (int i = 0; i < 7; ++i)
    seen.push_back(places.next());
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{0, 1, 2, 0, 1, 2, 0}));
}

TEST(Pattern, RandomIsUniform) {
  const auto counts = counts_of({.kind = Pattern::Kind::random}, 100);
  EXPECT_LT(std::abs(surprise(counts, std::vector<double>(100, 0.01))), 4);
}

class ZipfOf : public ::testing::TestWithParam<std::pair<std::uint64_t, std::uint32_t>> {};

TEST_P(ZipfOf, DrawsInProportionToItsPower) {
  const auto [count, exponent] = GetParam();
  const Zipf zipf(count, exponent);
  Random random(7);
  std::vector<std::uint64_t> counts(count);
  for (std::uint64_t i = 0; i < draws; ++i)
    ++counts.at(zipf.draw(random));
  std::vector<double> shares(count);
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i)
    sum += shares[i] = std::pow(i + 1.0, -0.01 * exponent);
  for (double& share : shares)
    share /= sum;
  EXPECT_LT(std::abs(surprise(counts, shares)), 4);
}

INSTANTIATE_TEST_SUITE_P(Pattern, ZipfOf,
                         ::testing::Values(std::pair{2, 99}, std::pair{7, 50}, std::pair{64, 99},
                                           std::pair{100, 120}, std::pair{1000, 99},
                                           std::pair{16, 300}));

TEST(Pattern, OneOfOneIsTheFirst) {
  EXPECT_EQ(counts_of({.kind = Pattern::Kind::zipf}, 1).front(), draws);
}

TEST(Pattern, ZipfPutsTheMostUsedFarApart) {
  const auto counts = counts_of({.kind = Pattern::Kind::zipf, .exponent = 99}, 4096);
  std::vector<std::size_t> order(counts.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return counts[a] > counts[b]; });
  std::set<std::size_t> tables;  // eighths of a line of page table
  for (std::size_t i = 0; i < 16; ++i)
    tables.insert(order[i] / 8);
  EXPECT_EQ(tables.size(), 16u);
}

TEST(Pattern, ASeedGivesTheSameAgain) {
  const Pattern zipf{.kind = Pattern::Kind::zipf};
  EXPECT_EQ(counts_of(zipf, 50, 3), counts_of(zipf, 50, 3));
  EXPECT_NE(counts_of(zipf, 50, 3), counts_of(zipf, 50, 4));
}

}  // namespace
}  // namespace doorbell::workload
