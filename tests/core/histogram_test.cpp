#include "doorbell/core/arch/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace doorbell {
namespace {

/// A small generator of our own; the shapes matter, not the quality.
class Numbers {
 public:
  std::uint64_t next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return state_ >> 24;
  }

 private:
  std::uint64_t state_ = 42;
};

std::uint64_t exact_quantile(const std::vector<std::uint64_t>& sorted, const Quantile& quantile) {
  const std::size_t n = sorted.size();
  const std::size_t rank =
      (n * quantile.numerator + quantile.denominator - 1) / quantile.denominator;
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

template <class AnyHistogram>
void expect_quantiles_near(const std::vector<std::uint64_t>& values) {
  AnyHistogram histogram;
  for (const std::uint64_t value : values)
    histogram.record(value);
  std::vector<std::uint64_t> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  for (const Quantile& quantile : reported_quantiles) {
    const auto exact = static_cast<double>(exact_quantile(sorted, quantile));
    const auto found = static_cast<double>(histogram.quantile(quantile));
    EXPECT_LE(std::abs(found - exact), exact * AnyHistogram::relative_error) << quantile.name;
  }
  EXPECT_EQ(histogram.minimum(), sorted.front());
  EXPECT_EQ(histogram.maximum(), sorted.back());
  EXPECT_EQ(histogram.count(), sorted.size());
}

TEST(Histogram, AQuantileIsTheSmallestValueThatEnoughDontExceed) {
  Histogram histogram;
  for (const std::uint64_t value : {10, 20, 30})
    histogram.record(value);
  EXPECT_EQ(histogram.quantile(1, 3), 10u);
  EXPECT_EQ(histogram.quantile(1, 2), 20u);  // 10 alone is less than half
  EXPECT_EQ(histogram.quantile(2, 3), 20u);
  EXPECT_EQ(histogram.quantile(9, 10), 30u);
}

TEST(Histogram, AFullBucketStaysFull) {
  LogHistogram<std::uint8_t, 5> small;
  for (int i = 0; i < 300; ++i)
    small.record(7);
  EXPECT_EQ(small.count(), 300u);
  EXPECT_EQ(small.buckets().back(), 255u);
  LogHistogram<std::uint8_t, 5> both;
  both.merge(small);
  both.merge(small);
  EXPECT_EQ(both.count(), 600u);
  EXPECT_EQ(both.buckets().back(), 255u);
}

TEST(Histogram, QuantilesOfUniformValuesAreWithinTheBound) {
  Numbers numbers;
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 20'000; ++i)
    values.push_back(numbers.next() % 5'000'000);
  expect_quantiles_near<Histogram>(values);
  expect_quantiles_near<CompactHistogram>(values);
}

TEST(Histogram, QuantilesOverManyOctavesAreWithinTheBound) {
  Numbers numbers;
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 20'000; ++i)
    values.push_back(numbers.next() >> numbers.next() % 40);
  expect_quantiles_near<Histogram>(values);
  expect_quantiles_near<CompactHistogram>(values);
}

TEST(Histogram, QuantilesWithManyZerosAreWithinTheBound) {
  Numbers numbers;
  std::vector<std::uint64_t> values(15'000, 0);
  for (int i = 0; i < 5'000; ++i)
    values.push_back(1'000 + numbers.next() % 1'000);
  expect_quantiles_near<Histogram>(values);
  expect_quantiles_near<CompactHistogram>(values);
}

TEST(Histogram, EveryPowerOfTwoAndItsNeighboursAreWithinTheBound) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    for (const std::uint64_t delta : {~0ULL, 0ULL, 1ULL}) {
      const std::uint64_t value = (1ULL << bit) + delta;
      Histogram histogram;
      histogram.record(value);
      histogram.record(~0ULL >> 1);
      const auto error = static_cast<double>(std::max(value, histogram.quantile(1, 2)) -
                                             std::min(value, histogram.quantile(1, 2)));
      if (value <= ~0ULL >> 1) {
        EXPECT_LE(error, static_cast<double>(value) * Histogram::relative_error) << value;
      }
    }
  }
}

TEST(Histogram, SmallValuesAreExact) {
  for (std::uint64_t value = 0; value < 128; ++value) {
    Histogram histogram;
    histogram.record(value);
    histogram.record(1000);
    EXPECT_EQ(histogram.quantile(1, 2), value);
  }
}

TEST(Histogram, IsEmptyUntilSomethingIsRecorded) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.minimum(), 0u);
  EXPECT_EQ(histogram.quantile(1, 2), 0u);
  EXPECT_EQ(histogram.heap_bytes(), 0u);
}

TEST(Histogram, MergingIsRecordingBoth) {
  Numbers numbers;
  Histogram low, high, both;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t small = 7 + numbers.next() % 100,
                        large = 1'000'000 + numbers.next() % 1'000;
    low.record(small);
    high.record(large);
    both.record(small);
    both.record(large);
  }
  high.merge(low);
  EXPECT_EQ(high.count(), both.count());
  EXPECT_EQ(high.sum(), both.sum());
  EXPECT_EQ(high.minimum(), both.minimum());
  for (const Quantile& quantile : reported_quantiles) {
    EXPECT_EQ(high.quantile(quantile), both.quantile(quantile));
  }
}

TEST(Histogram, ClearingKeepsTheMemoryAndNothingElse) {
  Histogram histogram;
  histogram.record(0);
  histogram.record(5'000);
  const std::size_t bytes = histogram.heap_bytes();
  histogram.clear();
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.sum(), 0u);
  EXPECT_EQ(histogram.maximum(), 0u);
  EXPECT_EQ(histogram.heap_bytes(), bytes);
  histogram.record(5'000);
  EXPECT_EQ(histogram.quantile(1, 2), 5'000u);
}

TEST(Histogram, BucketsAreTheirLowerBoundsAndCountsAndHoldEverythingRecorded) {
  Histogram histogram;
  EXPECT_TRUE(histogram.buckets().empty());
  histogram.record(0);
  histogram.record(0);
  histogram.record(127);
  histogram.record(1'000'000);
  histogram.record(1'000'001);
  // 1 000 000 is in the octave from 2^19, in buckets of 2^13.
  EXPECT_EQ(histogram.buckets(), (std::vector<std::uint64_t>{0, 2, 127, 1, 999'424, 2}));
}

TEST(CompactHistogram, AVectorWhoseLatencyVariesTenfoldTakesLessThanOneKibibyte) {
  CompactHistogram histogram;
  for (std::uint64_t latency = 300'000; latency < 3'000'000; latency += 1'000) {
    histogram.record(latency);
  }
  EXPECT_LT(histogram.heap_bytes(), 1024u);
}

}  // namespace
}  // namespace doorbell
