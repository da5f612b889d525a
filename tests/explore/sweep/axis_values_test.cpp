#include "platforms/explore/sweep/axis_values.h"

#include <gmock/gmock.h>

#include "doorbell/core/arch/error.h"
#include "tests/explore/sweep/example_platform.h"

namespace doorbell::sweep {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The only axis of a plan, "NAME: VALUES".
AxisValues axis(const std::string& text) {
  const Plan plan =
      read_plan_text("platform: p\nworkloads: w\naxes:\n  " + text + "\n", "plan.yaml");
  ExamplePlatform platform;
  ParameterTree tree(platform);
  return {plan, plan.axes.at(0), tree};
}

std::vector<std::string> texts(const std::string& text) {
  std::vector<std::string> texts;
  for (const SweepCoordinate& value : axis(text).all())
    texts.push_back(value.text);
  return texts;
}

std::string refusal(const std::string& text) {
  try {
    axis(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(AxisValues, OfAListAreAsWritten) {
  EXPECT_THAT(texts("cache.ways: [1, 7, 3]"), ElementsAre("1", "7", "3"));
  EXPECT_THAT(texts("cache.hit: [1500ps, 2ns]"), ElementsAre("1500ps", "2ns"));
  EXPECT_THAT(texts("fast: [true, false]"), ElementsAre("true", "false"));
}

TEST(AxisValues, HaveNumbersInTheParametersUnit) {
  EXPECT_EQ(axis("cache.hit: [2ns]").all().at(0).number, 2000);
  EXPECT_EQ(axis("cache.hit: [2ns]").axis().unit, "ps");
  EXPECT_EQ(axis("clock: [1.5GHz]").all().at(0).number, 1.5e9);
  EXPECT_EQ(axis("speed: [0.5]").all().at(0).number, 0.5);
  EXPECT_EQ(axis("fast: [true]").all().at(0).number, std::nullopt);
}

TEST(AxisValues, OfALinearRangeGoInSteps) {
  EXPECT_THAT(texts("cache.ways: {from: 1, to: 10, step: 4}"), ElementsAre("1", "5", "9"));
  EXPECT_THAT(texts("cache.hit: {from: 10ns, to: 20ns, step: 5ns}"),
              ElementsAre("10ns", "15ns", "20ns"));
  EXPECT_THAT(texts("clock: {from: 1GHz, to: 2GHz, step: 500MHz}"),
              ElementsAre("1GHz", "1500MHz", "2GHz"));
  EXPECT_THAT(texts("speed: {from: 0.5, to: 1.5, step: 0.25}"),
              ElementsAre("0.5", "0.75", "1", "1.25", "1.5"));
}

TEST(AxisValues, OfACountedRangeIncludeBothEndsAndAreRounded) {
  EXPECT_THAT(texts("cache.ways: {from: 1, to: 10, count: 4}"), ElementsAre("1", "4", "7", "10"));
  EXPECT_THAT(texts("cache.ways: {from: 1, to: 4, count: 3}"), ElementsAre("1", "3", "4"));
  EXPECT_THAT(texts("cache.ways: {from: 5, to: 5, count: 1}"), ElementsAre("5"));
}

TEST(AxisValues, ThatAreTheSameAfterRoundingAreOne) {
  EXPECT_THAT(texts("cache.ways: {from: 1, to: 2, count: 9}"), ElementsAre("1", "2"));
  EXPECT_EQ(axis("cache.ways: {from: 1, to: 2, count: 9}").bound(), 9u);
}

TEST(AxisValues, OfALogarithmicRangeGoInFactors) {
  EXPECT_THAT(texts("cache.ways: {from: 1, to: 1000, count: 4, scale: log}"),
              ElementsAre("1", "10", "100", "1000"));
  EXPECT_TRUE(axis("cache.ways: {from: 1, to: 1000, count: 4, scale: log}").axis().logarithmic);
  EXPECT_THAT(texts("cache.seed: {from: 1, to: 18446744073709551615, count: 2, scale: log}"),
              ElementsAre("1", "18446744073709551615"));
}

TEST(AxisValues, OnTheScaleLog2ArePowersOfTwo) {
  EXPECT_THAT(texts("cache.ways: {from: 3, to: 40, scale: log2}"),
              ElementsAre("4", "8", "16", "32"));
  EXPECT_THAT(texts("cache.ways: {from: 16, to: 64, scale: log2}"), ElementsAre("16", "32", "64"));
  EXPECT_THAT(texts("cache.entries: {from: 1, to: 4096, count: 4, scale: log2}"),
              ElementsAre("1", "16", "256", "4096"));
}

TEST(AxisValues, ArePowersOfTwoWhereOnlyThoseAreAllowed) {
  EXPECT_THAT(texts("cache.entries: {from: 8, to: 64, step: 12}"),
              ElementsAre("8", "16", "32", "64"));
  const AxisValues values = axis("cache.entries: {from: 32, to: 64}");
  EXPECT_EQ(values.at(0.5).text, "32") << "in the middle the lower one";
  EXPECT_EQ(values.at(0.55).text, "64");
}

TEST(AxisValues, OfAListAreBestSeenOnALogarithmicAxisWhenAllArePowersOfTwo) {
  EXPECT_TRUE(axis("cache.ways: [16, 32, 64]").axis().logarithmic);
  EXPECT_FALSE(axis("cache.ways: [16, 32]").axis().logarithmic);
  EXPECT_FALSE(axis("cache.ways: [16, 32, 48]").axis().logarithmic);
}

TEST(AxisValues, OfVariantsAreTheirNames) {
  const AxisValues values = axis("drives_used: {variants: {1: , 8: , many: }}");
  EXPECT_EQ(values.axis().kind, SweepAxis::Kind::variant);
  EXPECT_EQ(values.all().at(1).number, 8);
  EXPECT_EQ(values.all().at(2).number, std::nullopt);
}

TEST(AxisValues, OfVariantsAreNumbersOnlyWhenTheyHaveAPlaceOnAnAxis) {
  const AxisValues values = axis("size: {variants: {8: , inf: , nan: , 1e999: }}");
  EXPECT_EQ(values.all().at(0).number, 8);
  for (const std::size_t i : {1, 2, 3})
    EXPECT_EQ(values.all().at(i).number, std::nullopt) << values.all().at(i).text;
}

TEST(AxisValues, OfARangeWithoutACountAreForSamplesOnly) {
  const AxisValues values = axis("cache.ways: {from: 1, to: 100}");
  EXPECT_FALSE(values.listed());
  EXPECT_EQ(values.at(0).text, "1");
  EXPECT_EQ(values.at(0.5).text, "51");
  EXPECT_EQ(values.at(0.9999999).text, "100");
  EXPECT_EQ(axis("cache.ways: {from: 1, to: 100, scale: log}").at(0.5).text, "10");
}

TEST(AxisValues, OfAListAreSampledInEqualShares) {
  const AxisValues values = axis("cache.entries: [16, 64, 256, 1024]");
  EXPECT_EQ(values.at(0.24).text, "16");
  EXPECT_EQ(values.at(0.26).text, "64");
  EXPECT_EQ(values.at(0.99).text, "1024");
  EXPECT_EQ(values.at(1).text, "1024") << "a share that was rounded up";
  EXPECT_EQ(axis("cache.ways: {from: 1, to: 9, step: 4}").at(1).text, "9");
}

TEST(AxisValues, CountWithoutBeingMade) {
  EXPECT_EQ(axis("cache.seed: {from: 0, to: 18446744073709551615, step: 1}").bound(),
            18446744073709551615u);
}

TEST(AxisValues, OfTimesAndFrequenciesAreNoPowersOfTwo) {
  EXPECT_THAT(refusal("cache.hit: {from: 1ns, to: 8ns, scale: log2}"),
              AllOf(HasSubstr("plan.yaml:4: cache.hit"), HasSubstr("count")));
  EXPECT_THAT(refusal("clock: {from: 1GHz, to: 2GHz, scale: log2}"),
              HasSubstr("plan.yaml:4: clock"));
  EXPECT_THAT(texts("cache.hit: {from: 1ns, to: 8ns, count: 4, scale: log}"),
              ElementsAre("1ns", "2ns", "4ns", "8ns"));
  EXPECT_THAT(texts("speed: {from: 0.25, to: 4, count: 5, scale: log}"),
              ElementsAre("0.25", "0.5", "1", "2", "4"));
}

TEST(AxisValues, MistakesAreNamedWithTheLineOfThePlan) {
  EXPECT_THAT(refusal("cache.entires: [1]"),
              AllOf(HasSubstr("plan.yaml:4: cache.entires"), HasSubstr("'entries'")));
  EXPECT_THAT(refusal("cache: [1]"), HasSubstr("plan.yaml:4: cache: "));
  EXPECT_THAT(refusal("cache.entries: [16, 8192]"),
              AllOf(HasSubstr("plan.yaml:4: cache.entries"), HasSubstr("8192")));
  EXPECT_THAT(refusal("cache.entries: [16, 17]"), HasSubstr("a power of two"));
  EXPECT_THAT(refusal("cache.ways: [4, 4]"), HasSubstr("'4' twice"));
  EXPECT_THAT(
      refusal("cache.hit: [4ns, 4000ps]"),
      HasSubstr("plan.yaml:4: cache.hit: expected each value once, found '4000ps', which is "
                "the same as '4ns'"));
  EXPECT_THAT(refusal("a: {variants: {1: , 2: , 1e0: }}"),
              HasSubstr("plan.yaml:4: a: expected each number once, found '1e0', which is the same "
                        "as '1'"));
  EXPECT_THAT(refusal("cache.ways: {from: 9, to: 1, step: 1}"), HasSubstr("9 to 1"));
  EXPECT_THAT(refusal("cache.ways: {from: 5, to: 7, scale: log2}"), HasSubstr("power of two"));
  EXPECT_THAT(refusal("cache.seed: {from: 0, to: 7, count: 2, scale: log}"), HasSubstr("above 0"));
  EXPECT_THAT(refusal("cache.ways: {from: 1, to: 7, step: 0}"), HasSubstr("a step above 0"));
  EXPECT_THAT(refusal("fast: {from: 1, to: 7, step: 1}"), HasSubstr("a list of values"));
  EXPECT_THAT(refusal("threads: [1, 2]"), HasSubstr("only the host"));
}

}  // namespace
}  // namespace doorbell::sweep
