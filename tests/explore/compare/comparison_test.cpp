#include "platforms/explore/compare/comparison.h"

#include <gmock/gmock.h>

#include "doorbell/core/arch/error.h"
#include "tests/explore/compare/subjects.h"

namespace doorbell::explore::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const Tolerances equal;

std::string refusal(const Subject& base, const Subject& next, const Tolerances& rules = equal) {
  try {
    compare(base, next, rules);
  } catch (const InputError& error) {
    return error.what();
  }
  return "compared";
}

TEST(Comparison, ARunWithItselfIsEqual) {
  const Subject run = run_of("a.json", {time_metric("a", 1ul), time_metric("b", std::monostate{})});
  const Comparison comparison = compare(run, run, equal);
  EXPECT_TRUE(comparison.within());
  EXPECT_THAT(comparison.moved, IsEmpty());
  EXPECT_EQ(comparison.compared, 2ul);
}

TEST(Comparison, WhatMovedIsOutsideWithoutRules) {
  const Comparison comparison = compare(
      run_of("a", {time_metric("a", 10ul), time_metric("b", 10ul), time_metric("c", 10ul)}),
      run_of("b", {time_metric("a", 9ul), time_metric("b", 11ul), time_metric("c", 10ul)}), equal);
  EXPECT_FALSE(comparison.within());
  ASSERT_EQ(comparison.moved.size(), 2u);
  EXPECT_EQ(comparison.moved[0].base.name, "b");
  EXPECT_EQ(comparison.moved[1].base.name, "a");
  EXPECT_EQ(comparison.count(Standing::outside, Movement::worse), 1ul);
  EXPECT_EQ(comparison.count(Standing::outside, Movement::better), 1ul);
}

TEST(Comparison, RulesDecideWhatMayMove) {
  const Tolerances rules = parse_tolerances("- {metric: '**', relative: 20%}", "t");
  EXPECT_TRUE(
      compare(run_of("a", {time_metric("a", 10ul)}), run_of("b", {time_metric("a", 12ul)}), rules)
          .within());
  EXPECT_FALSE(
      compare(run_of("a", {time_metric("a", 10ul)}), run_of("b", {time_metric("a", 13ul)}), rules)
          .within());
}

TEST(Comparison, IgnoredMetricsAreCountedApart) {
  const Tolerances rules = parse_tolerances("- {metric: b, ignore: true}", "t");
  const Comparison comparison =
      compare(run_of("a", {time_metric("a", 1ul), time_metric("b", 1ul)}),
              run_of("b", {time_metric("a", 1ul), time_metric("b", 2ul)}), rules);
  EXPECT_TRUE(comparison.within());
  EXPECT_EQ(comparison.compared, 1ul);
  EXPECT_EQ(comparison.ignored, 1ul);
  const Subject run = run_of("a", {time_metric("b", 1ul), time_metric("c", 1ul)});
  EXPECT_TRUE(compare(run, run, parse_tolerances("- {metric: b, ignore: true}", "t")).held.empty());
}

TEST(Comparison, AMetricThatARuleIsAboutIsHeldWhenItIsEqual) {
  const Tolerances rules = parse_tolerances(
      "- {metric: '**', relative: 1%}\n- {metric: a, relative: 1%}\n"
      "- {metric: 'b*', relative: 1%}\n- {metric: d, optional: true}",
      "t");
  const Subject base = run_of("a", {time_metric("a", 1ul), time_metric("b", 1ul),
                                    time_metric("c", 1ul), time_metric("d", 1ul)});
  const Subject next =
      run_of("b", {time_metric("a", 1ul), time_metric("b", 1ul), time_metric("c", 1ul)});
  const Comparison comparison = compare(base, next, rules);
  std::vector<std::string> held;
  for (const HeldMetric& one : comparison.held)
    held.push_back(one.metric + (one.missing ? " missing" : ""));
  EXPECT_THAT(held, ::testing::ElementsAre("a", "b", "d missing"));
}

