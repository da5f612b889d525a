// Points that say why their slowest MSIs were slow.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/explore/sweep/sweep_command.h"

namespace doorbell::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace fs = std::filesystem;

class SweepSlowest : public SweepCommand {
 protected:
  void expect_refused(const std::string& command, const std::string& says) const {
    const CommandResult result = run_doorbell(command);
    EXPECT_EQ(result.status, 2) << command;
    EXPECT_THAT(result.errors, StartsWith("doorbell: "));
    EXPECT_THAT(result.errors, HasSubstr(says));
  }
};

TEST_F(SweepSlowest, EveryPointIsExplainedAsTheSameRunByHand) {
  ASSERT_EQ(sweep(four_points, "--slowest 2").status, 0);
  const CommandResult run = run_doorbell(
      "run " + source_path("platforms/virt.yaml") + " --workload " + scratch_.path("small.trace") +
      " --set smmu.tlb.entries=256 --set fabric.target_reads=16" + " --slowest 2");
  const CommandResult point = run_doorbell("explain " + directory() + " --point 3");
  EXPECT_EQ(point.status, 0) << point.errors;
  ASSERT_FALSE(point.output.empty());
  EXPECT_TRUE(run.output.ends_with(point.output)) << point.output;
  EXPECT_EQ(run_doorbell("explain " + directory() + "/sweep.sqlite --point 3").output,
            point.output);
}

TEST_F(SweepSlowest, APointHasThePageOfARun) {
  ASSERT_EQ(sweep(four_points, "--slowest 2").status, 0);
  const std::string page = scratch_.path("point.html");
  const std::string by_hand = scratch_.path("by_hand.html");
  ASSERT_EQ(run_doorbell("report " + directory() + " --point 4 -o " + page).status, 0);
  std::string key = query("SELECT key FROM points WHERE point = 4");
  key.pop_back();
  ASSERT_EQ(
      run_doorbell("report " + directory() + "/points/" + key + "/stats.json.gz -o " + by_hand)
          .status,
      0);
  EXPECT_EQ(read_file(page), read_file(by_hand));
  EXPECT_THAT(read_file(page), HasSubstr("\"slowest\":[{"));
}

TEST_F(SweepSlowest, ChangesNoByteOfTheDatabase) {
  ASSERT_EQ(sweep(four_points).status, 0);
  const std::string without = database();
  fs::remove_all(directory());
  ASSERT_EQ(sweep(four_points, "--slowest 2").status, 0);
  EXPECT_EQ(database(), without);
}

TEST_F(SweepSlowest, PointsRunAgainThatExplainTooFew) {
  ASSERT_EQ(sweep(four_points).status, 0);
  expect_refused("explain " + directory() + " --point 1", "sweep again with --slowest");
  EXPECT_EQ(runs(), 4u);
  for (const char* options : {"--slowest 2", "--slowest 1", "", "--slowest 2"}) {
    ASSERT_EQ(sweep(four_points, options).status, 0);
    EXPECT_EQ(runs(), 8u) << options;
  }
  ASSERT_EQ(sweep(four_points, "--slowest 3").status, 0);
  EXPECT_EQ(runs(), 12u);
}

TEST_F(SweepSlowest, WhatIsNoPointWithResultsIsRefused) {
  scratch_.write("cut.trace", read_file(scratch_.path("small.trace")).substr(0, 5000));
  plan("", "small.trace, cut.trace");
  EXPECT_EQ(
      run_doorbell("sweep " + scratch_.path("plan.yaml") + " --slowest 1 -o " + directory()).status,
      1);
  expect_refused("explain " + directory(), "--point N");
  expect_refused("explain " + directory() + " --point 3", "expected 1 to 2, found 3");
  expect_refused("explain " + directory() + " --point 2", "found status 2: cut.trace:");
  expect_refused("report " + directory() + " --point 2 -o p.html", "found status 2: cut.trace:");
  expect_refused("sweep " + directory() + " --slowest 1", "expected a plan with --slowest");
  EXPECT_EQ(run_doorbell("explain " + directory() + " --point 1").status, 0);
}

}  // namespace
}  // namespace doorbell::testing
