// What of software's run is measured: from one text on its console to another.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class MeasuredRegion : public ::testing::Test {
 protected:
  /// The firmware that reads four blocks between its lines "ready" and "done".
  CommandResult run(const std::string& arguments) {
    return run_doorbell("run virt --firmware " NVME_FIRMWARE " --set processors=2 --drive " +
                        drive_ + " --console " + console_ + " " + arguments);
  }
  nlohmann::json statistics(const std::string& arguments) {
    const CommandResult result = run(arguments + " --stats " + statistics_);
    EXPECT_EQ(result.status, 0) << result.errors;
    EXPECT_EQ(read_file(console_), "ready\ndone\nasked\nPASS\n");
    return nlohmann::json::parse(read_file(statistics_));
  }
  static std::uint64_t value(const nlohmann::json& statistics, const std::string& path,
                             const char* name = "value") {
    for (const auto& metric : statistics["statistics"]["metrics"]) {
      if (metric["path"] == path) return metric["values"][name];
    }
    ADD_FAILURE() << "no " << path;
    return 0;
  }
  void expect_refused(const std::string& arguments, const std::string& says) {
    const CommandResult result = run(arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.output, IsEmpty());
    EXPECT_THAT(result.errors, AllOf(StartsWith("doorbell: "), HasSubstr(says)));
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  }

  ScratchDirectory scratch_;
  const std::string drive_ = scratch_.write("drive", std::string(64 << 10, 'd'));
  const std::string console_ = scratch_.path("console");
  const std::string statistics_ = scratch_.path("stats.json");
};

TEST_F(MeasuredRegion, HoldsWhatHappensBetweenTheTwoTexts) {
  const nlohmann::json found = statistics("--measure-from ready --measure-to done");
  EXPECT_EQ(found["totals"]["sent"], 4);
  EXPECT_EQ(found["totals"]["acknowledged"], 4);
  EXPECT_TRUE(found["conservation"]["balanced"]);
  EXPECT_FALSE(found["partial"]);
  ASSERT_EQ(found["latency"]["vectors"].size(), 1u);
  EXPECT_EQ(found["latency"]["vectors"][0]["event"], 1);
  EXPECT_EQ(value(found, "virt.endpoint0.function0.commands"), 4u);
  EXPECT_EQ(value(found, "virt.gic.cpu_interface0.acknowledged_lpis"), 4u);
}

TEST_F(MeasuredRegion, GoesOnToTheEndWithoutASecondText) {
  EXPECT_EQ(statistics("--measure-from ready")["totals"]["acknowledged"], 5);
}

// The driver's four admin commands belong to it then, and they alone.
TEST_F(MeasuredRegion, BeginsAtResetInApproximateTiming) {
  const nlohmann::json found = statistics("--timing approximate --measure-to ready");
  EXPECT_EQ(found["totals"]["acknowledged"], 4);
  EXPECT_EQ(found["latency"]["vectors"][0]["event"], 0);
  EXPECT_TRUE(found["conservation"]["balanced"]);
}

// The first read takes some 72 us; its interrupt is the only one that finds nothing in any cache.
TEST_F(MeasuredRegion, ComesBehindTheWarmUp) {
  const nlohmann::json cold = statistics("--measure-from ready --measure-to done");
  const nlohmann::json warm = statistics("--measure-from ready --warm-up 100us --measure-to done");
  EXPECT_EQ(warm["totals"]["acknowledged"], 3);
  EXPECT_TRUE(warm["conservation"]["balanced"]);
  const auto slowest = [](const nlohmann::json& found) {
    return found["latency"]["total"]["end_to_end"]["max"].get<std::uint64_t>();
  };
  EXPECT_LT(slowest(warm), slowest(cold));
}

// With the message of a read on the road when statistics start anew.
TEST_F(MeasuredRegion, AccountsForWhatIsOnTheRoadBehindTheWarmUp) {
  const nlohmann::json cold = statistics("--measure-from ready");
  const std::string trace = scratch_.path("trace.json");
  run("--measure-from ready --trace " + trace);
  // The first MSI, in microseconds since the start of the simulation.
  std::smatch begin;
  const std::string text = read_file(trace);
  ASSERT_TRUE(std::regex_search(text, begin, std::regex("\"ts\": ?([0-9]+)\\.([0-9]{6})")));
  const std::uint64_t sent = std::stoull(begin[1].str() + begin[2].str());
  const std::uint64_t started = cold["statistics"]["window"]["start"];
  ASSERT_GT(sent, started);
  const std::string warm_up = std::to_string(sent - started + 1000) + "ps";
  const nlohmann::json found = statistics("--measure-from ready --warm-up " + warm_up);
  EXPECT_EQ(found["totals"]["sent"], 4);
  EXPECT_EQ(found["totals"]["acknowledged"], 5);
  EXPECT_TRUE(found["conservation"]["balanced"]) << found["conservation"].dump(1);
}

TEST_F(MeasuredRegion, IsWhatAllResultsAreOf) {
  const std::string trace = scratch_.path("trace.json");
  const CommandResult result = run("--measure-from ready --measure-to done --slowest 1 --stats " +
                                   statistics_ + " --trace " + trace);
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, AllOf(HasSubstr("4 MSIs, 4 acknowledged"), HasSubstr("slowest")));
  EXPECT_THAT(read_file(trace), HasSubstr("acknowledged"));
  EXPECT_EQ(run_doorbell("report " + statistics_ + " -o " + scratch_.path("page.html")).status, 0);
  EXPECT_EQ(run_doorbell("compare " + statistics_ + " " + statistics_).status, 0);
  EXPECT_EQ(run_doorbell("explain " + statistics_).status, 0);
  // Another part is another workload.
  const std::string all = scratch_.path("all.json");
  EXPECT_EQ(run("--measure-from ready --stats " + all).status, 0);
  EXPECT_EQ(run_doorbell("compare " + statistics_ + " " + all).status, 2);
}

