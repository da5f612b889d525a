#include "platforms/explore/sweep/slurm_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorbell::sweep {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = SlurmWatch::News::Kind;

SlurmTask task(std::uint64_t index, const std::string& state, const std::string& reason = "None",
               std::uint64_t restarts = 0) {
  return {.name = "n",
          .job = 12,
          .index = index,
          .state = state,
          .restarts = restarts,
          .time = "0:07",
          .nodes = "node7",
          .reason = reason};
}

class SlurmWatchTest : public ::testing::Test {
 protected:
  SlurmWatchTest() {
    watch.add("a", 12, 0);
    watch.add("b", 12, 1);
  }
  std::vector<Kind> look(const std::vector<SlurmTask>& queue) {
    std::vector<Kind> kinds;
    for (const auto& news : watch.look(queue, now))
      kinds.push_back(news.kind);
    return kinds;
  }
  std::vector<std::string> lost_messages() const {
    std::vector<std::string> messages;
    for (const auto& lost : watch.lost(now))
      messages.push_back(lost.key + ": " + lost.message);
    return messages;
  }

  SlurmWatch watch;
  SlurmWatch::Instant now{};
};

TEST_F(SlurmWatchTest, SaysOnceThatATaskRuns) {
  EXPECT_THAT(look({task(0, "PENDING", "Resources"), task(1, "RUNNING")}),
              ElementsAre(Kind::started));
  EXPECT_THAT(look({task(0, "PENDING", "Resources"), task(1, "RUNNING")}), IsEmpty());
  EXPECT_THAT(look({task(0, "RUNNING"), task(1, "COMPLETED")}), ElementsAre(Kind::started));
}

TEST_F(SlurmWatchTest, LooksForOutcomesOfAllThatDoNotWait) {
  look({task(0, "PENDING"), task(1, "RUNNING")});
  EXPECT_THAT(watch.candidates(), ElementsAre("b"));
  look({task(1, "COMPLETED")});
  EXPECT_THAT(watch.candidates(), ElementsAre("a", "b"));
}

TEST_F(SlurmWatchTest, ForgetsAPointWithAnOutcomeWhateverSlurmSays) {
  look({task(0, "FAILED", "NonZeroExitCode"), task(1, "RUNNING")});
  EXPECT_THAT(watch.finish("a"), HasSubstr("12_0, FAILED (NonZeroExitCode) on node7, 0:07"));
  now += 1h;
  look({task(1, "RUNNING")});
  EXPECT_THAT(lost_messages(), IsEmpty());
  EXPECT_EQ(watch.size(), 1U);
}

TEST_F(SlurmWatchTest, CallsATaskLostOnlyAfterAWhile) {
  look({task(0, "TIMEOUT", "TimeLimit"), task(1, "NODE_FAIL")});
  EXPECT_THAT(lost_messages(), IsEmpty());
  now += SlurmWatch::patience;
  EXPECT_THAT(lost_messages(), ElementsAre("a: the cluster ended it: TIMEOUT",
                                           "b: the cluster ended it: NODE_FAIL"));
}

TEST_F(SlurmWatchTest, SaysWhatEndedATaskThatHasAgedOut) {
  look({task(0, "OUT_OF_MEMORY"), task(1, "RUNNING")});
  now += SlurmWatch::patience;
  look({});
  now += SlurmWatch::patience;
  EXPECT_THAT(lost_messages(),
              ElementsAre("a: the cluster ended it: OUT_OF_MEMORY", "b: the cluster lost it"));
}

TEST_F(SlurmWatchTest, WaitsLongerForTheResultOfACompletedTask) {
  look({task(0, "COMPLETED"), task(1, "RUNNING")});
  now += SlurmWatch::patience;
  EXPECT_THAT(lost_messages(), IsEmpty());
  now += SlurmWatch::patience_with_completed;
  EXPECT_THAT(lost_messages(), ElementsAre("a: it ended without a result"));
}

TEST_F(SlurmWatchTest, ARequeuedTaskIsNotLost) {
  look({task(0, "NODE_FAIL"), task(1, "RUNNING")});
  now += SlurmWatch::patience - 1s;
  EXPECT_THAT(look({task(0, "PENDING", "BeginTime", 1), task(1, "RUNNING")}),
              ElementsAre(Kind::requeued));
  now += 1h;
  EXPECT_THAT(look({task(0, "PENDING", "BeginTime", 1), task(1, "RUNNING")}), IsEmpty());
  EXPECT_THAT(lost_messages(), IsEmpty());
}

TEST_F(SlurmWatchTest, GivesUpWhatSlurmHolds) {
  look({task(0, "PENDING", "launch failed requeued held", 1), task(1, "RUNNING")});
  now += SlurmWatch::patience;
  EXPECT_THAT(lost_messages(), ElementsAre("a: the cluster could not start it"));
  EXPECT_EQ(watch.lost(now).front().task, "12_0");
}

TEST_F(SlurmWatchTest, SaysWhenTheClusterWillNeverRunThem) {
  EXPECT_THAT(look({task(0, "PENDING", "PartitionTimeLimit"), task(1, "RUNNING")}),
              ElementsAre(Kind::refused, Kind::started));
}

TEST_F(SlurmWatchTest, MessagesOfOutcomesNameNoNodeAndNoJob) {
  look({task(0, "CANCELLED"), task(1, "FAILED")});
  now += 1h;
  for (const std::string& message : lost_messages()) {
    EXPECT_THAT(message, ::testing::Not(HasSubstr("node7")));
    EXPECT_THAT(message, ::testing::Not(HasSubstr("12")));
  }
}

TEST_F(SlurmWatchTest, TheLastTaskOfAPointCounts) {
  watch.add("a", 13, 5);
  look({task(0, "FAILED"), task(1, "RUNNING")});
  now += SlurmWatch::patience;
  EXPECT_THAT(lost_messages(), ElementsAre("a: the cluster lost it"));
}

}  // namespace
}  // namespace doorbell::sweep
