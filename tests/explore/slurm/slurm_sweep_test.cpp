// `doorbell sweep --engine slurm` on a real cluster.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "tests/explore/slurm/cluster.h"
#include "tests/explore/slurm/sweep_on_cluster.h"

namespace doorbell::testing {
namespace {

using namespace std::chrono_literals;
using std::filesystem::exists;
using ::testing::HasSubstr;

int lines_with(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

/// One line on standard error, which says this.
void expect_refusal(const CommandResult& result, const std::string& text) {
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(lines_with(result.errors, "\n"), 1) << result.errors;
  EXPECT_THAT(result.errors, HasSubstr(text));
}

/// Slurm lets tasks of a node that died wait for two minutes.
void start_what_was_requeued() {
  run_command(
      "for task in $(squeue --noheader --array --states=PENDING --format='%F_%K %r' |"
      " sed -n 's/ BeginTime$//p'); do scontrol update JobId=$task StartTime=now; done");
}

class SlurmSweep : public ::testing::Test {
 protected:
  std::string database() const { return read_file(scratch.path("sweep/sweep.sqlite")); }
  std::string log() const { return read_file(scratch.path("sweep/log")); }
  /// "2|failed" and the like, from the database.
  std::string counts() const {
    return run_command("sqlite3 " + scratch.path("sweep/sweep.sqlite") +
                       " 'SELECT count(*), status FROM points GROUP BY status ORDER BY status'")
        .output;
  }
  std::string messages() const {
    return run_command("sqlite3 " + scratch.path("sweep/sweep.sqlite") +
                       " 'SELECT message FROM points'")
        .output;
  }
  CommandResult sweep(const std::string& plan, const std::string& options) const {
    return run_doorbell("sweep " + plan + " -o " + scratch.path("sweep") + " " + options);
  }

  ScratchDirectory scratch;
  const std::string directory = scratch.path("sweep");
};

TEST_F(SlurmSweep, LosesNothingWhenTheNodeDies) {
  const std::string plan = scratch.write("plan.yaml", plan_of_points(40));
  const std::string expected = local_database(plan, scratch);
  Cluster cluster("--max-array-size 16");  // Three arrays.
  RunningSweep sweep(plan, directory);
  ASSERT_TRUE(comes_true(60s, [&] { return outcomes(directory) >= 6; }));
  cluster.kill("slurmd");
  std::this_thread::sleep_for(2s);
  cluster.start("slurmd");
  ASSERT_TRUE(comes_true(60s, [&] { return outcomes(directory) >= 14; }));
  cluster.crash();
  EXPECT_LT(outcomes(directory), 40);
  std::this_thread::sleep_for(4s);  // Slurm doesn't miss a task that it has just sent.
  cluster.start("slurmd");
  EXPECT_TRUE(comes_true(100s, [&] {
    start_what_was_requeued();
    return outcomes(directory) == 40;
  }));

  const CommandResult result = sweep.result();
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(database(), expected);
  EXPECT_EQ(lines_with(log(), " ended: "), 40);
  EXPECT_EQ(counts(), "40|done\n");
  EXPECT_FALSE(exists(directory + "/slurm.json"));
}

TEST_F(SlurmSweep, DetachesAndResumes) {
  const std::string plan = scratch.write("plan.yaml", plan_of_points(12));
  const Cluster cluster;
  const CommandResult detached = sweep(plan, "--engine slurm --detach");
  EXPECT_EQ(detached.status, 0) << detached.errors;
  EXPECT_LT(outcomes(directory), 12);
  EXPECT_TRUE(exists(directory + "/slurm.json"));
  expect_refusal(sweep(plan, "--engine slurm"), "--resume");
  expect_refusal(sweep(plan, ""), "--resume");

  const CommandResult resumed = sweep(plan, "--engine slurm --resume");
  EXPECT_EQ(resumed.status, 0) << resumed.errors;
  EXPECT_EQ(counts(), "12|done\n");
  EXPECT_EQ(lines_with(log(), "slurm: job "), 1) << "points were submitted twice";
  EXPECT_EQ(database(), local_database(plan, scratch));
}

TEST_F(SlurmSweep, ResumesWhatAKilledSweepHasLeft) {
  const std::string plan = scratch.write("plan.yaml", plan_of_points(12));
  const Cluster cluster;
  RunningSweep killed(plan, directory);
  ASSERT_TRUE(comes_true(30s, [&] { return outcomes(directory) >= 2; }));
  killed.signal(SIGKILL);
  killed.result();
  const CommandResult resumed = sweep(plan, "--engine slurm --resume");
  EXPECT_EQ(resumed.status, 0) << resumed.errors;
  EXPECT_EQ(counts(), "12|done\n");
}

TEST_F(SlurmSweep, RecordsFailuresAsTheLocalEngineDoes) {
  const std::string broken = scratch.write(
      "broken.trace", "doorbell-trace 1\ncpus 4\nsource x hash=0x0\nbegin\nnonsense\n");
  const std::string plan = scratch.write(
      "plan.yaml", "platform: " + source_path("platforms/virt.yaml") + "\nworkloads: [" + broken +
                       ", " + long_workload(scratch) + "]\ntimeout: 2s\n");
  const Cluster cluster;
  const CommandResult result = sweep(plan, "--engine slurm");
  EXPECT_EQ(result.status, 1) << result.errors;
  EXPECT_EQ(counts(), "2|failed\n");
  EXPECT_THAT(messages(), HasSubstr("longer than 2 s"));
  EXPECT_EQ(database(), local_database(plan, scratch));
}

TEST_F(SlurmSweep, RecordsWhatSlurmEnds) {
  const std::string plan = scratch.write("plan.yaml", plan_of_long_points(3, scratch));
  const Cluster cluster;
  RunningSweep sweep(plan, directory);
  // Slurm calls a task running a while before it is: a signal sent then would be lost.
  ASSERT_TRUE(comes_true(20s, [&] { return attempts(directory) == 3; }));
  run_command("scancel 1_0");
  run_command("scancel --signal=KILL --batch 1_2");
  const CommandResult result = sweep.result();
  EXPECT_EQ(result.status, 1) << result.errors;
  EXPECT_EQ(counts(), "1|done\n2|failed\n");
  EXPECT_THAT(messages(), HasSubstr("the cluster ended it: CANCELLED"));
  EXPECT_THAT(messages(), HasSubstr("the cluster ended it: FAILED"));
}

TEST_F(SlurmSweep, RecordsJobsThatSlurmHasForgotten) {
  const std::string plan = scratch.write("plan.yaml", plan_of_points(2));
  const Cluster cluster;
  run_command("scontrol update PartitionName=main State=DOWN");
  ASSERT_EQ(sweep(plan, "--engine slurm --detach").status, 0);
  run_command("scancel 1");
  run_command("sed -i 's/\"job\": 1$/\"job\": 999/' " + directory + "/slurm.json");
  const CommandResult resumed = sweep(plan, "--engine slurm --resume");
  EXPECT_EQ(resumed.status, 1) << resumed.errors;
  EXPECT_EQ(messages(), "the cluster lost it\nthe cluster lost it\n");
  run_command("scontrol update PartitionName=main State=UP");
  EXPECT_EQ(sweep(plan, "--engine slurm --retry-failed").status, 0);
  EXPECT_EQ(counts(), "2|done\n");
}

TEST_F(SlurmSweep, RunsNoMoreThanItMay) {
  const std::string plan = scratch.write("plan.yaml", plan_of_points(12));
  const Cluster cluster("--max-array-size 5");
  RunningSweep sweep(plan, directory, "--max-running 2 --partition main");
  int most = 0;
  comes_true(60s, [&] {
    const auto running =
        lines_with(run_command("squeue --noheader --array --states=running").output, "\n");
    most = std::max(most, running);
    return outcomes(directory) == 12;
  });
  EXPECT_EQ(sweep.result().status, 0);
  EXPECT_EQ(most, 2);
}

TEST_F(SlurmSweep, CancelsItsJobsOnCtrlC) {
  const std::string plan = scratch.write("plan.yaml", plan_of_points(24));
  const Cluster cluster;
  RunningSweep sweep_to_stop(plan, directory);
  ASSERT_TRUE(comes_true(30s, [&] { return outcomes(directory) >= 4; }));
  sweep_to_stop.signal(SIGINT);
  EXPECT_EQ(sweep_to_stop.result().status, 130);
  EXPECT_EQ(in_queue(), "");
  EXPECT_LT(outcomes(directory), 24);
  EXPECT_THAT(counts(), HasSubstr(std::to_string(outcomes(directory)) + "|done\n"));
  EXPECT_EQ(sweep(plan, "--engine slurm").status, 0);
  EXPECT_EQ(counts(), "24|done\n");
}

TEST_F(SlurmSweep, SaysInOneLineWhatSlurmRefuses) {
  const std::string plan = scratch.write("plan.yaml", plan_of_points(2) + "timeout: 600s\n");
  Cluster cluster;
  expect_refusal(sweep(plan, "--engine slurm --partition nowhere"), "partition");
  run_command("scontrol update PartitionName=main MaxTime=1");
  expect_refusal(sweep(plan, "--engine slurm"), "PartitionTimeLimit");
  EXPECT_EQ(in_queue(), "");
  EXPECT_FALSE(exists(directory + "/slurm.json"));
  cluster.kill("slurmctld");
  expect_refusal(sweep(plan, "--engine slurm"), "controller");
  EXPECT_EQ(sweep(plan, "").status, 0);
}

TEST_F(SlurmSweep, NeedsSlurmsCommands) {
  const std::string plan = scratch.write("plan.yaml", plan_of_points(2));
  expect_refusal(run_command("PATH=" + scratch.path("empty") + " " DOORBELL_COMMAND " sweep " +
                             plan + " -o " + directory + " --engine slurm"),
                 "scontrol");
  expect_refusal(sweep(plan, "--max-running 2"), "--engine slurm");
}

}  // namespace
}  // namespace doorbell::testing
