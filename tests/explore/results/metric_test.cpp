#include "platforms/explore/results/metric.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "doorbell/core/arch/error.h"
#include "tests/explore/results/small_run.h"

namespace doorbell::explore {
namespace {

using testing::small_run;

class SmallRun : public ::testing::Test {
 protected:
  const Metric& metric(const std::string& name) const {
    const Metric* found = find(metrics_, name);
    if (found == nullptr) throw std::runtime_error("no metric " + name);
    return *found;
  }
  std::vector<Metric> metrics_ = metrics_of(small_run());
};

TEST_F(SmallRun, IsSortedByNameWithoutRepetition) {
  EXPECT_TRUE(std::is_sorted(metrics_.begin(), metrics_.end(),
                             [](const Metric& a, const Metric& b) { return a.name <= b.name; }));
}

TEST_F(SmallRun, ACounterIsItsPath) {
  EXPECT_EQ(std::get<std::uint64_t>(metric("sys.errors").number), 7u);
  EXPECT_EQ(metric("sys.errors").unit, "accesses");
  EXPECT_EQ(metric("sys.errors").better, Better::lower);
  EXPECT_EQ(metric("sys.errors").help, "Refused");
}

TEST_F(SmallRun, ACacheHasAHitRateThatIsBetterHigher) {
  EXPECT_DOUBLE_EQ(metric("sys.tlb.hit_rate").value(), 0.75);
  EXPECT_EQ(metric("sys.tlb.hit_rate").unit, "");
  EXPECT_EQ(metric("sys.tlb.hit_rate").better, Better::higher);
  EXPECT_EQ(metric("sys.tlb.misses").better, Better::lower);
}

TEST_F(SmallRun, AValueThatDoesNotExistIsNotZero) {
  EXPECT_FALSE(metric("sys.unused.hit_rate").exists());
  EXPECT_TRUE(metric("sys.unused.hits").exists());
}

TEST_F(SmallRun, RatesAreBySimulatedTime) {
  // Three in two microseconds.
  EXPECT_DOUBLE_EQ(metric("totals.msi_rate").value(), 1.5e6);
  EXPECT_EQ(metric("totals.msi_rate").better, Better::higher);
  EXPECT_DOUBLE_EQ(metric("totals.byte_rate").value(), 320e6);
}

TEST_F(SmallRun, LatenciesArePicosecondsAndBetterLow) {
  for (const char* name : {"latency.end_to_end.p99", "latency.link.service.p99",
                           "latency.stream_0x8.end_to_end.max"}) {
    EXPECT_DOUBLE_EQ(metric(name).value(), 500) << name;
    EXPECT_EQ(metric(name).unit, "ps") << name;
    EXPECT_EQ(metric(name).better, Better::lower) << name;
  }
  EXPECT_EQ(metric("latency.end_to_end.count").better, Better::neither);
}

TEST_F(SmallRun, DoorbellsAreThereByOutcome) {
  EXPECT_DOUBLE_EQ(metric("conservation.coalesced").value(), 1);
}

TEST_F(SmallRun, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(find(metrics_, "sys"), nullptr);
  EXPECT_EQ(find(metrics_, "zzz"), nullptr);
}

TEST(Metrics, SeriesAndDistributionsAreNoMetrics) {
  auto run = small_run();
  run["statistics"]["metrics"][0]["values"]["over_time"] = {1, 2, 3};
  run["latency"]["total"]["end_to_end"]["buckets"] = {1, 2, 3};
  const std::vector<Metric> metrics = metrics_of(run);
  EXPECT_EQ(metrics.size(), metrics_of(small_run()).size() + 1);
  EXPECT_FALSE(find(metrics, "latency.end_to_end.buckets")->exists());
}

TEST(Metrics, NoTimeNoRate) {
  auto run = small_run();
  run["totals"]["measured"] = 0;
  EXPECT_FALSE(find(metrics_of(run), "totals.msi_rate")->exists());
}

TEST(Metrics, WhatWentWrongIsThereIfTheFileCountsIt) {
  auto run = small_run();
  EXPECT_EQ(find(metrics_of(run), "totals.operations_failed"), nullptr) << "of an earlier version";
  run["totals"]["operations_failed"] = 2;
  run["totals"]["commands_refused"] = 0;
  const std::vector<Metric> metrics = metrics_of(run);
  EXPECT_DOUBLE_EQ(find(metrics, "totals.operations_failed")->value(), 2);
  EXPECT_EQ(find(metrics, "totals.operations_failed")->better, Better::lower);
  EXPECT_DOUBLE_EQ(find(metrics, "totals.commands_refused")->value(), 0);
}

TEST(Metrics, AnotherShapeIsAnInputError) {
  auto run = small_run();
  run["statistics"].erase("metrics");
  EXPECT_THROW(metrics_of(run), InputError);
}

}  // namespace
}  // namespace doorbell::explore
