#include "doorbell/core/arch/statistics_level.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "doorbell/core/arch/random.h"
#include "doorbell/core/arch/statistics_json.h"
#include "doorbell/core/arch/statistics_kinds.h"

namespace doorbell {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::uint64_t sum_of(const std::vector<std::uint64_t>& bins) {
  return std::accumulate(bins.begin(), bins.end(), std::uint64_t{0});
}

TEST(LevelIntegral, SplitsAnIntervalAtTheBoundsOfItsBins) {
  LevelIntegral level;
  level.add(0, microsecond / 2, 3);
  level.add(microsecond / 2, 2 * microsecond + 100, 2);
  level.add(2 * microsecond + 100, 2 * microsecond + 200, 1);
  EXPECT_THAT(level.bins(), ElementsAre(2'500'000, 2'000'000, 300));
  EXPECT_EQ(level.total(), 4'500'300u);
  EXPECT_EQ(level.bin_width(), microsecond);
}

TEST(LevelIntegral, BinsDoubleTheirWidthAndKeepTheSum) {
  LevelIntegral level;
  const Time end = 1000 * microsecond;
  for (Time at = 0; at < end; at += 10'007)
    level.add(at, at + 10'007, at % 5);
  EXPECT_EQ(level.bin_width(), 8 * microsecond);
  EXPECT_EQ(level.bins().size(), 125u);
  EXPECT_EQ(sum_of(level.bins()), level.total());
}

TEST(LevelIntegral, EachTimeItOutgrowsItsBinsTheyDouble) {
  LevelIntegral level;
  level.add(0, 300 * microsecond, 1);
  EXPECT_EQ(level.bin_width(), 4 * microsecond);
  EXPECT_EQ(level.bins(), std::vector<std::uint64_t>(75, 4 * microsecond));
}

TEST(LevelIntegral, ALongGapIsAsIfItHadBeenAddedInPieces) {
  LevelIntegral at_once;
  LevelIntegral in_pieces;
  at_once.add(0, 777'777'777, 4);
  for (Time at = 0; at < 777'777'777; at += 7)
    in_pieces.add(at, at + 7, 4);
  EXPECT_EQ(at_once.bins(), in_pieces.bins());
  EXPECT_EQ(at_once.bin_width(), in_pieces.bin_width());
}

TEST(LevelIntegral, StartsAnewAtTheReset) {
  LevelIntegral level;
  level.add(0, 700 * microsecond, 9);
  level.reset(700 * microsecond);
  EXPECT_THAT(level.bins(), IsEmpty());
  level.add(700 * microsecond, 702 * microsecond, 1);
  EXPECT_THAT(level.bins(), ElementsAre(1'000'000, 1'000'000));
}

TEST(LevelIntegral, LeavesOutWhatLiesBeyond) {
  LevelIntegral level;
  level.add(0, 5 * microsecond, 1);
  EXPECT_THAT(level.bins(2'500'000), ElementsAre(1'000'000, 1'000'000, 500'000));
  EXPECT_THAT(level.bins(5'000'000), IsEmpty());
}

nlohmann::ordered_json values_of(const Statistics& statistics) {
  return to_json(statistics)["metrics"][0]["values"];
}

TEST(StatisticsOverTime, AQueueTellsItsOccupancyInEachBin) {
  Statistics statistics;
  QueueStatistics queue(statistics.group("a"), "b", {});
  statistics.reset(10 * microsecond);
  queue.enter(10 * microsecond);
  queue.enter(11 * microsecond);
  queue.leave(12 * microsecond, 10 * microsecond);
  statistics.finish(14 * microsecond);
  EXPECT_EQ(values_of(statistics)["bin_width"], microsecond);
  EXPECT_EQ(values_of(statistics)["bins"],
            (std::vector<Time>{microsecond, 2 * microsecond, microsecond, microsecond}));
}

TEST(StatisticsOverTime, BinsOfAServerAddUpToItsBusyTimeHoweverItIsUsed) {
  Statistics statistics;
  ServerStatistics wire(statistics.group("a"), "b", {});
  Random random(7);
  Time at = 0;
  for (int i = 0; i < 1000; ++i) {
    const Time from = at + random.below(microsecond);
    at = from + random.below(microsecond);
    wire.occupy(from, at);
    if (i == 500) statistics.reset(at - 10);
  }
  statistics.finish(at - 5);
  const auto bins = values_of(statistics)["bins"].get<std::vector<std::uint64_t>>();
  EXPECT_EQ(sum_of(bins), wire.busy_time());
  EXPECT_GT(wire.busy_time(), 0u);
}

TEST(StatisticsOverTime, WhatWasNeverThereHasNoBins) {
  Statistics statistics;
  QueueStatistics queue(statistics.group("a"), "b", {});
  statistics.finish(500 * microsecond);
  EXPECT_FALSE(values_of(statistics).contains("bins"));
}

TEST(StatisticsOverTime, AGaugeHasItsLevelOverTimeOnceItIsToldTheTime) {
  Statistics statistics;
  Gauge gauge(statistics.group("a"), "b", {});
  gauge.set(4);
  statistics.finish(2 * microsecond);
  EXPECT_FALSE(values_of(statistics).contains("bins"));
  gauge.set(4, 0);
  statistics.reset(2 * microsecond);
  gauge.set(1, 3 * microsecond);
  statistics.finish(4 * microsecond);
  EXPECT_EQ(values_of(statistics)["bins"], (std::vector<Time>{4 * microsecond, microsecond}));
}

TEST(StatisticsOverTime, AHistogramTellsItsBuckets) {
  Statistics statistics;
  HistogramStatistics histogram(statistics.group("a"), "b", {});
  EXPECT_FALSE(values_of(statistics).contains("buckets"));
  histogram.record(3);
  histogram.record(3);
  EXPECT_EQ(values_of(statistics)["buckets"], (std::vector<std::uint64_t>{3, 2}));
}

}  // namespace
}  // namespace doorbell
