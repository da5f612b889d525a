#include "platforms/explore/sweep/slurm_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "doorbell/core/arch/error.h"

namespace doorbell::sweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A line as squeue prints it: each value filled up to the width of its column.
std::string line(const std::vector<std::string>& values) {
  const std::vector<std::size_t> widths{64, 20, 20, 20, 12, 20, 64, 64};
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += values[i] + std::string(widths[i] - values[i].size(), ' ');
  }
  return text + "\n";
}

TEST(SlurmText, TellsTasksOfArraysApart) {
  const auto tasks = parse_squeue(
      line({"doorbell-1", "12", "3", "RUNNING", "2", "1-02:03:04", "node[1-2]", "None"}) +
      line({"doorbell-1", "12", "4", "PENDING", "0", "0:00", "", "launch failed requeued held"}));
  ASSERT_EQ(tasks.size(), 2U);
  EXPECT_EQ(tasks[0].name, "doorbell-1");
  EXPECT_EQ(tasks[0].job, 12U);
  EXPECT_EQ(tasks[0].index, 3U);
  EXPECT_EQ(tasks[0].state, "RUNNING");
  EXPECT_EQ(tasks[0].restarts, 2U);
  EXPECT_EQ(tasks[0].time, "1-02:03:04");
  EXPECT_EQ(tasks[0].nodes, "node[1-2]");
  EXPECT_EQ(tasks[1].nodes, "");
  EXPECT_EQ(tasks[1].reason, "launch failed requeued held");
}

TEST(SlurmText, LeavesOutJobsThatAreNoArrays) {
  EXPECT_THAT(parse_squeue(line({"somebody's", "7", "N/A", "RUNNING", "0", "0:10", "n", "None"})),
              IsEmpty());
  EXPECT_THAT(parse_squeue(""), IsEmpty());
}

TEST(SlurmText, RefusesWhatIsNotFromSqueue) {
  EXPECT_THROW(parse_squeue("slurm_load_jobs error: Unable to contact slurm controller\n"),
               InputError);
}

TEST(SlurmText, AsksSqueueForEveryTaskAndEveryState) {
  const auto arguments = squeue_arguments();
  EXPECT_THAT(arguments, ::testing::Contains("--array"));
  EXPECT_THAT(arguments, ::testing::Contains("--states=all"));
  EXPECT_THAT(arguments, ::testing::Contains("--me"));
}

TEST(SlurmText, KnowsWhichStatesAreTheEnd) {
  for (const char* state : {"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED",
                            "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "TIMEOUT"}) {
    EXPECT_EQ(phase_of(state), SlurmPhase::ended) << state;
  }
  for (const char* state : {"PENDING", "CONFIGURING", "REQUEUED", "SPECIAL_EXIT"}) {
    EXPECT_EQ(phase_of(state), SlurmPhase::waiting) << state;
  }
  for (const char* state : {"RUNNING", "COMPLETING", "SUSPENDED", "STOPPED"}) {
    EXPECT_EQ(phase_of(state), SlurmPhase::running) << state;
  }
  EXPECT_EQ(phase_of("A_STATE_OF_LATER_VERSIONS"), SlurmPhase::running);
}

TEST(SlurmText, TellsWaitingFromWaitingForEver) {
  EXPECT_TRUE(is_refusal("PartitionTimeLimit"));
  EXPECT_FALSE(is_refusal("Resources"));
  EXPECT_FALSE(is_refusal("Priority"));
  EXPECT_TRUE(is_stuck({.state = "PENDING", .reason = "launch failed requeued held"}));
  EXPECT_TRUE(is_stuck({.state = "REQUEUE_HOLD", .reason = "None"}));
  EXPECT_FALSE(is_stuck({.state = "PENDING", .reason = "BeginTime"}));
}

TEST(SlurmText, ReadsTheSizeOfArrays) {
  EXPECT_EQ(parse_max_array_size("MailProg                = /bin/mail\n"
                                 "MaxArraySize            = 17\n"
                                 "MaxJobCount             = 10000\n"),
            17U);
  EXPECT_EQ(parse_max_array_size("Slurmctld(primary) at host is UP\n"), 1001U);
}

TEST(SlurmText, ReadsTheJobIdWithAndWithoutACluster) {
  EXPECT_EQ(parse_sbatch("12\n"), 12U);
  EXPECT_EQ(parse_sbatch("12;cluster\n"), 12U);
  EXPECT_EQ(parse_sbatch("Submitted batch job 12\n"), std::nullopt);
  EXPECT_EQ(parse_sbatch(""), std::nullopt);
}

TEST(SlurmText, ComplainsInOneLine) {
  EXPECT_EQ(complaint("sbatch: error: invalid partition specified: nope\n"
                      "sbatch: error: Batch job submission failed: Invalid partition name\n"),
            "Batch job submission failed: Invalid partition name");
  EXPECT_EQ(complaint("sbatch: fatal: Unable to process configuration file\n\n"),
            "Unable to process configuration file");
  EXPECT_THAT(complaint(""), HasSubstr("nothing"));
}

}  // namespace
}  // namespace doorbell::sweep