TEST(Comparison, ParametersThatDifferAreContext) {
  Subject base = run_of("a", {time_metric("a", 1ul)});
  Subject next = base;
  base.samples[0].parameters = {{"tlb.entries", "64"}, {"gone", "1"}, {"same", "1"}};
  next.samples[0].parameters = {{"tlb.entries", "32"}, {"added", "2"}, {"same", "1"}};
  const Comparison comparison = compare(base, next, equal);
  EXPECT_TRUE(comparison.within());
  ASSERT_EQ(comparison.parameters.size(), 3u);
  EXPECT_EQ(comparison.parameters[0].name, "added");
  EXPECT_EQ(comparison.parameters[0].base, "");
  EXPECT_EQ(comparison.parameters[1].next, "");
  EXPECT_EQ(comparison.parameters[2].base, "64");
  EXPECT_EQ(comparison.parameters[2].next, "32");
}

TEST(Comparison, AnotherWorkloadIsRefused) {
  const Subject base = run_of("a.json", {time_metric("a", 1ul)});
  Subject next = run_of("b.json", {time_metric("a", 1ul)});
  next.samples[0].workload = "bb";
  EXPECT_THAT(refusal(base, next),
              AllOf(StartsWith("b.json: workload: "), HasSubstr("aa"), HasSubstr("bb")));
}

TEST(Comparison, AMissingMetricIsRefusedUnlessARuleLetsItBe) {
  const Subject base =
      run_of("a", {time_metric("a", 1ul), time_metric("b", 1ul), time_metric("c", 1ul)});
  const Subject next = run_of("b.json", {time_metric("a", 1ul)});
  EXPECT_THAT(refusal(base, next), AllOf(StartsWith("b.json: metrics: "), HasSubstr("no b"),
                                         HasSubstr("1 more"), HasSubstr("optional")));
  for (const char* how : {"optional", "report_only"}) {
    const Tolerances rules = parse_tolerances(std::string("- {metric: '[bc]*'}\n- {metric: b, ") +
                                                  how + ": true}\n- {metric: c, ignore: true}",
                                              "t");
    EXPECT_THAT(refusal(base, next, rules), HasSubstr("t:1: ")) << "a pattern that names nothing";
    const Tolerances allowed = parse_tolerances(
        std::string("- {metric: b, ") + how + ": true}\n- {metric: c, ignore: true}", "t");
    const Comparison comparison = compare(base, next, allowed);
    EXPECT_TRUE(comparison.within());
    EXPECT_THAT(comparison.only_in_base, ElementsAre("b"));
  }
}

TEST(Comparison, AMetricOnlyInNewIsNoted) {
  const Comparison comparison =
      compare(run_of("a", {time_metric("a", 1ul)}),
              run_of("b", {time_metric("a", 1ul), time_metric("z", 1ul)}), equal);
  EXPECT_TRUE(comparison.within());
  EXPECT_THAT(comparison.only_in_new, ElementsAre("z"));
}

// "p99.9" has a dot of its own.
TEST(Comparison, TheValuesOfAnEmptyDistributionAreThereButDoNotExist) {
  const Subject full =
      run_of("full", {time_metric("queue.count", 3ul), time_metric("queue.p50", 7ul),
                      time_metric("queue.p99.9", 9ul)});
  const Subject empty = run_of("empty", {time_metric("queue.count", 0ul)});
  for (const auto& [base, next] : {std::pair{full, empty}, std::pair{empty, full}}) {
    const Comparison comparison = compare(base, next, equal);
    EXPECT_EQ(comparison.moved.size(), 3u);
    EXPECT_THAT(comparison.only_in_new, IsEmpty());
    EXPECT_EQ(comparison.compared, 3u);
  }
  EXPECT_THAT(refusal(full, run_of("other", {time_metric("queue.count", 3ul)})),
              HasSubstr("no queue.p50"));
}

TEST(Comparison, ARunAndASweepAreRefused) {
  EXPECT_THAT(refusal(run_of("a", {}), sweep_of("b", {point_of("64", 1)})), HasSubstr("b: "));
  EXPECT_THAT(refusal(sweep_of("a", {point_of("64", 1)}), run_of("b", {})), HasSubstr("b: "));
}

