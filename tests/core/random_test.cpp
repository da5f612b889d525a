#include "doorbell/core/arch/random.h"

#include <gtest/gtest.h>

#include <cmath>

namespace doorbell {
namespace {

TEST(Random, ExponentialHasTheMeanAndTheVarianceOfItsDistribution) {
  Random random{42};
  constexpr int count = 400'000;
  constexpr double mean = 100'000;
  double sum = 0;
  double squares = 0;
  int beyond_mean = 0;
  for (int i = 0; i < count; ++i) {
    const auto x = static_cast<double>(random.exponential(100'000));
    sum += x;
    squares += x * x;
    beyond_mean += x > mean ? 1 : 0;
  }
  EXPECT_NEAR(sum / count, mean, mean * 0.01);
  EXPECT_NEAR(squares / count, 2 * mean * mean, 2 * mean * mean * 0.02);
  EXPECT_NEAR(static_cast<double>(beyond_mean) / count, std::exp(-1.0), 0.005);
}

TEST(Random, TheSameSeedGivesTheSameNumbers) {
  Random a{7};
  Random b{7};
  Random other{8};
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t x = a.next();
    EXPECT_EQ(x, b.next());
    differs = differs || x != other.next();
  }
  EXPECT_TRUE(differs);
}

TEST(Random, BelowCoversItsRangeEvenly) {
  Random random{3};
  int counts[10] = {};
  for (int i = 0; i < 100'000; ++i)
    ++counts[random.below(10)];
  for (const int count : counts)
    EXPECT_NEAR(count, 10'000, 400);
}

}  // namespace
}  // namespace doorbell
