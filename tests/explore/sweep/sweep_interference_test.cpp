// What happens around a sweep: signals to everybody at once, files that change or go away.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/explore/sweep/sweep_command.h"

namespace doorbell::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
namespace fs = std::filesystem;

class SweepInterference : public SweepCommand {
 protected:
  /// `doorbell sweep` with the plan that was written last.
  std::string command(const std::string& options = "") const {
    return std::string(DOORBELL_COMMAND) + " sweep " + scratch_.path("plan.yaml") + " -o " +
           directory() + " " + options;
  }
  fs::path a_point() const { return fs::directory_iterator(directory() + "/points")->path(); }
};

// As killall does, or a service manager, or a cluster: the runs may well be the first to end.
TEST_F(SweepInterference, NoPointFailsWhenItsRunIsEndedTogetherWithTheSweep) {
  plan("axes: {processors: [2, 4]}\n" + sixty_four_drives, source_path(DOORBELL_LARGE_WORKLOAD));
  // The runs are the processes that have this folder's points for a current directory.
  const CommandResult result = run_command(
      "{ " + command("-j 2") +
      " & sleep 1; runs=; for p in /proc/[0-9]*; do case \"$(readlink $p/cwd)\" in " + directory() +
      "/points/*) runs=\"$runs ${p#/proc/}\";; esac; done; kill -TERM $runs; sleep 0.05; "
      "kill -TERM $!; wait $!; }");
  EXPECT_EQ(result.status, 130) << result.errors;
  EXPECT_EQ(query("SELECT group_concat(status) FROM points"), "missing,missing\n");
}

TEST_F(SweepInterference, AWorkloadThatHasChangedSinceIsNotRun) {
  ASSERT_EQ(sweep("").status, 0);
  fs::remove(a_point() / "outcome.json");
  std::ofstream(scratch_.path("small.trace"), std::ios::app) << "\n";
  const CommandResult result =
      run_doorbell("point " + directory() + " " + a_point().filename().string());
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.errors, AllOf(HasSubstr("small.trace"), HasSubstr("changed")));
  EXPECT_FALSE(fs::exists(a_point() / "outcome.json"));
}

TEST_F(SweepInterference, APointOfAnotherModelIsNotRun) {
  ASSERT_EQ(sweep("").status, 0);
  fs::remove(a_point() / "outcome.json");
  ASSERT_EQ(run_command("sed -i '/model/s/: \".*\"/: \"another\"/' " +
                        (a_point() / "point.json").string())
                .status,
            0);
  const CommandResult result =
      run_doorbell("point " + directory() + " " + a_point().filename().string());
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.errors, HasSubstr("model another"));
  EXPECT_FALSE(fs::exists(a_point() / "outcome.json"));
}

TEST_F(SweepInterference, APointThatIsDoneIsNotRunAgain) {
  ASSERT_EQ(sweep("").status, 0);
  EXPECT_THAT(read_file(a_point() / "log"), HasSubstr("MSI")) << "what the run printed";
  const auto written = fs::last_write_time(a_point() / "stats.json.gz");
  fs::remove(scratch_.path("small.trace"));  // it isn't even looked at
  EXPECT_EQ(run_doorbell("point " + directory() + " " + a_point().filename().string()).status, 0);
  EXPECT_EQ(fs::last_write_time(a_point() / "stats.json.gz"), written);
}

// A cluster may start a task again that still lives elsewhere.
TEST_F(SweepInterference, OfAttemptsThatOverlapTheFirstOneCounts) {
  plan("timeout: 3s\n" + sixty_four_drives, source_path(DOORBELL_LARGE_WORKLOAD));
  const std::string points = directory() + "/points/*";
  const CommandResult result =
      run_command("{ " + command() + " & sleep 1; sqlite3 " + directory() +
                  "/sweep.sqlite 'SELECT status FROM points'; for p in " + points +
                  "; do echo '{}' > $p/stats.json.gz; echo '{\"status\": \"failed\", \"message\": "
                  "\"first\"}' > "
                  "$p/outcome.json; done; wait $!; }");
  EXPECT_EQ(result.status, 1) << result.errors;
  EXPECT_THAT(result.output, StartsWith("missing\nfailed: ")) << "it is planned from the beginning";
  EXPECT_EQ(query("SELECT status, message FROM points"), "failed|first\n");
  EXPECT_FALSE(fs::exists(a_point() / "log")) << "it is the other attempt's";
}

