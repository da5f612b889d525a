// doorbell compare: what moved between two runs or sweeps, and whether it may.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::ordered_json;

class Compare : public ::testing::Test {
 protected:
  /// Runs a workload and returns its statistics file.
  std::string run(const std::string& name, const std::string& options = "",
                  const std::string& workload = DOORBELL_SMALL_WORKLOAD) const {
    const std::string file = scratch_.path(name);
    const CommandResult result =
        run_doorbell("run " + source_path("platforms/virt.yaml") + " --workload " +
                     source_path(workload) + " " + options + " --stats " + file);
    EXPECT_EQ(result.status, 0) << result.errors;
    return file;
  }

  /// A copy of statistics that `change` has been applied to.
  template <class Change>
  std::string changed(const std::string& file, Change change) const {
    Json json = Json::parse(read_file(file));
    change(json);
    return scratch_.write("changed.json", json.dump());
  }

  void expect_refused(const std::string& arguments, const std::string& says) const {
    const CommandResult result = run_doorbell("compare " + arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.output, IsEmpty());
    EXPECT_THAT(result.errors, AllOf(StartsWith("doorbell: "), HasSubstr(says)));
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  }

  ScratchDirectory scratch_;
};

TEST_F(Compare, ARunWithItsRepetitionIsEqual) {
  const CommandResult result = run_doorbell("compare " + run("a.json") + " " + run("b.json"));
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output, AllOf(StartsWith("All "), HasSubstr(" values are equal.\n")));
  EXPECT_THAT(result.errors, IsEmpty());
  EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1) << result.output;
}

TEST_F(Compare, NoReportStaysWhenAnotherCannotBeWritten) {
  const std::string file = run("a.json");
  const std::string junit = scratch_.path("junit.xml");
  for (const char* html : {"/no/such/folder/page.html", "/dev/full"}) {
    expect_refused(file + " " + file + " --junit " + junit + " --html " + html, html);
    EXPECT_FALSE(std::filesystem::exists(junit));
  }
}

TEST_F(Compare, AFullDiskBehindStandardOutputIsNoAnswer) {
  const std::string file = run("a.json");
  const std::string next = run("b.json", "--set gic.its.pipeline_cycles=100");
  for (const std::string& subjects : {file + " " + file, file + " " + next + " --rows 0"}) {
    const CommandResult result =
        run_command("(" DOORBELL_COMMAND " compare " + subjects + " >/dev/full)");
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.errors,
              "doorbell: standard output cannot be written: No space left on device\n");
  }
}

TEST_F(Compare, AGzippedBaselineIsReadAsItIs) {
  const std::string run_file = run("a.json");
  const std::string zipped = scratch_.path("base.json.gz");
  ASSERT_EQ(run_command("gzip -9nc " + run_file + " >" + zipped + " && true").status, 0);
  EXPECT_EQ(run_doorbell("compare " + zipped + " " + run_file).status, 0);
}

TEST_F(Compare, ASlowerPlatformIsNoticedAndItsParameterNamed) {
  const std::string base = run("a.json");
  const std::string next = run("b.json", "--set gic.its.pipeline_cycles=100");
  const CommandResult result = run_doorbell("compare " + base + " " + next);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, HasSubstr("gic.its.pipeline_cycles"));
  EXPECT_THAT(result.output, HasSubstr("-> 100"));
  EXPECT_THAT(result.output, HasSubstr("  latency.end_to_end.mean "));
}

TEST_F(Compare, TolerancesLetItSlowDownSoFarAndSpeedUp) {
  const std::string base = run("a.json");
  const std::string next = run("b.json", "--set gic.its.pipeline_cycles=100");
  const std::string rules = scratch_.write("rules.yaml",
                                           "- {metric: '**', report_only: true}\n"
                                           "- {metric: latency.end_to_end.mean, absolute: 1ps}\n");
  const std::string options = " --tolerance " + rules;
  const CommandResult slower = run_doorbell("compare " + base + " " + next + options);
  EXPECT_EQ(slower.status, 1);
  EXPECT_THAT(slower.output, AllOf(StartsWith("1 of "), HasSubstr("1 worse")));
  EXPECT_EQ(run_doorbell("compare " + next + " " + base + options).status, 0);
  scratch_.write("rules.yaml",
                 "- {metric: '**', report_only: true}\n"
                 "- {metric: latency.end_to_end.mean, relative: 1000%}\n");
  EXPECT_EQ(run_doorbell("compare " + base + " " + next + options).status, 0);
}

