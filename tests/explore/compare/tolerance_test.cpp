#include "platforms/explore/compare/tolerance.h"

#include <gmock/gmock.h>

#include "doorbell/core/arch/error.h"

namespace doorbell::explore {
namespace {

using ::testing::HasSubstr;

std::string refusal(const std::string& text) {
  try {
    parse_tolerances(text, "t.yaml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

Metric time_metric(std::uint64_t value) {
  return {"latency.end_to_end.p99", "ps", Better::lower, "", value};
}

Metric count_metric(std::uint64_t value) {
  return {"virt.its.errors", "commands", Better::lower, "", value};
}

TEST(Tolerance, WithoutRulesEverythingMustBeEqualBothWays) {
  const ToleranceRule& rule = Tolerances().rule_for("totals.measured");
  EXPECT_EQ(rule.allowance(time_metric(1000)), 0);
  EXPECT_TRUE(rule.judges_both(Better::lower));
  EXPECT_EQ(rule.in_words(time_metric(1000)), "equal");
}

TEST(Tolerance, TheLastRuleThatMatchesDecides) {
  const Tolerances tolerances = parse_tolerances(R"(
- {metric: "**", relative: 5%}
- {metric: "latency.**", relative: 1%}
- {metric: latency.end_to_end.p99, relative: 3%}
- {metric: latency.its.*, ignore: true}
)",
                                                 "t.yaml");
  EXPECT_EQ(tolerances.rule_for("totals.bytes").relative, 0.05);
  EXPECT_EQ(tolerances.rule_for("latency.end_to_end.p50").relative, 0.01);
  EXPECT_EQ(tolerances.rule_for("latency.end_to_end.p99").relative, 0.03);
  EXPECT_TRUE(tolerances.rule_for("latency.its.share").ignore);
  EXPECT_EQ(tolerances.rule_for("latency.its.waiting.p50").relative, 0.01);
}

TEST(Tolerance, WhatNoRuleMatchesMustBeEqual) {
  const Tolerances tolerances = parse_tolerances("- {metric: 'latency.**', relative: 1%}", "t");
  EXPECT_EQ(tolerances.rule_for("totals.bytes").relative, 0);
  EXPECT_TRUE(tolerances.rule_for("totals.bytes").judges_both(Better::lower));
}

TEST(Tolerance, RelativeIsAShareOfTheBaseWhateverItsSign) {
  const ToleranceRule rule{.metric = "**", .relative = 0.05};
  EXPECT_DOUBLE_EQ(rule.allowance(time_metric(2000)), 100);
  EXPECT_DOUBLE_EQ(rule.allowance({"a", "x", Better::lower, "", std::int64_t{-2000}}), 100);
  EXPECT_EQ(rule.allowance(time_metric(0)), 0);
}

TEST(Tolerance, TheLargerOfRelativeAndAbsoluteIsAllowed) {
  const Tolerances tolerances =
      parse_tolerances("- {metric: '**', relative: 10%, absolute: 10ns}", "t");
  const ToleranceRule& rule = tolerances.rule_for("a");
  EXPECT_EQ(rule.allowance(time_metric(1000)), 10'000);
  EXPECT_EQ(rule.allowance(time_metric(1'000'000)), 100'000);
}

TEST(Tolerance, AnAbsoluteTimeIsForTimesAndANumberForTheOthers) {
  const Tolerances times = parse_tolerances("- {metric: '**', absolute: 10ns}", "t");
  EXPECT_EQ(times.rule_for("a").allowance(time_metric(1)), 10'000);
  EXPECT_EQ(times.rule_for("a").allowance(count_metric(1)), 0);
  const Tolerances numbers = parse_tolerances("- {metric: '**', absolute: 2.5}", "t");
  EXPECT_EQ(numbers.rule_for("a").allowance(time_metric(1)), 0);
  EXPECT_EQ(numbers.rule_for("a").allowance(count_metric(1)), 2.5);
}

TEST(Tolerance, IsOneSidedWhereWorseIsKnown) {
  const Tolerances tolerances = parse_tolerances(
      "- {metric: a, relative: 5%}\n- {metric: b, relative: 5%, direction: both}", "t");
  EXPECT_FALSE(tolerances.rule_for("a").judges_both(Better::lower));
  EXPECT_FALSE(tolerances.rule_for("a").judges_both(Better::higher));
  EXPECT_TRUE(tolerances.rule_for("a").judges_both(Better::neither));
  EXPECT_TRUE(tolerances.rule_for("b").judges_both(Better::lower));
}

TEST(Tolerance, SaysInWordsWhatItAllows) {
  const Tolerances tolerances = parse_tolerances(R"(
- {metric: worse, relative: 5 %, absolute: 10ns}
- {metric: both, relative: 0.5%, direction: both}
- {metric: none}
- {metric: reported, report_only: true}
)",
                                                 "t");
  EXPECT_EQ(tolerances.rule_for("worse").in_words(time_metric(1)), "+5 % or 10ns");
  EXPECT_EQ(tolerances.rule_for("worse").in_words(count_metric(1)), "+5 %");
  EXPECT_EQ(tolerances.rule_for("worse").in_words({"x", "", Better::higher, "", 0.5}), "-5 %");
  EXPECT_EQ(tolerances.rule_for("both").in_words(time_metric(1)), "±0.5 %");
  EXPECT_EQ(tolerances.rule_for("none").in_words(time_metric(1)), "not worse");
  EXPECT_EQ(tolerances.rule_for("reported").in_words(time_metric(1)), "reported");
}

TEST(Tolerance, ARuleThatNamesNoMetricIsRefusedUnlessItIsOptional) {
  const Tolerances mistyped =
      parse_tolerances("- metric: '**'\n- metric: latency.p99\n  relative: 1%\n", "t.yaml");
  try {
    mistyped.check_used({"latency.end_to_end.p99"});
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("t.yaml:2: "));
    EXPECT_THAT(error.what(), HasSubstr("latency.p99"));
  }
  const Tolerances optional = parse_tolerances("- {metric: a.b, optional: true}", "t.yaml");
  EXPECT_NO_THROW(optional.check_used({"latency.end_to_end.p99"}));
}

TEST(Tolerance, MistakesAreNamedWithFileAndLine) {
  EXPECT_THAT(refusal("relative: 5%\n"), HasSubstr("t.yaml:1: tolerances: expected a list"));
  EXPECT_THAT(refusal(""), HasSubstr("t.yaml: tolerances: expected a list of rules"));
  EXPECT_THAT(refusal("- metric: [a\n"), HasSubstr("t.yaml:2: syntax: expected YAML"));
  EXPECT_THAT(refusal("- metric: a\n---\n- metric: b\n"), HasSubstr("t.yaml:3: documents"));
  EXPECT_THAT(refusal("- metric: a\n- just\n"), HasSubstr("t.yaml:2: rule"));
  EXPECT_THAT(refusal("- metric: a\n- relative: 5%\n"), HasSubstr("t.yaml:2: rule"));
  EXPECT_THAT(refusal("- metric: a\n  relativ: 5%\n"), HasSubstr("t.yaml:2: rule"));
  EXPECT_THAT(refusal("- metric: a\n  metric: b\n"), HasSubstr("t.yaml:2: metric"));
  EXPECT_THAT(refusal("- metric: a\n  relative: 0.05\n"),
              HasSubstr("t.yaml:2: relative: expected a share such as 5%, found '0.05'"));
  EXPECT_THAT(refusal("- metric: a\n  relative: -5%\n"), HasSubstr("t.yaml:2: relative"));
  EXPECT_THAT(refusal("- metric: a\n  relative: nan%\n"), HasSubstr("t.yaml:2: relative"));
  EXPECT_THAT(refusal("- metric: a\n  absolute: 10 apples\n"), HasSubstr("'10 apples'"));
  EXPECT_THAT(refusal("- metric: a\n  absolute: -1\n"), HasSubstr("t.yaml:2: absolute"));
  EXPECT_THAT(refusal("- metric: a\n  direction: up\n"), HasSubstr("expected worse or both"));
  EXPECT_THAT(refusal("- metric: a\n  ignore: maybe\n"), HasSubstr("expected true or false"));
  EXPECT_THAT(refusal("- metric: a\n  ignore: true\n  relative: 1%\n"), HasSubstr("t.yaml:1: "));
}

TEST(Tolerance, AMissingFileAndAFolderAreRefused) {
  EXPECT_THROW(read_tolerances("no/such/file.yaml"), InputError);
  EXPECT_THROW(read_tolerances("/"), InputError);
}

}  // namespace
}  // namespace doorbell::explore
