#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "doorbell/core/arch/run_report.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "platforms/report/summary.h"

namespace doorbell {
namespace {

using testing::HasSubstr;
using testing::Not;

struct ExampleParameters {
  std::uint32_t entries = 32;
  std::uint32_t lookahead = 5;
  void describe(ParameterGroup& group) {
    group.add("entries", entries,
              {.unit = "entries", .minimum = 1, .source = "nobody", .help = "Of a cache"});
    group.add("lookahead", lookahead, {.help = "Speed alone", .host_only = true});
  }
};

class ReportTest : public testing::Test {
 protected:
  ReportTest() {
    for (const Time latency : {400 * nanosecond, 600 * nanosecond}) {
      const StageSample samples[] = {{link_, latency / 4, latency / 4}, {its_, 0, latency / 2}};
      stages_.record({.stream = 1, .device = 1, .event = 0}, samples, latency);
    }
    cache_.hit();
    cache_.hit();
    cache_.hit();
    cache_.miss();
    queue_.enter(100);
    queue_.enter(200);
    queue_.leave(300, 100);
    wire_.occupy(0, 750 * microsecond);
    pipeline_.occupy(0, 10 * microsecond);
    statistics_.finish(millisecond);
  }

  RunReport report() {
    return {
        .version = "0.1.0",
        .partial = false,
        .workload = {.hash = 0xabc},
        .parameters = tree_,
        .statistics = statistics_,
        .stages = stages_,
        .totals = {.measured = millisecond,
                   .transactions = 1234,
                   .bytes = 5'000'000,
                   .sent = 3,
                   .acknowledged = 3000},
        .conservation = {.sent = 3, .outcomes = {{"pending", 2}, {"coalesced", 1}, {"held", 0}}}};
  }