TEST_F(SweepInterference, APointStoppedByASignalIsToldFromOneThatIsDone) {
  plan(sixty_four_drives, source_path(DOORBELL_LARGE_WORKLOAD));
  run_command("timeout --signal=KILL 1 " + command());
  const CommandResult result = run_command(
      "timeout --foreground --preserve-status --signal=TERM 1 " + std::string(DOORBELL_COMMAND) +
      " point " + directory() + " " + a_point().filename().string());
  EXPECT_EQ(result.status, 130);
  EXPECT_FALSE(fs::exists(a_point() / "outcome.json"));
}

TEST_F(SweepInterference, WhatStopsASweepStopsTheOtherPointsToo) {
  const std::string twelve =
      "axes: {smmu.tlb.entries: [64, 128, 256, 512], fabric.target_reads: [8, 16, 32]}\n";
  ASSERT_EQ(sweep(twelve).status, 0);
  const std::string first = query("SELECT key FROM points WHERE point = 1");
  for (const auto& point : fs::directory_iterator(directory() + "/points"))
    fs::remove(point.path() / "outcome.json");
  // A folder in its place can't be written over.
  const fs::path log = directory() + "/points/" + first.substr(0, 32) + "/log";
  fs::remove(log);
  fs::create_directories(log / "taken");
  const CommandResult result = sweep(twelve, "-j 2");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.errors, HasSubstr(log.string()));
  const std::string run = run_command("ls " + directory() + "/points/*/outcome.json").output;
  EXPECT_LT(std::count(run.begin(), run.end(), '\n'), 8);
}

TEST_F(SweepInterference, WhatOthersLeftLyingAboutIsCleared) {
  ASSERT_EQ(sweep(four_points).status, 0);
  scratch_.write("results/sweep.sqlite.part-abcdef", "of somebody who was killed");
  for (const auto& point : fs::directory_iterator(directory() + "/points"))
    fs::create_directory(point.path() / "attempt-abcdef");
  fs::remove(a_point() / "outcome.json");  // this one runs again, the others are done
  ASSERT_EQ(sweep(four_points).status, 0);
  EXPECT_EQ(run_command("find " + directory() + " -name 'attempt-*' -o -name '*.part-*'").output,
            "");
}

TEST_F(SweepInterference, TheDatabaseFollowsThePointsAndThePlan) {
  ASSERT_EQ(sweep("axes: {processors: [1, 2]}\n").status, 0);
  std::ofstream(a_point() / "outcome.json") << R"({"status": "failed", "message": "once"})";
  ASSERT_EQ(sweep("axes: {processors: [1, 2]}\n").status, 1);
  EXPECT_EQ(query("SELECT message FROM points WHERE status = 'failed'"), "once\n");
  std::ofstream(a_point() / "outcome.json") << R"({"status": "failed", "message": "twice"})";
  ASSERT_EQ(sweep("axes: {processors: [1, 2]}\n").status, 1);
  EXPECT_EQ(query("SELECT message FROM points WHERE status = 'failed'"), "twice\n");
  ASSERT_EQ(sweep("axes: {processors: {from: 1, to: 2, scale: log2}}\n").status, 1);
  EXPECT_EQ(query("SELECT scale FROM axes"), "logarithmic\n");
}

TEST_F(SweepInterference, ADatabaseOfAnotherFormatIsMadeAnewAndElseRefused) {
  ASSERT_EQ(sweep("").status, 0);
  query("UPDATE sweep SET value = '2' WHERE name = 'format'");
  const CommandResult look = run_doorbell("sweep " + directory());
  EXPECT_EQ(look.status, 2);
  EXPECT_THAT(look.errors, HasSubstr("format 2"));
  EXPECT_EQ(sweep("").status, 0);
  EXPECT_EQ(query("SELECT value FROM sweep WHERE name = 'format'"), "1\n");
  EXPECT_EQ(runs(), 1u);
}

TEST_F(SweepInterference, PointsThatAreWithAClusterAreNotRunHere) {
  ASSERT_EQ(sweep(four_points).status, 0);
  scratch_.write("results/slurm.json", "{}");
  const CommandResult result = sweep(four_points);
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.errors, HasSubstr("--resume"));
  EXPECT_THAT(sweep(four_points, "--detach").errors, HasSubstr("need --engine slurm"));
}

