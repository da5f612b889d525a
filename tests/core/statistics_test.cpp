#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "doorbell/core/arch/statistics_json.h"
#include "doorbell/core/arch/statistics_kinds.h"

namespace doorbell {
namespace {

TEST(Statistics, ArePresentedInTheOrderOfTheirPathsWhateverTheOrderOfConstruction) {
  Statistics statistics;
  const StatisticsGroup group = statistics.group("virt").group("smmu");
  const Counter late(group, "walks", {.unit = "walks"});
  const Counter early(group, "aborts", {.unit = "transactions", .better = Better::lower});
  std::vector<std::string> paths;
  statistics.visit([&](const Statistic& statistic) { paths.push_back(statistic.path()); });
  EXPECT_THAT(paths, testing::ElementsAre("virt.smmu.aborts", "virt.smmu.walks"));
}

TEST(Statistics, OneThatIsDestroyedLeavesTheRegistry) {
  Statistics statistics;
  {
    const Counter counter(statistics.group("a"), "b", {});
    EXPECT_EQ(statistics.find("a.b"), &counter);
  }
  EXPECT_EQ(statistics.find("a.b"), nullptr);
}

TEST(Statistics, AMemberMayOutliveTheRegistry) {
  auto statistics = std::make_unique<Statistics>();
  Counter counter(statistics->group("a"), "b", {});
  statistics.reset();
  counter.add();
  EXPECT_EQ(counter.value(), 1u);
}

TEST(Statistics, APathThatIsTakenIsRefusedAndItsOwnerStays) {
  Statistics statistics;
  const Counter first(statistics.group("a"), "b", {});
  EXPECT_THROW(Gauge(statistics.group("a"), "b", {}), std::logic_error);
  EXPECT_EQ(statistics.find("a.b"), &first);
}

TEST(Statistics, TheRegistryOwnsThoseItMakes) {
  Statistics statistics;
  auto& queue = statistics.group("its").make<QueueStatistics>("commands", {.unit = "commands"}, 4);
  EXPECT_EQ(queue.capacity(), 4u);
  EXPECT_EQ(statistics.find("its.commands"), &queue);
}

TEST(Gauge, AResetKeepsTheLevelAndForgetsTheHighest) {
  Statistics statistics;
  Gauge gauge(statistics.group("a"), "b", {});
  gauge.set(7);
  gauge.set(-2);
  EXPECT_EQ(gauge.highest(), 7);
  statistics.reset(0);
  EXPECT_EQ(gauge.value(), -2);
  EXPECT_EQ(gauge.highest(), -2);
}

TEST(CacheStatistics, HitRateDoesNotExistWithoutALookUp) {
  Statistics statistics;
  CacheStatistics cache(statistics.group("tlb"), "main", {});
  auto values = [&] { return to_json(statistics)["metrics"][0]["values"]; };
  EXPECT_TRUE(values()["hit_rate"].is_null());
  cache.hit();
  cache.hit();
  cache.hit();
  cache.miss();
  cache.invalidation(5);
  EXPECT_EQ(values()["hit_rate"], 0.75);
  EXPECT_EQ(values()["invalidations"], 5);
}

TEST(ServerStatistics, IntegratesBusyPlacesOverTheWindow) {
  Statistics statistics;
  ServerStatistics server(statistics.group("tcu"), "walkers", {}, 2);
  server.begin(100);
  server.begin(200);
  server.end(300);
  server.end(500);
  statistics.finish(1000);
  EXPECT_EQ(server.busy_time(), 400u + 100u);
  EXPECT_DOUBLE_EQ(server.utilisation(), 500.0 / 2000.0);
  EXPECT_DOUBLE_EQ(server.mean_service(), 250.0);
  EXPECT_EQ(server.completions(), 2u);
}

TEST(ServerStatistics, AResetKeepsWhatIsBusy) {
  Statistics statistics;
  ServerStatistics server(statistics.group("a"), "b", {});
  server.begin(0);
  statistics.reset(600);
  server.end(700);
  statistics.finish(1600);
  EXPECT_EQ(server.busy_time(), 100u);
  EXPECT_DOUBLE_EQ(server.utilisation(), 0.1);
}

TEST(ServerStatistics, AnIntervalKnownAheadCountsOnlyWithinTheWindow) {
  Statistics statistics;
  ServerStatistics wire(statistics.group("link"), "up", {});
  wire.occupy(900, 1100);
  statistics.reset(1000);
  wire.occupy(1100, 1300);
  wire.occupy(1900, 2200);
  statistics.finish(2000);
  EXPECT_EQ(wire.busy_time(), 100u + 200u + 100u);
  EXPECT_DOUBLE_EQ(wire.utilisation(), 0.4);
}

TEST(QueueStatistics, LittlesLawHoldsExactlyAcrossResetAndFinish) {
  Statistics statistics;
  QueueStatistics queue(statistics.group("a"), "b", {}, 8);
  queue.enter(100);
  queue.enter(250);
  statistics.reset(300);
  queue.leave(420, 100);
  queue.enter(500);
  queue.leave(900, 500);
  queue.enter(950);
  statistics.finish(1000);
  // 250 to 1000, 100 to 420, 500 to 900, 950 to 1000, each cut to 300 to 1000.
  EXPECT_EQ(queue.occupancy_integral(), 700u + 120u + 400u + 50u);
  EXPECT_EQ(queue.littles_law_error(), 0.0);
  EXPECT_EQ(queue.high_water_mark(), 2u);
  EXPECT_EQ(queue.arrivals(), 2u);
  EXPECT_EQ(queue.departures(), 2u);
  EXPECT_EQ(queue.sojourns().sum(), 320u + 400u);
}

TEST(QueueStatistics, LocalTimesOfLooseTimingLeaveNoTrace) {
  Statistics statistics;
  QueueStatistics queue(statistics.group("a"), "b", {});
  queue.enter(900);
  queue.leave(600, 900);
  EXPECT_EQ(queue.sojourns().maximum(), 600u);
  queue.enter(950);
  statistics.reset(700);
  queue.leave(800, 950);
  queue.enter(800);
  statistics.finish(1000);
  EXPECT_EQ(queue.occupancy_integral(), 300u);
  EXPECT_EQ(queue.littles_law_error(), 0.0);
}

TEST(QueueStatistics, LittlesLawFindsAWrongEntryTime) {
  Statistics statistics;
  QueueStatistics queue(statistics.group("a"), "b", {});
  for (Time t = 0; t < 1000; t += 100) {
    queue.enter(t);
    queue.leave(t + 50, t + 10);
  }
  statistics.finish(1000);
  EXPECT_NEAR(queue.littles_law_error(), 0.2, 1e-9);
}

TEST(QueueStatistics, LittlesLawFindsAnItemThatNeverEntered) {
  Statistics statistics;
  QueueStatistics queue(statistics.group("a"), "b", {});
  queue.enter(0);
  queue.leave(100, 0);
  queue.enter(100);
  queue.leave(200, 100);
  queue.leave(300, 200);
  statistics.finish(400);
  EXPECT_GT(queue.littles_law_error(), 0.1);
}

TEST(TimeSeries, BinsDoubleTheirWidthAndKeepTheSum) {
  Statistics statistics;
  TimeSeries series(statistics.group("a"), "b", {}, 4, 10);
  for (Time t = 0; t < 40; t += 5)
    series.add(t);
  EXPECT_THAT(series.bins(), testing::ElementsAre(2, 2, 2, 2));
  series.add(40);
  EXPECT_EQ(series.bin_width(), 20u);
  EXPECT_THAT(series.bins(), testing::ElementsAre(4, 4, 1, 0));
  series.add(639);
  EXPECT_EQ(series.bin_width(), 160u);
  EXPECT_THAT(series.bins(), testing::ElementsAre(9, 0, 0, 1));
}

TEST(TimeSeries, StartsAnewAtTheReset) {
  Statistics statistics;
  TimeSeries series(statistics.group("a"), "b", {}, 4, 10);
  series.add(500, 3);
  statistics.reset(1000);
  series.add(1015, 2);
  EXPECT_EQ(series.bin_width(), 10u);
  EXPECT_THAT(series.bins(), testing::ElementsAre(0, 2, 0, 0));
}

TEST(StatisticsJson, HasTheSameBytesWheneverItIsWritten) {
  auto text = [](bool reversed) {
    Statistics statistics;
    const StatisticsGroup group = statistics.group("virt");
    std::vector<std::string> names{"hits", "misses", "aborts"};
    if (reversed) std::reverse(names.begin(), names.end());
    for (const std::string& name : names)
      group.make<Counter>(name, {.unit = "walks"}).add(3);
    auto& server = group.make<ServerStatistics>("its", {.unit = "MSIs", .help = "Pipeline."}, 3);
    server.begin(0);
    server.end(1000);
    statistics.finish(7000);
    return to_json(statistics).dump();
  };
  EXPECT_EQ(text(false), text(true));
  EXPECT_THAT(text(false),
              testing::HasSubstr(
                  R"({"path":"virt.its","kind":"server","unit":"MSIs","better":"neither",)"
                  R"("help":"Pipeline.","values":{"capacity":3,"completions":1,"busy_time":1000,)"
                  R"("busy_highest":1,"utilisation":0.047619047619047616,)"
                  R"("mean_service":1000.0,"bin_width":1000000,"bins":[1000]}})"));
}

}  // namespace
}  // namespace doorbell
