#include "platforms/explore/sweep/expansion.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "doorbell/core/arch/error.h"
#include "tests/explore/sweep/example_platform.h"
#include "tests/support/temporary_folder.h"

namespace doorbell::sweep {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A folder with two workloads, and plans in it.
class ExpansionTest : public ::testing::Test {
 protected:
  ExpansionTest() {
    std::ofstream(folder_ / "one") << "one\n";
    std::ofstream(folder_ / "two") << "two\n";
  }

  Plan plan(const std::string& more, const std::string& workloads = "[one]") const {
    return read_plan_text("platform: p\nworkloads: " + workloads + "\n" + more,
                          folder_ / "plan.yaml");
  }

  SweepResult expand(const std::string& more, const std::string& workloads = "[one]") const {
    const Plan read = plan(more, workloads);
    Expansion expansion(read, read_example);
    SweepResult result = expansion.expand("1.0", model_);
    EXPECT_LE(result.points.size(), expansion.bound());
    return result;
  }

  std::string refusal(const std::string& more) const {
    try {
      expand(more);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }

  /// None if there is no such parameter.
  static std::vector<std::string> values_of(const SweepResult& result, const std::string& name) {
    for (const explore::SweepParameter& parameter : result.parameters) {
      if (parameter.name == name) return parameter.values;
    }
    return {};
  }

  /// "16 1" for each point, in order.
  static std::vector<std::string> coordinates(const SweepResult& result) {
    std::vector<std::string> texts;
    for (const SweepPoint& point : result.points) {
      std::string& text = texts.emplace_back();
      for (const SweepCoordinate& one : point.coordinates)
        text += (text.empty() ? "" : " ") + one.text;
    }
    return texts;
  }

  static std::set<std::string> keys(const SweepResult& result) {
    std::set<std::string> keys;
    for (const SweepPoint& point : result.points)
      keys.insert(point.key);
    return keys;
  }

  test::TemporaryFolder temporary_;
  std::filesystem::path folder_ = temporary_.path();
  std::string model_ = "model";
};

TEST_F(ExpansionTest, APlanWithoutAxesIsOnePoint) {
  const SweepResult result = expand("");
  ASSERT_EQ(result.points.size(), 1u);
  EXPECT_EQ(result.points[0].key.size(), 32u);
  EXPECT_EQ(result.points[0].workload, "one");
  EXPECT_EQ(result.points[0].status, explore::PointStatus::missing);
}

TEST_F(ExpansionTest, AxesMakeAGridWhoseLastChangesFastest) {
  EXPECT_THAT(coordinates(expand("axes: {cache.entries: [16, 32], cache.ways: [1, 2]}\n")),
              ElementsAre("16 1", "16 2", "32 1", "32 2"));
}

TEST_F(ExpansionTest, ZippedAxesAdvanceTogether) {
  const SweepResult result = expand(
      "axes: {cache.entries: [16, 32], fast: [true, false], cache.ways: [1, 2]}\n"
      "zip: [cache.entries, cache.ways]\n");
  EXPECT_THAT(coordinates(result),
              ElementsAre("16 true 1", "16 false 1", "32 true 2", "32 false 2"));
}

TEST_F(ExpansionTest, AGroupStandsWhereItsFirstAxisDoes) {
  EXPECT_THAT(coordinates(expand("axes: {fast: [true, false], cache.entries: [16, 32], cache.ways: "
                                 "[1, 2]}\nzip: [cache.entries, cache.ways]\n")),
              ElementsAre("true 16 1", "true 32 2", "false 16 1", "false 32 2"));
}

TEST_F(ExpansionTest, ZippedAxesMustBeEquallyLong) {
  EXPECT_THAT(refusal("axes:\n  cache.entries: [16, 32]\n  cache.ways: [1]\n"
                      "zip: [cache.entries, cache.ways]\n"),
              AllOf(HasSubstr("plan.yaml:5: cache.ways"), HasSubstr("found 1")));
}

TEST_F(ExpansionTest, WorkloadsAndRepeatsAreAxesToo) {
  const SweepResult result = expand(
      "axes: {cache.ways: [3]}\nrepeat: {count: 2, first: 7, seeds: [cache.seed]}\n", "[one, two]");
  EXPECT_THAT(coordinates(result), ElementsAre("3 one 1", "3 one 2", "3 two 1", "3 two 2"));
  ASSERT_EQ(result.axes.size(), 3u);
  EXPECT_EQ(result.axes[1].kind, SweepAxis::Kind::workload);
  EXPECT_EQ(result.axes[2].kind, SweepAxis::Kind::repeat);
  EXPECT_THAT(values_of(result, "cache.seed"), ElementsAre("7", "8", "7", "8"));
  EXPECT_EQ(keys(result).size(), 4u);
}

TEST_F(ExpansionTest, SamplesSpreadOverTheAxesThatAreNotZipped) {
  const SweepResult result = expand(
      "axes: {cache.ways: {from: 1, to: 1000}, cache.entries: [1, 2, 4, 8]}\n"
      "sample: {method: latin_hypercube, count: 40, seed: 3}\n");
  ASSERT_EQ(result.points.size(), 40u);
  std::map<std::string, int> of_list;
  std::set<int> slices;
  for (const SweepPoint& point : result.points) {
    slices.insert(static_cast<int>((*point.coordinates[0].number - 1) / 25));
    ++of_list[point.coordinates[1].text];
  }
  EXPECT_EQ(slices.size(), 40u);
  for (const auto& [text, count] : of_list)
    EXPECT_EQ(count, 10) << text;
}

TEST_F(ExpansionTest, ARangeWithoutACountMustBeSampled) {
  EXPECT_THAT(refusal("axes:\n  cache.ways: {from: 1, to: 1000}\n"),
              AllOf(HasSubstr("plan.yaml:4: cache.ways"), HasSubstr("step")));
}

TEST_F(ExpansionTest, VariantsBringOverlaysSettingsAndWorkloads) {
  const SweepResult result = expand(
      "set: [cache.ways=9]\n"
      "axes:\n"
      "  drives_used:\n"
      "    variants:\n"
      "      1:\n"
      "      2: {with: ['drives: [{lanes: 1}, {lanes: 2}]'], set: [cache.ways=5], workload: two}\n"
      "  cache.entries: [16]\n");
  EXPECT_THAT(coordinates(result), ElementsAre("1 16", "2 16"));
  EXPECT_EQ(result.points[0].workload, "one");
  EXPECT_EQ(result.points[1].workload, "two");
  EXPECT_THAT(values_of(result, "cache.ways"), ElementsAre("9", "5"));
  EXPECT_THAT(values_of(result, "drives.0.lanes"), ElementsAre("4", "1"));
  EXPECT_THAT(values_of(result, "drives.1.lanes"), ElementsAre("", "2"));
  EXPECT_THAT(values_of(result, "cache.entries"), ElementsAre("16"));
  EXPECT_THAT(values_of(result, "threads"), IsEmpty());
}

TEST_F(ExpansionTest, AnAxisMayBeOfAllElementsOfAList) {
  const SweepResult result = expand(
      "axes:\n"
      "  drives_used:\n"
      "    variants: {1: {}, 2: {with: ['drives: [{lanes: 1}, {lanes: 2}]']}}\n"
      "  drives.*.lanes: [8, 16]\n");
  EXPECT_THAT(coordinates(result), ElementsAre("1 8", "1 16", "2 8", "2 16"));
  EXPECT_THAT(values_of(result, "drives.0.lanes"), ElementsAre("8", "16", "8", "16"));
  EXPECT_THAT(values_of(result, "drives.1.lanes"), ElementsAre("", "", "8", "16"));
}

TEST_F(ExpansionTest, AVariantIsLaidOverWhatThePlanSays) {
  const SweepResult result = expand(
      "with: ['cache: {ways: 9, entries: 64}']\n"
      "axes: {v: {variants: {plain: , more: {with: ['cache: {ways: 5}']}}}}\n");
  EXPECT_THAT(values_of(result, "cache.ways"), ElementsAre("9", "5"));
  EXPECT_THAT(values_of(result, "cache.entries"), ElementsAre("64"));
}

TEST_F(ExpansionTest, CountsWithoutMakingPoints) {
  const Plan read = plan(
      "axes: {cache.seed: {from: 1, to: 1000000000000, step: 1}, cache.ways: {from: 1, to: 1000, "
      "step: 1}}\nrepeat: {count: 3, seeds: [cache.hit]}\n",
      "[one, two]");
  EXPECT_EQ(Expansion(read, read_example).bound(), 6'000'000'000'000'000u);
  const Plan more = plan(
      "axes: {cache.seed: {from: 0, to: 18446744073709551615, step: 1}, cache.ways: [1, 2]}\n");
  EXPECT_EQ(Expansion(more, read_example).bound(), 18446744073709551615u);
}

TEST_F(ExpansionTest, AValueIsCheckedOnEveryPlatformOfThePlan) {
  EXPECT_THAT(refusal("axes:\n"
                      "  drives.1.lanes: [2]\n"
                      "  n: {variants: {two: {with: ['drives: [{}, {}]']}, one: }}\n"),
              HasSubstr("plan.yaml:4: drives.1"));
}

TEST_F(ExpansionTest, ASeedThatDoesNotExistIsRefused) {
  EXPECT_THAT(refusal("repeat:\n  count: 2\n  seeds: [cache.sed]\n"),
              AllOf(HasSubstr("plan.yaml:5: cache.sed"), HasSubstr("'seed'")));
  EXPECT_THAT(refusal("axes: {cache.seed: [1]}\nrepeat:\n  count: 2\n  seeds: [cache.seed]\n"),
              HasSubstr("plan.yaml:6: seeds"));
  EXPECT_THAT(refusal("axes: {drives.0.lanes: [1]}\nrepeat:\n  seeds: [drives.*.lanes]\n"),
              HasSubstr("plan.yaml:5: seeds"));
}

TEST_F(ExpansionTest, ASeedThatIsNamedTwiceIsRefused) {
  EXPECT_THAT(
      refusal("repeat:\n  count: 2\n  seeds:\n    - cache.seed\n    - cache.seed\n"),
      HasSubstr("plan.yaml:7: seeds: expected each parameter once, found 'cache.seed' twice"));
  EXPECT_THAT(refusal("repeat: {count: 2, seeds: [drives.*.lanes, drives.0.lanes]}\n"),
              HasSubstr("expected each parameter once, found 'drives.0.lanes' twice"));
}

TEST_F(ExpansionTest, EachParameterIsVariedByOneAxis) {
  EXPECT_THAT(refusal("axes:\n  drives.*.lanes: [1, 2]\n  drives.0.lanes: [4, 8]\n"),
              HasSubstr("plan.yaml:5: drives.0.lanes: expected parameters that no other axis "
                        "varies, found drives.0.lanes, which drives.*.lanes varies"));
}

TEST_F(ExpansionTest, ASampleNeedsAnAxis) {
  EXPECT_THAT(refusal("axes: {cache.ways: [1, 2]}\nzip: [cache.ways]\n"
                      "sample: {method: sobol, count: 4}\n"),
              HasSubstr("plan.yaml:5: sample"));
}

TEST_F(ExpansionTest, ASettingThatIsWrongIsNamedWithItsLine) {
  EXPECT_THAT(refusal("set:\n  - cache.ways=3\n  - cache.size=3\n"),
              AllOf(HasSubstr("plan.yaml:5: "), HasSubstr("cache.size")));
}

TEST_F(ExpansionTest, AMissingWorkloadIsRefused) {
  const Plan read = plan("", "[one, three]");
  EXPECT_THROW(Expansion(read, read_example).expand("1.0", "m"), InputError);
}

TEST_F(ExpansionTest, KeysFollowWhatCanChangeAResultAlone) {
  const std::string axes = "axes: {cache.ways: [1, 2]}\n";
  const auto reference = keys(expand(axes));
  EXPECT_EQ(reference.size(), 2u);
  EXPECT_EQ(keys(expand("set: [threads=8]\n" + axes)), reference);
  EXPECT_EQ(keys(expand("set: [cache.entries=32]\n" + axes)), reference) << "it is the default";
  EXPECT_NE(keys(expand("set: [cache.entries=64]\n" + axes)), reference);
  EXPECT_NE(keys(expand(axes, "[two]")), reference);
  std::ofstream(folder_ / "two") << "one\n";
  EXPECT_EQ(keys(expand(axes, "[two]")), reference) << "a workload is its content";
  model_ = "another";
  EXPECT_NE(keys(expand(axes)), reference);
}

TEST_F(ExpansionTest, ThePlanIsTheSameWhenItsPointsAre) {
  const std::string plan = expand("axes: {cache.ways: [1, 2]}\n").plan;
  EXPECT_EQ(expand("axes: {cache.ways: {from: 1, to: 2, step: 1}}\n").plan, plan);
  EXPECT_NE(expand("axes: {cache.ways: [2, 1]}\n").plan, plan);
  EXPECT_NE(expand("axes: {cache.ways: {from: 1, to: 2, scale: log2}}\n").plan, plan)
      << "the axis looks otherwise";
  EXPECT_NE(expand("axes: {cache.ways: {variants: {1: {set: cache.ways=1}, 2: {set: "
                   "cache.ways=2}}}}\n")
                .plan,
            plan);
  EXPECT_NE(expand("axes: {v: {variants: {a: , b: }}}\n").plan,
            expand("axes: {v: {variants: {a: , c: }}}\n").plan);
}

TEST_F(ExpansionTest, ADescriptionHoldsEveryParameterThatCanChangeAResult) {
  const Plan read = plan("axes: {cache.ways: [7]}\n");
  Expansion expansion(read, read_example);
  const SweepResult result = expansion.expand("1.0", "m");
  const std::string description = expansion.description(result.points[0]);
  EXPECT_THAT(description, AllOf(HasSubstr("\"ways\": 7"), HasSubstr("\"lanes\": 4")));
  EXPECT_EQ(description.find("threads"), std::string::npos);
  ExamplePlatform platform;
  ParameterTree tree(platform);
  read_yaml_text(tree, description, "description");
  EXPECT_EQ(platform.cache.ways, 7u);
}

bool is_yaml(const std::string& path) {
  return path.ends_with(".yaml");
}

TEST_F(ExpansionTest, ParametersOfADescribedWorkloadAreAxes) {
  const Plan read = plan("axes: {workload.depth: [1, 8], cache.ways: [1, 2]}\n", "[w.yaml]");
  Expansion expansion(read, read_example, is_yaml);
  const SweepResult result = expansion.expand("1.0", model_);
  EXPECT_THAT(values_of(result, "workload.depth"), ElementsAre("1", "1", "8", "8"));
  std::set<std::string> keys;
  for (const SweepPoint& point : result.points) {
    keys.insert(point.key);
    EXPECT_EQ(expansion.description(point).find("workload"), std::string::npos);
    EXPECT_THAT(expansion.workload_description(point),
                HasSubstr("\"depth\": " + point.coordinates[0].text));
    EXPECT_EQ(point.workload, "w.yaml");
  }
  EXPECT_EQ(keys.size(), 4u);
}

TEST_F(ExpansionTest, ValuesThatDoNotFitTogetherAreRefusedWithTheirPoint) {
  EXPECT_THAT(refusal("axes: {clock: [1kHz, 1GHz], fast: [false, true]}\n"),
              HasSubstr("plan.yaml: at clock=1kHz, fast=true: clock: expected at least 1MHz"));
  EXPECT_THAT(refusal("set: [clock=1kHz, fast=true]\n"),
              HasSubstr("plan.yaml: clock: expected at least 1MHz"));
  EXPECT_EQ(refusal("axes: {clock: [1kHz, 1GHz]}\n"), "");
}

TEST_F(ExpansionTest, ATraceHasNoDescription) {
  const Plan read = plan("axes: {cache.ways: [1, 2]}\n");
  Expansion expansion(read, read_example, is_yaml);
  const SweepResult result = expansion.expand("1.0", model_);
  EXPECT_EQ(expansion.workload_description(result.points[0]), "");
  EXPECT_THAT(refusal("axes: {workload.depth: [1, 2]}\n"),
              HasSubstr(":3: workload.depth: expected workloads that are described in .yaml files, "
                        "found a trace"));
}

}  // namespace
}  // namespace doorbell::sweep