TEST_F(MeasuredRegion, IsTheSameEveryTimeAndWithEveryLookahead) {
  const std::string region = "--measure-from ready --measure-to done ";
  statistics(region);
  const std::string first = read_file(statistics_);
  statistics(region);
  EXPECT_EQ(read_file(statistics_), first);
  statistics(region + "--set host.lookahead=0");
  EXPECT_EQ(read_file(statistics_), first);
}

TEST_F(MeasuredRegion, IsPartOfWhatTheWorkloadIsCalledBy) {
  const nlohmann::json written =
      statistics("--measure-from ready --warm-up 10us")["workload"]["made_from"];
  EXPECT_EQ(written["measure_from"], "ready");
  EXPECT_EQ(written["warm_up"], "10us");
  EXPECT_FALSE(written.contains("console"));
  const CommandResult live =
      run_doorbell("run virt --firmware " NVME_FIRMWARE " --drive " + drive_ +
                   " --console pty --measure-from ready --stats " + statistics_);
  EXPECT_EQ(live.status, 0) << live.errors;
  EXPECT_EQ(nlohmann::json::parse(read_file(statistics_))["workload"]["made_from"]["console"],
            "live");
}

TEST_F(MeasuredRegion, ThatNeverBeginsIsAnErrorOfSoftware) {
  for (const std::string missing : {"--measure-from never", "--measure-from done --warm-up 1s"}) {
    const CommandResult result = run(missing + " --stats " + statistics_);
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.output, IsEmpty());
    EXPECT_THAT(result.errors, HasSubstr("nothing was measured"));
    EXPECT_FALSE(std::filesystem::exists(statistics_));
  }
}

TEST_F(MeasuredRegion, ThatNeverEndsIsMeasuredToTheEnd) {
  const CommandResult result = run("--measure-from ready --measure-to never");
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.errors, HasSubstr("no line of the console began with \"never\""));
  EXPECT_THAT(result.output, HasSubstr("5 MSIs, 5 acknowledged"));
}

// A read is under way there: it ends first, and its interrupt is pending then.
TEST_F(MeasuredRegion, BeginsWhenNothingIsUnderWay) {
  const nlohmann::json found = statistics("--measure-from asked");
  EXPECT_EQ(found["totals"]["sent"], 0);
  EXPECT_EQ(value(found, "virt.endpoint0.function0.commands"), 0u);
  EXPECT_EQ(value(found, "virt.smmu.tbu.transactions"), 0u);
  EXPECT_EQ(value(found, "virt.gic.redistributor0.restored"), 1u);
  EXPECT_EQ(value(found, "virt.gic.cpu_interface0.acknowledged_lpis"), 1u);
  EXPECT_EQ(found["totals"]["acknowledged"], 0);
  EXPECT_TRUE(found["conservation"]["balanced"]);
}

// Four reads before the text have used all that the one behind it uses.
TEST_F(MeasuredRegion, BeginsWithColdCaches) {
  const nlohmann::json found = statistics("--measure-from done");
  EXPECT_EQ(found["totals"]["acknowledged"], 1);
  for (const std::string cache :
       {"gic.its.device_cache", "gic.its.event_cache", "gic.its.collection_cache",
        "gic.lpi_cache.configurations", "ram.last_level_cache", "smmu.tbu.micro_tlb",
        "smmu.tbu.main_tlb", "smmu.tcu.configuration_cache", "smmu.tcu.walk_cache_level0",
        "smmu.tcu.walk_cache_level1", "smmu.tcu.walk_cache_level2", "smmu.tcu.walk_cache_level3"})
    EXPECT_GE(value(found, "virt." + cache, "misses"), 1u) << cache;
}

TEST_F(MeasuredRegion, DoesNotWaitForEverForWhatIsUnderWay) {
  const CommandResult result = run("--measure-from asked --set endpoints.0.nvme.read=200ms");
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.errors, HasSubstr("virt.endpoint0: 1 NVMe commands"));
  EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
}

TEST_F(MeasuredRegion, NeedsOptionsThatGoTogether) {
  expect_refused("--measure-to done", "--measure-to: expected --measure-from or --timing");
  expect_refused("--warm-up 1ms", "--warm-up: expected --measure-from");
  expect_refused("--measure-from ready --warm-up 3", "--warm-up: expected a time such as 10ms");
  expect_refused("--measure-from ready --timing approximate", "--measure-from: expected --timing");
  expect_refused("--measure-from ''", "expected a text without line breaks, found none");
  expect_refused("--measure-from \"$(printf 'a\\nb')\"", "expected a text without line breaks");
  const CommandResult replay =
      run_doorbell("run --workload nvme_seqwrite --measure-from ready --measure-to done");
  EXPECT_EQ(replay.status, 2);
  EXPECT_THAT(replay.errors, HasSubstr("expected --kernel, --bios or --firmware"));
}

TEST_F(MeasuredRegion, WithoutOneNoLatencyIsSaid) {
  const CommandResult result = run("");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output, Not(HasSubstr("Latency")));
}

}  // namespace
}  // namespace doorbell::testing