  ExampleParameters parameters_;
  ParameterTree tree_{parameters_};
  Statistics statistics_;
  StageGraph graph_;
  StageId link_ = graph_.add({.name = "link", .order = 1, .successor = "its", .help = ""});
  StageId its_ = graph_.add({.name = "its", .order = 2, .successor = "", .help = ""});
  StageStatistics stages_{graph_};
  StatisticsGroup group_ = statistics_.group("virt");
  CacheStatistics cache_{group_, "tlb", {}};
  QueueStatistics queue_{group_, "queue", {}, 8};
  ServerStatistics wire_{group_, "wire", {}};
  ServerStatistics pipeline_{group_, "pipeline", {}};
};

TEST_F(ReportTest, SummaryHasThroughput) {
  EXPECT_THAT(summary(report()), HasSubstr("1 234 DMA transactions of 5.00 MB in all, 3 MSIs"));
  EXPECT_THAT(summary(report()), HasSubstr("3.00 M MSI/s, 5.00 GB/s"));
}

TEST_F(ReportTest, SummaryTellsWaitingAndServiceOfEachStageApart) {
  const std::string text = summary(report());
  EXPECT_THAT(text, testing::ContainsRegex("link +waiting +100 ns +150 ns +150 ns +25.0 %"));
  EXPECT_THAT(text, testing::ContainsRegex("its +waiting +0 +0 +0 +0.0 %"));
  EXPECT_THAT(text, testing::ContainsRegex(" +service +200 ns +300 ns +300 ns +50.0 %"));
  EXPECT_THAT(text, testing::ContainsRegex("end to end +400 ns +600 ns +600 ns +100.0 %"));
}

TEST_F(ReportTest, SummaryNamesTheBottleneckAndItsBound) {
  EXPECT_THAT(summary(report()),
              HasSubstr("Bottleneck: virt.wire at 75.0 %; it bounds this mix at 4.00 M MSI/s"));
}

TEST_F(ReportTest, SummaryBoundsTheBytesOfARunWithoutMsis) {
  RunReport without_msis = report();
  without_msis.totals.acknowledged = 0;
  EXPECT_THAT(summary(without_msis),
              HasSubstr("Bottleneck: virt.wire at 75.0 %; it bounds this mix at 6.67 GB/s"));
  without_msis.totals.bytes = 0;
  EXPECT_THAT(summary(without_msis), HasSubstr("Bottleneck: virt.wire at 75.0 %\n"));
}

TEST_F(ReportTest, SummaryHasHitRatesAndHighWaterMarks) {
  EXPECT_THAT(summary(report()), testing::ContainsRegex("virt.tlb +75.0 % of +4 look-ups"));
  EXPECT_THAT(summary(report()), testing::ContainsRegex("virt.queue +2 of 8"));
}

TEST_F(ReportTest, SummarySumsUpEveryDoorbell) {
  EXPECT_THAT(summary(report()), testing::ContainsRegex("sum +3 of 3 sent\n"));
  EXPECT_THAT(summary(report()), Not(HasSubstr("held")));
  RunReport lost = report();
  lost.conservation.sent = 4;
  EXPECT_THAT(summary(lost), HasSubstr("NOT BALANCED"));
}

TEST_F(ReportTest, APartialRunSaysSo) {
  RunReport partial = report();
  partial.partial = true;
  EXPECT_THAT(summary(partial), testing::StartsWith("Partial"));
  EXPECT_EQ(to_json(partial)["partial"], true);
}

TEST_F(ReportTest, SummaryNamesWhatWasRefusedOrFailed) {
  EXPECT_THAT(summary(report()), Not(HasSubstr("Not all went well")));
  RunReport bad = report();
  bad.totals.faults = {.commands_refused = 1,
                       .operations_failed = 2,
                       .operations_refused = 3,
                       .events_recorded = 4000,
                       .errors_raised = 5};
  EXPECT_THAT(
      summary(bad),
      HasSubstr("\nNot all went well: 1 command refused, 2 operations of software failed, 3 "
                "operations of functions refused, 4 000 events recorded, 5 errors raised\n"));
  bad.totals.faults = {.errors_raised = 1};
  EXPECT_THAT(summary(bad), HasSubstr("\nNot all went well: 1 error raised\n"));
}

TEST_F(ReportTest, JsonCountsWhatWasRefusedOrFailed) {
  RunReport bad = report();
  bad.totals.faults = {.commands_refused = 1,
                       .operations_failed = 2,
                       .operations_refused = 3,
                       .events_recorded = 4,
                       .errors_raised = 5};
  const auto totals = to_json(bad)["totals"];
  EXPECT_EQ(totals["commands_refused"], 1);
  EXPECT_EQ(totals["operations_failed"], 2);
  EXPECT_EQ(totals["operations_refused"], 3);
  EXPECT_EQ(totals["events_recorded"], 4);
  EXPECT_EQ(totals["errors_raised"], 5);
}

TEST_F(ReportTest, JsonHasTotalsStreamsVectorsParametersAndGraph) {
  const auto json = to_json(report());
  EXPECT_EQ(json["version"], "0.1.0");
  EXPECT_EQ(json["workload"]["fnv1a64"], "0000000000000abc");
  EXPECT_EQ(json["totals"]["transactions"], 1234);
  EXPECT_EQ(json["latency"]["streams"].size(), 1u);
  EXPECT_EQ(json["latency"]["vectors"].size(), 1u);
  EXPECT_EQ(json["latency"]["graph"].size(), 2u);
  EXPECT_EQ(json["conservation"]["outcomes"]["coalesced"], 1);
  EXPECT_EQ(json["conservation"]["balanced"], true);
  EXPECT_EQ(json["statistics"]["metrics"].size(), 4u);
}

TEST_F(ReportTest, JsonLeavesOutWhatOnlyTheHostSees) {
  const auto json = to_json(report());
  EXPECT_EQ(json["parameters"].size(), 1u);
  EXPECT_THAT(json.dump(), Not(HasSubstr("lookahead")));
}

}  // namespace
}  // namespace doorbell