TEST_F(Compare, WritesJunitAndAPage) {
  const std::string base = run("a.json");
  const std::string next = run("b.json", "--set gic.its.pipeline_cycles=100");
  const std::string junit = scratch_.path("out.xml");
  const std::string html = scratch_.path("out.html");
  const CommandResult result =
      run_doorbell("compare " + base + " " + next + " --junit " + junit + " --html " + html);
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(run_command("xmllint --noout --schema " +
                        source_path("tests/explore/compare/junit.xsd") + " " + junit)
                .status,
            0);
  EXPECT_EQ(run_command("xmllint --noout " + html).status, 0);
  EXPECT_THAT(read_file(junit), AllOf(HasSubstr("<testcase name=\"latency.end_to_end.mean\""),
                                      HasSubstr("<failure message=\"worse: ")));
  EXPECT_THAT(read_file(html), HasSubstr("latency.end_to_end.mean"));
}

TEST_F(Compare, AnotherWorkloadCannotBeCompared) {
  const std::string base = run("a.json");
  expect_refused(base + " " + run("b.json", "", "traces/workloads/nvme_seqread.trace.gz"),
                 "b.json: workload: ");
}

TEST_F(Compare, AMissingMetricCannotBeComparedAndLeavesNoFiles) {
  const std::string base = run("a.json");
  const std::string next = changed(base, [](Json& json) {
    Json& metrics = json["statistics"]["metrics"];
    metrics.erase(std::find_if(metrics.begin(), metrics.end(),
                               [](const Json& metric) { return metric["kind"] == "counter"; }));
  });
  const std::string junit = scratch_.write("out.xml", "of an earlier comparison");
  expect_refused(base + " " + next + " --junit " + junit, "changed.json: metrics: ");
  EXPECT_FALSE(std::filesystem::exists(junit));
}

TEST_F(Compare, APartialRunCannotBeCompared) {
  const std::string base = run("a.json");
  expect_refused(changed(base, [](Json& json) { json["partial"] = true; }) + " " + base,
                 "changed.json: ");
}

TEST_F(Compare, UnreadableFilesAreNamed) {
  const std::string base = run("a.json");
  expect_refused(scratch_.path("none.json") + " " + base, "none.json: ");
  expect_refused(base + " " + scratch_.write("bad.json", "{"), "bad.json:1: ");
  expect_refused(base + " " + base + " --tolerance " + scratch_.path("none.yaml"), "none.yaml: ");
  expect_refused(
      base + " " + base + " --tolerance " + scratch_.write("bad.yaml", "\n- metrics: a\n"),
      "bad.yaml:2: ");
  expect_refused(base + " " + base + " --html " + scratch_.path("none/out.html"), "out.html");
  expect_refused(base, "new");
}

TEST_F(Compare, ARuleThatNamesNoMetricIsRefused) {
  const std::string base = run("a.json");
  expect_refused(
      base + " " + base + " --tolerance " + scratch_.write("rules.yaml", "- {metric: latency.p99}"),
      "rules.yaml:1: ");
}

class CompareSweeps : public Compare {
 protected:
  /// Runs the small workload with these sizes of the TLB, and returns the sweep's folder.
  std::string sweep(const std::string& name, const std::string& entries,
                    const std::string& setting) const {
    const std::string plan = scratch_.write(
        name + ".yaml", "platform: " + source_path("platforms/virt.yaml") + "\nworkloads: [" +
                            source_path(DOORBELL_SMALL_WORKLOAD) + "]\nset: [" + setting +
                            "]\naxes: {smmu.tlb.entries: " + entries + "}\n");
    const std::string folder = scratch_.path(name);
    const CommandResult result = run_doorbell("sweep " + plan + " -o " + folder);
    EXPECT_EQ(result.status, 0) << result.errors;
    return folder;
  }
};

TEST_F(CompareSweeps, PointsAreMatchedByTheirAxes) {
  const std::string base = sweep("base", "[64, 128]", "gic.its.pipeline_cycles=8");
  const std::string same = sweep("same", "[128, 64]", "gic.its.pipeline_cycles=8");
  EXPECT_EQ(run_doorbell("compare " + base + "/sweep.sqlite " + same).status, 0);
  const std::string slower = sweep("slower", "[64, 128]", "gic.its.pipeline_cycles=100");
  const CommandResult result = run_doorbell("compare " + base + " " + slower);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, AllOf(HasSubstr("  gic.its.pipeline_cycles  8 -> 100  at 2 points\n"),
                                   HasSubstr("  smmu.tlb.entries=64   latency.end_to_end.mean "),
                                   HasSubstr("  smmu.tlb.entries=128  latency.end_to_end.mean ")));
}

TEST_F(CompareSweeps, AMissingPointOrARunCannotBeCompared) {
  const std::string base = sweep("base", "[64, 128]", "gic.its.pipeline_cycles=8");
  const std::string part = sweep("part", "[64]", "gic.its.pipeline_cycles=8");
  expect_refused(base + " " + part, "no smmu.tlb.entries=128");
  expect_refused(base + " " + run("a.json"), "a.json: expected a sweep");
}

}  // namespace
}  // namespace doorbell::testing
