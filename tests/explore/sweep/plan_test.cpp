#include "platforms/explore/sweep/plan.h"

#include <gmock/gmock.h>

#include "doorbell/core/arch/error.h"

namespace doorbell::sweep {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* whole = R"(platform: virt.yaml
with: [a.yaml, preset]
set: [x.y=3]
workloads: [one.trace.gz, two.trace.gz]
axes:
  a: [1, 2]
  b: {from: 1, to: 9, step: 2}
  c: {from: 1ns, to: 1us, count: 4, scale: log}
  d: {from: 8, to: 512, scale: log2}
  e:
    variants:
      plain: {}
      big: {with: big.yaml, set: [p=1, q=2]}
zip: [a, b]
sample: {method: sobol, count: 8, seed: 3, axes: [c]}
repeat: {count: 3, first: 10, seeds: [x.seed]}
timeout: 90s
)";

std::string refusal(const std::string& text) {
  try {
    read_plan_text(text, "folder/plan.yaml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// A plan that is whole but for what `more` says.
std::string with(const std::string& more) {
  return "platform: p.yaml\nworkloads: w\n" + more;
}

TEST(Plan, HoldsAllThatItsFileSays) {
  const Plan plan = read_plan_text(whole, "folder/plan.yaml");
  EXPECT_EQ(plan.platform.text, "virt.yaml");
  EXPECT_EQ(plan.overlays.size(), 2u);
  EXPECT_EQ(plan.settings.at(0).text, "x.y=3");
  EXPECT_EQ(plan.workloads.at(1).text, "two.trace.gz");
  ASSERT_EQ(plan.axes.size(), 5u);
  EXPECT_EQ(plan.axes[0].values.at(1).text, "2");
  EXPECT_EQ(plan.axes[0].values.at(1).line, 6u);
  EXPECT_EQ(plan.axes[1].range->step->text, "2");
  EXPECT_EQ(plan.axes[2].range->scale, Scale::logarithmic);
  EXPECT_EQ(plan.axes[2].range->count, 4u);
  EXPECT_EQ(plan.axes[3].range->scale, Scale::log2);
  EXPECT_EQ(plan.axes[4].variants.at(1).overlays.at(0).text, "big.yaml");
  EXPECT_EQ(plan.axes[4].variants.at(1).settings.size(), 2u);
  EXPECT_EQ(plan.zips.at(0).size(), 2u);
  EXPECT_EQ(plan.sample->method, SamplePlan::Method::sobol);
  EXPECT_EQ(plan.sample->seed, 3u);
  EXPECT_EQ(plan.repeat.count, 3u);
  EXPECT_EQ(plan.repeat.first, 10u);
  EXPECT_EQ(plan.timeout, 90u);
}

TEST(Plan, PathsStartFromItsFolder) {
  const Plan plan = read_plan_text(whole, "folder/plan.yaml");
  EXPECT_EQ(plan.path_of({"one.trace.gz", 1}), "folder/one.trace.gz");
  EXPECT_EQ(plan.path_of({"/tmp/one.trace.gz", 1}), "/tmp/one.trace.gz");
}

TEST(Plan, MistakesAreNamedWithFileAndLine) {
  EXPECT_THAT(refusal("a: [1\n"), StartsWith("folder/plan.yaml:"));
  EXPECT_THAT(refusal(with("axis: {}\n")), AllOf(StartsWith("folder/plan.yaml:3: plan: "),
                                                 HasSubstr("'axes'"), HasSubstr("'axis'")));
  EXPECT_THAT(refusal(with("axes:\n  a: [1]\n  a: [2]\n")), HasSubstr("plan.yaml:5: "));
  EXPECT_THAT(refusal(with("axes:\n  a: []\n")), HasSubstr("plan.yaml:4: a: "));
  EXPECT_THAT(refusal(with("axes: {}\n")), HasSubstr("plan.yaml:3: axes: expected a group of keys, "
                                                     "found an empty group"));
  EXPECT_THAT(refusal(with("axes:\n  a: {from: 1}\n")), HasSubstr("plan.yaml:4: a: "));
  EXPECT_THAT(refusal(with("axes:\n  a: {from: 1, to: 2, count: 0}\n")), HasSubstr(":4: a: "));
  EXPECT_THAT(refusal(with("axes:\n  a: {from: 1, to: 2, step: 1, count: 2}\n")),
              HasSubstr(":4: a: "));
  EXPECT_THAT(refusal(with("axes:\n  a: {from: 1, to: 2, scale: cubic}\n")),
              AllOf(HasSubstr(":4: a: "), HasSubstr("log2"), HasSubstr("cubic")));
  EXPECT_THAT(refusal(with("axes: {a: [1]}\nzip: [a, b]\n")), HasSubstr(":4: zip: "));
  EXPECT_THAT(refusal(with("axes: {a: [1]}\nsample: {method: dice, count: 3}\n")),
              HasSubstr(":4: method: "));
  EXPECT_THAT(refusal(with("axes: {a: [1]}\nsample: {method: sobol}\n")), HasSubstr(":4: sample"));
  EXPECT_THAT(refusal(with("repeat: {count: 3}\n")), AllOf(HasSubstr(":3: "), HasSubstr("seeds")));
  EXPECT_THAT(refusal(with("timeout: soon\n")), HasSubstr(":3: timeout: "));
  EXPECT_THAT(refusal(with("timeout: 1500ms\n")), HasSubstr(":3: timeout: "));
  EXPECT_THAT(refusal(with("axes: {a: [1], b: [1]}\nzip: [a, b]\n"
                           "sample: {method: sobol, count: 2, axes: [b]}\n")),
              HasSubstr(":5: sample: "));
  EXPECT_THAT(refusal("workloads: w\n"), HasSubstr("platform"));
  EXPECT_THAT(refusal("platform: p\n"), HasSubstr("workloads"));
  EXPECT_THAT(refusal("platform: p\nworkloads: [w, w]\n"), HasSubstr(":2: workloads"));
  EXPECT_THAT(refusal("platform: p\nworkloads: [w, x/../w]\n"),
              HasSubstr(":2: workloads: expected each once, found 'x/../w', which is the same as "
                        "'w'"));
}

TEST(Plan, IsTheOnlyDocumentOfItsFile) {
  EXPECT_THAT(refusal(with("---\naxes: {a: [1]}\n")),
              HasSubstr("plan.yaml:4: documents: expected one in a file, found a second one"));
}

TEST(Plan, SeedsOfRepeatsDoNotWrapRound) {
  EXPECT_EQ(refusal(with("repeat: {count: 2, first: 18446744073709551614, seeds: [s]}\n")), "");
  EXPECT_THAT(
      refusal(with("repeat:\n  count: 2\n  first: 18446744073709551615\n  seeds: [s]\n")),
      HasSubstr(":5: first: expected at most 18446744073709551614 with count 2, as seeds have 64 "
                "bits, found 18446744073709551615"));
  EXPECT_THAT(refusal(with("repeat: {count: 18446744073709551615, first: 2, seeds: [s]}\n")),
              HasSubstr(":3: first: "));
}

TEST(Plan, MayGoOnFromACheckpoint) {
  const Plan plan =
      read_plan_text("checkpoint: booted\nmeasure_to: done\nwarm_up: 1ms\naxes: {a: [1, 2]}\n",
                     "folder/plan.yaml");
  ASSERT_TRUE(plan.checkpoint.has_value());
  EXPECT_EQ(plan.workload_file(*plan.checkpoint), "folder/booted");
  EXPECT_EQ(plan.workloads.at(0).text, "booted");
  EXPECT_EQ(plan.measure_to, "done");
  EXPECT_EQ(plan.warm_up, "1ms");
}

TEST(Plan, ACheckpointBringsItsPlatformAndSoftware) {
  EXPECT_THAT(refusal("checkpoint: c\nplatform: p\n"),
              HasSubstr(":2: platform: expected none beside checkpoint, found p"));
  EXPECT_THAT(refusal("checkpoint: c\nworkloads: w\n"),
              HasSubstr(":2: workloads: expected none beside checkpoint, found w"));
  EXPECT_THAT(refusal("checkpoint: c\naxes: {v: {variants: {a: {workload: w}}}}\n"),
              HasSubstr(":2: workload: expected none beside checkpoint, found w"));
  EXPECT_THAT(refusal(with("measure_to: x\n")), HasSubstr("checkpoint: expected one"));
  EXPECT_THAT(refusal("checkpoint: c\nwarm_up: soon\n"), HasSubstr(":2: warm_up: expected a time"));
}

TEST(Plan, NoTwoAxesHaveOneName) {
  const std::string variants = ": {variants: {a: , b: }}}\n";
  EXPECT_THAT(refusal("platform: p\nworkloads: [w, x]\naxes: {workload" + variants),
              HasSubstr(":3: axes: "));
  EXPECT_THAT(refusal(with("repeat: {count: 2, seeds: [s]}\naxes: {repeat" + variants)),
              HasSubstr(":4: axes: "));
  EXPECT_EQ(refusal(with("axes: {workload" + variants)), "");
}

TEST(Plan, VariantsMayBringTheWorkloads) {
  EXPECT_EQ(refusal("platform: p\naxes: {v: {variants: {a: {workload: w}, b: {workload: x}}}}\n"),
            "");
  EXPECT_THAT(refusal("platform: p\naxes: {v: {variants: {a: {workload: w}, b: }}}\n"),
              HasSubstr("workloads"));
  EXPECT_THAT(refusal("platform: p\nworkloads: [w, x]\n"
                      "axes: {v: {variants: {a: {workload: w}, b: }}}\n"),
              HasSubstr(":3: workload"));
}

}  // namespace
}  // namespace doorbell::sweep
