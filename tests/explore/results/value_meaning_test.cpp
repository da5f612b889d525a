#include "platforms/explore/results/value_meaning.h"

#include <gtest/gtest.h>

#include <set>

#include "doorbell/core/arch/statistics_kinds.h"

namespace doorbell::explore {
namespace {

const ValueMeaning unknown{"own unit", Better::higher};

/// The numbers of a statistic that the table doesn't know; rows of numbers are no metrics.
std::set<std::string> unknown_values(const Statistic& statistic) {
  StatisticValues values;
  statistic.values(values);
  std::set<std::string> names;
  for (const StatisticValue& value : values) {
    if (std::holds_alternative<std::vector<std::uint64_t>>(value.number)) continue;
    if (!known_meaning(statistic.kind(), value.name, unknown)) names.emplace(value.name);
  }
  return names;
}

TEST(ValueMeaning, KnowsEveryValueOfEveryKind) {
  Statistics statistics;
  const StatisticsGroup group = statistics.group("g");
  const StatisticInfo info{"things", Better::higher, ""};
  group.make<Counter>("counter", info).add();
  group.make<Gauge>("gauge", info).set(1);
  group.make<CacheStatistics>("cache", info).hit();
  group.make<ServerStatistics>("server", info).occupy(0, 5);
  auto& queue = group.make<QueueStatistics>("queue", info);
  queue.enter(1);
  queue.leave(2, 1);
  group.make<HistogramStatistics>("histogram", info).record(1);
  group.make<TimeSeries>("series", info).add(1);
  statistics.finish(10);
  statistics.visit([](const Statistic& statistic) {
    if (statistic.kind() == "time_series") return;
    EXPECT_EQ(unknown_values(statistic), std::set<std::string>{}) << statistic.kind();
  });
}

TEST(ValueMeaning, SojournTimesOfAQueueArePicosecondsWhateverIsQueued) {
  EXPECT_EQ(meaning_of("queue", "p99", {"TLPs", Better::lower}).unit, "ps");
  EXPECT_EQ(meaning_of("queue", "p99", {"TLPs", Better::lower}).better, Better::lower);
  EXPECT_EQ(meaning_of("histogram", "p99", {"accesses", Better::lower}).unit, "accesses");
}

TEST(ValueMeaning, UtilisationIsARatioAsGoodAsItsServerSays) {
  EXPECT_EQ(meaning_of("server", "utilisation", {"waits", Better::higher}).better, Better::higher);
  EXPECT_EQ(meaning_of("server", "utilisation", {"waits", Better::higher}).unit, "");
}

TEST(ValueMeaning, ACapacityIsNoMetric) {
  EXPECT_FALSE(meaning_of("queue", "capacity", unknown).is_metric);
  EXPECT_FALSE(meaning_of("server", "capacity", unknown).is_metric);
  // What a mean is made from, in units that nobody has: entries times picoseconds.
  EXPECT_FALSE(meaning_of("queue", "occupancy_integral", unknown).is_metric);
}

TEST(ValueMeaning, AKindOfTheFutureKeepsItsUnitAndTakesNoSide) {
  const ValueMeaning meaning = meaning_of("spectrum", "peak", {"Hz", Better::lower});
  EXPECT_EQ(meaning.unit, "Hz");
  EXPECT_EQ(meaning.better, Better::neither);
  EXPECT_TRUE(meaning.is_metric);
}

}  // namespace
}  // namespace doorbell::explore
