#include "platforms/explore/sweep/sampling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace doorbell::sweep {
namespace {

using Sampler = std::vector<Sample> (*)(std::size_t, std::size_t, std::uint64_t);

/// In how many of `slices` equal slices of a dimension there is a point.
std::size_t slices_hit(const std::vector<Sample>& samples, std::size_t dimension,
                       std::size_t slices) {
  std::set<std::size_t> hit;
  for (const Sample& sample : samples) {
    EXPECT_GE(sample[dimension], 0);
    EXPECT_LT(sample[dimension], 1);
    hit.insert(static_cast<std::size_t>(sample[dimension] * static_cast<double>(slices)));
  }
  return hit.size();
}

TEST(LatinHypercube, HasOnePointInEachSliceOfEachDimension) {
  const auto samples = latin_hypercube(7, 23, 5);
  ASSERT_EQ(samples.size(), 23u);
  for (std::size_t d = 0; d < 7; ++d)
    EXPECT_EQ(slices_hit(samples, d, 23), 23u) << d;
}

TEST(LatinHypercube, StandsAnywhereInASlice) {
  double lowest = 1;
  double highest = 0;
  for (const Sample& sample : latin_hypercube(1, 100, 5)) {
    const double inside = sample[0] * 100 - std::floor(sample[0] * 100);
    lowest = std::min(lowest, inside);
    highest = std::max(highest, inside);
  }
  EXPECT_LT(lowest, 0.1);
  EXPECT_GT(highest, 0.9);
}

TEST(LatinHypercube, PairsSlicesAtRandom) {
  std::size_t on_the_diagonal = 0;
  for (const Sample& sample : latin_hypercube(2, 100, 1))
    on_the_diagonal += static_cast<int>(sample[0] * 100) == static_cast<int>(sample[1] * 100);
  EXPECT_LT(on_the_diagonal, 10u);
}

TEST(Sobol, HasOnePointInEachSliceOfEachDimensionForPowersOfTwo) {
  for (const std::uint64_t seed : {0, 1, 99}) {
    const auto samples = sobol(9, 64, seed);
    for (std::size_t d = 0; d < 9; ++d)
      EXPECT_EQ(slices_hit(samples, d, 64), 64u) << d << " with seed " << seed;
  }
}

TEST(Sobol, FillsTheSquaresOfItsFirstTwoDimensionsEvenly) {
  std::set<int> squares;
  for (const Sample& sample : sobol(2, 64, 7))
    squares.insert(static_cast<int>(sample[0] * 8) * 8 + static_cast<int>(sample[1] * 8));
  EXPECT_EQ(squares.size(), 64u);
}

// Bratley and Fox, ACM TOMS 14 (1988): the sequence in Gray code order.
TEST(Sobol, StartsAsPublishedWithoutASeed) {
  const std::vector<Sample> expected{{0, 0}, {0.5, 0.5}, {0.75, 0.25}, {0.25, 0.75}};
  EXPECT_EQ(sobol(2, 4, 0), expected);
}

TEST(Sampling, FollowsItsSeedAlone) {
  for (const Sampler sampler : {latin_hypercube, sobol}) {
    EXPECT_EQ(sampler(3, 10, 4), sampler(3, 10, 4));
    EXPECT_NE(sampler(3, 10, 4), sampler(3, 10, 5));
  }
}

}  // namespace
}  // namespace doorbell::sweep