TEST(SweepComparison, PointsAreMatchedByTheirPlaceNotTheirOrder) {
  const Comparison comparison =
      compare(sweep_of("a", {point_of("32", 10), point_of("64", 20)}),
              sweep_of("b", {point_of("64", 20), point_of("32", 10)}), equal);
  EXPECT_TRUE(comparison.within());
  EXPECT_EQ(comparison.points, 2ul);
  EXPECT_EQ(comparison.compared, 2ul);
}

TEST(SweepComparison, TheWorstOfAllPointsComesFirstWithItsPoint) {
  const Comparison comparison =
      compare(sweep_of("a", {point_of("32", 100), point_of("64", 100)}),
              sweep_of("b", {point_of("32", 101), point_of("64", 150)}), equal);
  ASSERT_EQ(comparison.moved.size(), 2u);
  EXPECT_EQ(comparison.moved[0].point, "tlb.entries=64");
  EXPECT_EQ(comparison.moved[1].point, "tlb.entries=32");
}

TEST(SweepComparison, AMissingPointIsRefusedAndANewOneNoted) {
  const Subject small = sweep_of("a", {point_of("32", 10)});
  const Subject large = sweep_of("b", {point_of("32", 10), point_of("64", 20)});
  EXPECT_THAT(refusal(large, small),
              AllOf(StartsWith("a: sweep: "), HasSubstr("no tlb.entries=64")));
  EXPECT_THAT(compare(small, large, equal).points_only_new, ElementsAre("tlb.entries=64"));
}

TEST(SweepComparison, APointThatFailsAndDidNotIsOutside) {
  const Comparison comparison =
      compare(sweep_of("a", {point_of("32", 10), point_of("64", 20)}),
              sweep_of("b", {point_of("32", 10), failed_point("64", "out of memory")}), equal);
  EXPECT_FALSE(comparison.within());
  ASSERT_EQ(comparison.newly_failed.size(), 1u);
  EXPECT_EQ(comparison.newly_failed[0].point, "tlb.entries=64");
  EXPECT_EQ(comparison.newly_failed[0].message, "out of memory");
}

TEST(SweepComparison, APointThatFailedBeforeIsNoted) {
  const Subject base = sweep_of("a", {point_of("32", 10), failed_point("64", "no")});
  for (const Subject& next : {base, sweep_of("b", {point_of("32", 10), point_of("64", 1)})}) {
    const Comparison comparison = compare(base, next, equal);
    EXPECT_TRUE(comparison.within());
    EXPECT_EQ(comparison.failed_before.size(), 1u);
    EXPECT_EQ(comparison.points, 1ul);
  }
}

TEST(SweepComparison, WithoutAPointToCompareIsRefused) {
  const Subject failed = sweep_of("a", {failed_point("64", "no")});
  EXPECT_THAT(refusal(failed, failed), HasSubstr("points with results"));
  EXPECT_THAT(refusal(sweep_of("a", {}), failed), HasSubstr("points that have run"));
}

TEST(SweepComparison, OtherAxesAndOtherWorkloadsAreRefused) {
  Sample other = point_of("32", 10);
  other.coordinates = {{"walkers", "32"}};
  const Subject base = sweep_of("a", {point_of("32", 10)});
  EXPECT_THAT(refusal(base, sweep_of("b", {other})),
              AllOf(StartsWith("b: axes: "), HasSubstr("tlb.entries"), HasSubstr("walkers")));
  Sample replaced = point_of("32", 10);
  replaced.workload = "bb";
  EXPECT_THAT(refusal(base, sweep_of("b", {replaced})),
              StartsWith("b: workload at tlb.entries=32: "));
}

TEST(SweepComparison, ParametersAreListedOnceWithHowManyPointsChangedThem) {
  Subject base = sweep_of("a", {point_of("32", 10), point_of("64", 20)});
  Subject next = base;
  for (Sample& sample : base.samples)
    sample.parameters["walkers"] = "4";
  for (Sample& sample : next.samples)
    sample.parameters["walkers"] = "2";
  const Comparison comparison = compare(base, next, equal);
  ASSERT_EQ(comparison.parameters.size(), 1u);
  EXPECT_EQ(comparison.parameters[0].points, 2ul);
}

}  // namespace
}  // namespace doorbell::explore::testing
