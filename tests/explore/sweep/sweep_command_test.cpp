// A sweep from the outside: what runs, what doesn't run again, and what is in the database.
#include "tests/explore/sweep/sweep_command.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

namespace doorbell::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
namespace fs = std::filesystem;

TEST_F(SweepCommand, RunsEveryPointAndFillsTheDatabase) {
  const CommandResult result = sweep(four_points);
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.errors, IsEmpty());
  EXPECT_THAT(result.output, StartsWith("4 points: 4 done, 0 failed. "));
  EXPECT_EQ(query("SELECT count(*) FROM points WHERE status = 'done'"), "4\n");
  EXPECT_EQ(
      query("SELECT name, unit, kind, scale FROM axes ORDER BY axis"),
      "smmu.tlb.entries|entries|parameter|linear\nfabric.target_reads|reads|parameter|linear\n");
  EXPECT_EQ(query("SELECT value FROM parameters WHERE name = 'smmu.tlb.entries' ORDER BY point"),
            "64\n64\n256\n256\n");
  EXPECT_EQ(query("SELECT DISTINCT value FROM parameters WHERE name = 'processors'"), "4\n");
}

TEST_F(SweepCommand, ChecksAPlanWithoutRunningIt) {
  const CommandResult right = run_doorbell("sweep --check " + plan(four_points));
  EXPECT_EQ(right.status, 0) << right.errors;
  EXPECT_EQ(right.output, "4 points\n");
  const CommandResult wrong =
      run_doorbell("sweep --check " + plan("axes: {smmu.tlb.entries: [64, 65]}\n"));
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.errors, AllOf(HasSubstr("smmu.tlb.entries"), HasSubstr("65")));
  EXPECT_FALSE(fs::exists(directory()));
}

TEST_F(SweepCommand, ItsMetricsAreThoseOfTheSameRunByHand) {
  ASSERT_EQ(sweep(four_points).status, 0);
  const std::string file = scratch_.path("stats.json");
  const CommandResult run = run_doorbell(
      "run " + source_path("platforms/virt.yaml") + " --workload " + scratch_.path("small.trace") +
      " --set smmu.tlb.entries=256 --set fabric.target_reads=16 --stats " + file);
  ASSERT_EQ(run.status, 0) << run.errors;
  const auto json = nlohmann::json::parse(read_file(file));
  EXPECT_EQ(query("SELECT value FROM metrics WHERE point = 3 AND name = 'totals.measured'"),
            json["totals"]["measured"].dump() + "\n");
  EXPECT_EQ(
      query("SELECT value FROM metrics WHERE point = 3 AND name = 'latency.end_to_end.count'"),
      json["latency"]["total"]["end_to_end"]["count"].dump() + "\n");
  EXPECT_EQ(query("SELECT workload_hash FROM points WHERE point = 3"),
            json["workload"]["fnv1a64"].get<std::string>() + "\n");
  EXPECT_EQ(query("SELECT value FROM sweep WHERE name = 'model'"),
            json["model"].get<std::string>() + "\n");
}

TEST_F(SweepCommand, PlatformPresetAndWorkloadMayBeThoseThatCameWithTheProgram) {
  const std::string plan = scratch_.write(
      "named.yaml", "platform: virt\nwith: [ideal]\nworkloads: [small.trace, nvme_seqwrite]\n");
  const CommandResult result = run_doorbell("sweep " + plan + " -o " + directory());
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(query("SELECT text FROM coordinates ORDER BY point"), "small.trace\nnvme_seqwrite\n");
  const CommandResult run = run_doorbell("run virt --with ideal --workload nvme_seqwrite --stats " +
                                         scratch_.path("stats.json"));
  ASSERT_EQ(run.status, 0) << run.errors;
  const auto json = nlohmann::json::parse(read_file(scratch_.path("stats.json")));
  EXPECT_EQ(query("SELECT workload_hash FROM points WHERE point = 2"),
            json["workload"]["fnv1a64"].get<std::string>() + "\n");
}

TEST_F(SweepCommand, AFileBesideThePlanIsNearerThanWhatCameWithTheProgram) {
  scratch_.write("virt", "processors: nonsense\n");
  const CommandResult result = run_doorbell(
      "sweep " + scratch_.write("named.yaml", "platform: virt\nworkloads: [small.trace]\n") +
      " -o " + directory());
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.errors, HasSubstr(scratch_.path("virt") + ":1: processors"));
}

