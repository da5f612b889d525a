// A recorded workload with each kind of doorbell: its ITS commands become what they are for.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

CommandResult run_with(const std::string& options) {
  return run_doorbell("run " + source_path("platforms/virt.yaml") + " --workload " +
                      source_path("traces/workloads/nvme_seqwrite.trace.gz") + options);
}

nlohmann::json statistics_of(const std::string& options) {
  const ScratchDirectory scratch;
  const std::string statistics = scratch.path("statistics.json");
  const CommandResult result = run_with(options + " --stats " + statistics);
  EXPECT_EQ(result.status, 0) << result.errors;
  return result.status == 0 ? nlohmann::json::parse(read_file(statistics)) : nlohmann::json{};
}

class DoorbellKinds : public ::testing::TestWithParam<const char*> {};

TEST_P(DoorbellKinds, CarryEveryMessageOfADrive) {
  const nlohmann::json by_its = statistics_of(""), run = statistics_of(GetParam());
  ASSERT_TRUE(by_its.is_object() && run.is_object());
  EXPECT_EQ(run["totals"]["sent"], by_its["totals"]["sent"]);
  // An SPI is active until its handler ends, and pending once: of two that come meanwhile one is
  // coalesced.
  const nlohmann::json& outcomes = run["conservation"]["outcomes"];
  const int pending = outcomes["made pending"];
  const int coalesced = outcomes["coalesced with a pending one"];
  EXPECT_EQ(pending + coalesced, run["totals"]["sent"]);
  EXPECT_LE(coalesced, 4);
  EXPECT_EQ(run["totals"]["acknowledged"], pending);
  EXPECT_EQ(run["totals"]["events_recorded"], 0);
}

INSTANTIATE_TEST_SUITE_P(All, DoorbellKinds,
                         ::testing::Values(" --set gic.doorbell=v2m --set gic.lpis=none",
                                           " --set gic.doorbell=spi --set gic.lpis=none",
                                           " --set gic.doorbell=spi",
                                           " --set gic.doorbell=lpi --set gic.lpis=direct"));

TEST(DoorbellKindsFit, WithTooFewSpisForAWorkloadAreRefused) {
  const CommandResult result = run_with(" --set gic.doorbell=v2m --set gic.messages.spis=2");
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.errors.find("gic.messages.spis: expected SPIs for all vectors"),
            std::string::npos)
      << result.errors;
}

}  // namespace
}  // namespace doorbell::testing
