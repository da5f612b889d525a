// MSIs through the reserved window of the SMMU: software maps no doorbell, and the ITS still goes
// by the sender's DeviceID.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

constexpr const char* window_over_the_its =
    " --set smmu.reserved_window.base=0x08090000 --set smmu.reserved_window.size=65536";

nlohmann::json statistics_of(const std::string& options) {
  const ScratchDirectory scratch;
  const std::string statistics = scratch.path("statistics.json");
  const CommandResult result = run_doorbell(
      "run " + source_path("platforms/virt.yaml") + " --workload " +
      source_path("traces/workloads/nvme_seqwrite.trace.gz") + " --stats " + statistics + options);
  EXPECT_EQ(result.status, 0) << result.errors;
  if (result.status != 0) return {};
  return nlohmann::json::parse(read_file(statistics));
}

/// Of the TBU.
nlohmann::json counter(const nlohmann::json& run, const std::string& name) {
  for (const nlohmann::json& metric : run["statistics"]["metrics"]) {
    if (metric["path"] == "virt.smmu.tbu." + name) return metric["values"]["value"];
  }
  return {};
}

TEST(ReservedWindow, CarriesEveryMessageOfADrive) {
  const nlohmann::json mapped = statistics_of(""), run = statistics_of(window_over_the_its);
  ASSERT_TRUE(mapped.is_object() && run.is_object());
  EXPECT_EQ(run["totals"]["acknowledged"], mapped["totals"]["acknowledged"]);
  EXPECT_EQ(run["totals"]["events_recorded"], 0);
  EXPECT_EQ(counter(run, "window_bypasses"), run["totals"]["sent"]);
  EXPECT_EQ(counter(run, "window_refusals"), 0);
  EXPECT_EQ(counter(mapped, "window_bypasses"), 0);
  // A message takes one look-up of the micro TLB there, never longer than to the next cycle's end.
  const nlohmann::json& stage = run["latency"]["total"]["stages"]["tbu"];
  EXPECT_GE(stage["service"]["min"], 1000);
  EXPECT_LT(stage["service"]["max"], 2000);
  EXPECT_GE(mapped["latency"]["total"]["stages"]["tbu"]["service"]["max"], 2000);
}

TEST(ReservedWindow, OfAnotherSizeThanPagesIsRefused) {
  const CommandResult result =
      run_doorbell("run " + source_path("platforms/virt.yaml") + " --workload " +
                   source_path("traces/workloads/nvme_seqwrite.trace.gz") +
                   " --set smmu.reserved_window.size=100");
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.errors.find("smmu.reserved_window.size: expected multiples of 4096"),
            std::string::npos)
      << result.errors;
}

}  // namespace
}  // namespace doorbell::testing