TEST_F(SweepCommand, ProcessorsThatReplayNothingAreRefusedBeforeAnythingRuns) {
  const CommandResult result = sweep("axes: {cpu.kind: [native, aarch64]}\n");
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.errors.find("cpu.kind=aarch64: cpu.kind: expected native"), std::string::npos)
      << result.errors;
  const std::string explain = "explain " + directory() + " --point 0";
  EXPECT_NE(run_doorbell(explain).errors.find("expected an integer from 1 to 1000000000"),
            std::string::npos);
}

TEST_F(SweepCommand, AFinishedOneDoesNothing) {
  ASSERT_EQ(sweep(four_points).status, 0);
  const std::string log_before = log();
  const auto written = fs::last_write_time(directory() + "/sweep.sqlite");
  const CommandResult again = sweep(four_points);
  EXPECT_EQ(again.status, 0);
  EXPECT_EQ(log(), log_before);
  EXPECT_EQ(fs::last_write_time(directory() + "/sweep.sqlite"), written);
}

TEST_F(SweepCommand, AChangedAxisRunsOnlyWhatIsNew) {
  ASSERT_EQ(sweep(four_points).status, 0);
  EXPECT_EQ(runs(), 4u);
  const CommandResult more =
      sweep("axes: {smmu.tlb.entries: [64, 128, 256], fabric.target_reads: [16, 32]}\n");
  EXPECT_THAT(more.output, StartsWith("6 points: 6 done"));
  EXPECT_EQ(runs(), 6u);
  const CommandResult fewer =
      sweep("axes: {smmu.tlb.entries: [128]}\nset: [fabric.target_reads=16]\n");
  EXPECT_THAT(fewer.output, StartsWith("1 points: 1 done"));
  EXPECT_EQ(runs(), 6u);
  EXPECT_EQ(query("SELECT count(*) FROM points"), "1\n");
}

TEST_F(SweepCommand, HowManyRunAtATimeChangesNoByte) {
  ASSERT_EQ(sweep(four_points, "-j 1").status, 0);
  const std::string one = database();
  fs::remove_all(directory());
  ASSERT_EQ(sweep(four_points, "-j 4").status, 0);
  EXPECT_EQ(database(), one);
}

TEST_F(SweepCommand, TheDatabaseSaysNothingOfThisMachineOrDay) {
  scratch_.write("cut.trace", read_file(scratch_.path("small.trace")).substr(0, 5000));
  plan(four_points, "small.trace, cut.trace");
  EXPECT_EQ(run_doorbell("sweep " + scratch_.path("plan.yaml") + " -o " + directory()).status, 1);
  const std::string bytes = database();
  EXPECT_EQ(bytes.find(scratch_.path("")), std::string::npos);
  EXPECT_EQ(bytes.find(DOORBELL_SOURCE_DIR), std::string::npos);
}

TEST_F(SweepCommand, APointThatFailsIsRecordedAndTheRestGoesOn) {
  scratch_.write("cut.trace", read_file(scratch_.path("small.trace")).substr(0, 5000));
  plan(four_points, "cut.trace, small.trace");
  const std::string command = "sweep " + scratch_.path("plan.yaml") + " -o " + directory();
  const CommandResult result = run_doorbell(command);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, AllOf(HasSubstr("8 points: 4 done, 4 failed"), HasSubstr("failed: ")));
  EXPECT_THAT(query("SELECT message FROM points WHERE status = 'failed' LIMIT 1"),
              StartsWith("status 2: cut.trace:"));
  // What failed is known: it doesn't fail again until somebody asks for it.
  EXPECT_EQ(run_doorbell(command).status, 1);
  EXPECT_EQ(runs(), 8u);
  EXPECT_EQ(run_doorbell(command + " --retry-failed").status, 1);
  EXPECT_EQ(runs(), 12u);
}

TEST_F(SweepCommand, APointThatTakesTooLongFails) {
  plan("timeout: 1s\n" + sixty_four_drives, source_path(DOORBELL_LARGE_WORKLOAD));
  EXPECT_EQ(run_doorbell("sweep " + scratch_.path("plan.yaml") + " -o " + directory()).status, 1);
  EXPECT_EQ(query("SELECT message FROM points"), "took longer than 1 s\n");
}