TEST_F(SweepInterference, OfManyFailuresAFewAreTold) {
  // What its header promises is there; only a run reads on.
  scratch_.write("small.trace", "doorbell-trace 1\ncpus 1\nbegin\n1 cpu0 leap\n");
  const CommandResult result = sweep("axes: {processors: [1, 2, 3, 4, 5, 6, 7]}\n");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, HasSubstr("7 points: 0 done, 7 failed"));
  EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 6);
}

TEST_F(SweepInterference, StatisticsThatAreGoneAreMadeAgain) {
  ASSERT_EQ(sweep(four_points).status, 0);
  const std::string whole = database();
  fs::remove(a_point() / "stats.json.gz");
  fs::remove(directory() + "/sweep.sqlite");
  const CommandResult again = sweep(four_points);
  EXPECT_EQ(again.status, 0) << again.errors;
  EXPECT_EQ(runs(), 5u);
  EXPECT_EQ(database(), whole);
}

TEST_F(SweepInterference, StatisticsThatAreCorruptAreNamedWithWhatToDo) {
  ASSERT_EQ(sweep(four_points).status, 0);
  const std::string statistics = a_point() / "stats.json.gz";
  std::ofstream(statistics) << "{}";
  fs::remove(directory() + "/sweep.sqlite");
  const CommandResult again = sweep(four_points);
  EXPECT_EQ(again.status, 2);
  EXPECT_THAT(again.errors, AllOf(HasSubstr(statistics), HasSubstr("remove")));
}

TEST_F(SweepInterference, ThePlanIsKeptAlsoWhenItComesFromAPipe) {
  plan("", scratch_.path("small.trace"));
  const CommandResult result =
      run_command("{ cat " + scratch_.path("plan.yaml") + " | " + DOORBELL_COMMAND +
                  " sweep /dev/stdin -o " + directory() + "; }");
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(read_file(directory() + "/plan.yaml"), read_file(scratch_.path("plan.yaml")));
}

TEST_F(SweepInterference, ACsvThatCannotBeWrittenIsFoundOutAtOnce) {
  const CommandResult result = sweep(four_points, "--csv " + scratch_.path("none/out.csv"));
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.errors, HasSubstr("none/out.csv"));
  EXPECT_FALSE(fs::exists(directory()));
}

TEST_F(SweepInterference, WhereItIsStartedChangesNoOverlay) {
  fs::create_directory(scratch_.path("elsewhere"));
  scratch_.write("elsewhere/more.yaml", "processors: 2\n");
  plan("with: [more.yaml]\n");
  const CommandResult result = run_command("cd " + scratch_.path("elsewhere") + " && " + command());
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.errors, AllOf(HasSubstr("plan.yaml:3: "), HasSubstr("more.yaml")));
  scratch_.write("more.yaml", "processors: 3\n");
  EXPECT_EQ(run_command("cd " + scratch_.path("elsewhere") + " && " + command()).status, 0);
  EXPECT_EQ(query("SELECT value FROM parameters WHERE name = 'processors'"), "3\n");
}

TEST_F(SweepInterference, WithoutRoomForAllItsThreadsItGoesOnWithFewer) {
  plan(four_points);
  // A thread takes as much of the address space as a stack may be large.
  const CommandResult result =
      run_command("ulimit -s 1000000; ulimit -v 2500000; " + command("-j 4"));
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, StartsWith("4 points: 4 done"));
}

TEST_F(SweepInterference, WhoLooksWhileItIsAtWorkWritesNothing) {
  ASSERT_EQ(sweep(four_points).status, 0);
  query("UPDATE points SET status = 'missing' WHERE point = 1");
  const std::string behind = database();
  const std::string look = std::string(DOORBELL_COMMAND) + " sweep " + directory();
  const CommandResult meanwhile = run_command("flock " + directory() + "/lock " + look);
  EXPECT_EQ(meanwhile.status, 0) << meanwhile.errors;
  EXPECT_THAT(meanwhile.output, StartsWith("4 points: 4 done"));
  EXPECT_EQ(database(), behind);
  EXPECT_EQ(run_command(look).status, 0);
  EXPECT_EQ(query("SELECT count(*) FROM points WHERE status = 'done'"), "4\n");
}

}  // namespace
}  // namespace doorbell::testing