TEST_F(SweepCommand, APointThatIsKilledFails) {
  plan(sixty_four_drives, source_path(DOORBELL_LARGE_WORKLOAD));
  // The run is the one process that has this folder's point for a current directory.
  const CommandResult result = run_command(
      std::string("{ ") + DOORBELL_COMMAND + " sweep " + scratch_.path("plan.yaml") + " -o " +
      directory() + " & sleep 1; for p in /proc/[0-9]*; do case \"$(readlink $p/cwd)\" in " +
      directory() + "/points/*) kill -SEGV ${p#/proc/};; esac; done; wait $!; }");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(query("SELECT message FROM points"), StartsWith("signal 11 (Segmentation fault)"));
}

TEST_F(SweepCommand, CtrlCLeavesAUsableResultAndNoProcess) {
  plan("axes: {smmu.tlb.entries: [64, 256], speed: {variants: {quick: , slow: {workload: " +
       source_path(DOORBELL_LARGE_WORKLOAD) +
       ", with: [eight-drives], set: ['endpoints.*.functions=8', replay.copies=64]}}}}\n");
  for (const char* signal : {"INT", "TERM"}) {
    const CommandResult result = run_command(
        std::string("timeout --foreground --preserve-status --signal=") + signal + " 3 " +
        DOORBELL_COMMAND + " sweep " + scratch_.path("plan.yaml") + " -j 4 -o " + directory());
    EXPECT_EQ(result.status, 130) << result.errors;
    EXPECT_THAT(result.output, StartsWith("4 points: 2 done, 0 failed, 2 not run yet. "));
    EXPECT_EQ(query("SELECT group_concat(status) FROM points"), "done,missing,done,missing\n");
  }
  EXPECT_THAT(run_command("ls -d " + directory() + "/points/*/attempt-*").output, IsEmpty());
  EXPECT_THAT(run_command("readlink /proc/[0-9]*/cwd").output, Not(HasSubstr(directory())));
}

TEST_F(SweepCommand, ItsResultsCanBeSeenAsCsvWithoutRunningAnything) {
  ASSERT_EQ(sweep(four_points).status, 0);
  const CommandResult csv = run_doorbell("sweep " + directory() + " --csv -");
  EXPECT_EQ(csv.status, 0);
  EXPECT_THAT(csv.output, StartsWith("point,key,workload,status,message,smmu.tlb.entries,"
                                     "fabric.target_reads,conservation."));
  EXPECT_EQ(std::count(csv.output.begin(), csv.output.end(), '\n'), 5);
  EXPECT_THAT(csv.errors, StartsWith("4 points: 4 done"));
  ASSERT_EQ(sweep(four_points, "--csv " + scratch_.path("out.csv")).status, 0);
  EXPECT_EQ(read_file(scratch_.path("out.csv")), csv.output);
  EXPECT_EQ(runs(), 4u);
}

TEST_F(SweepCommand, ADatabaseThatIsGoneOrCorruptIsMadeAnewFromThePoints) {
  ASSERT_EQ(sweep(four_points).status, 0);
  const std::string whole = database();
  fs::remove(directory() + "/sweep.sqlite");
  ASSERT_EQ(sweep(four_points).status, 0);
  EXPECT_EQ(database(), whole);
  scratch_.write("results/sweep.sqlite", whole.substr(0, 5000));
  ASSERT_EQ(sweep(four_points).status, 0);
  EXPECT_EQ(database(), whole);
  EXPECT_EQ(runs(), 4u);
}

TEST_F(SweepCommand, RepeatsWithOtherSeedsAreOtherPoints) {
  const CommandResult result = sweep("repeat: {count: 3, seeds: [smmu.tlb.seed]}\n");
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(query("SELECT value FROM parameters WHERE name = 'smmu.tlb.seed'"), "1\n2\n3\n");
  EXPECT_EQ(query("SELECT count(DISTINCT key) FROM points"), "3\n");
}

TEST_F(SweepCommand, PointsThatAreTheSameRunOnce) {
  const CommandResult result = sweep(
      "axes: {name: {variants: {one: , other: {set: [smmu.tlb.entries=512]}}}}\n"
      "set: [smmu.tlb.entries=512]\n");
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(runs(), 1u);
  EXPECT_EQ(query("SELECT count(DISTINCT key), count(*) FROM points"), "1|2\n");
  EXPECT_EQ(query("SELECT count(*) FROM metrics WHERE name = 'totals.measured'"), "2\n");
  EXPECT_EQ(query("SELECT count(*), count(DISTINCT workload_hash) FROM points "
                  "WHERE length(workload_hash) = 16"),
            "2|1\n");
}

}  // namespace
}  // namespace doorbell::testing
