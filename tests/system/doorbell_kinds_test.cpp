// A recorded workload with each kind of doorbell: its ITS commands become what they are for.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/system/command.h"
#include "tests/system/made_workload.h"

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

// A frame or a redistributor is written an INTID, and knows neither devices nor their events.
TEST(DoorbellNames, AMessageIsNamedByWhatItsDoorbellIsWritten) {
  const auto slowest = [](const std::string& options) {
    const CommandResult result = run_with(" --slowest 1" + options);
    EXPECT_EQ(result.status, 0) << result.errors;
    const std::string text = result.output.substr(result.output.find("The slowest MSI"));
    return text.substr(0, text.find(", sent at"));
  };
  const auto names = [](const std::string& text, const std::string& identity) {
    return text.find("stream 0x8, " + identity) != std::string::npos;
  };
  EXPECT_PRED2(names, slowest(""), "device 0x8, event ");
  for (const char* const doorbell : {"v2m", "spi"})
    EXPECT_PRED2(names, slowest(std::string(" --set gic.doorbell=") + doorbell), "INTID 1");
  EXPECT_PRED2(names, slowest(" --set gic.doorbell=lpi --set gic.lpis=direct"), "INTID 8192");
}

/// A workload in a file of its own, replayed.
nlohmann::json replayed(const std::string& name, const std::string& text,
                        const std::string& options) {
  const ScratchDirectory scratch;
  const std::string workload = scratch.path(name), statistics = scratch.path("statistics.json");
  std::ofstream(workload) << text;
  const CommandResult result =
      run_doorbell("run " + source_path("platforms/virt.yaml") + " --workload " + workload +
                   options + " --stats " + statistics);
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(result.output.find("Not all went well"), std::string::npos) << result.output;
  return result.status == 0 ? nlohmann::json::parse(read_file(statistics)) : nlohmann::json{};
}

std::uint64_t counted(const nlohmann::json& run, const std::string& counter) {
  std::uint64_t sum = 0;
  for (const auto& metric : run["statistics"]["metrics"]) {
    if (metric["path"].get<std::string>().ends_with(counter))
      sum += metric["values"]["value"].get<std::uint64_t>();
  }
  return sum;
}

class MadeWorkloads : public ::testing::TestWithParam<std::tuple<std::string, unsigned>> {
 protected:
  std::string options() const {
    return std::get<0>(GetParam()) + " --set processors=" + std::to_string(std::get<1>(GetParam()));
  }
};

// Vectors are open when the workload begins, so that no command waits for its interrupt's set-up.
TEST_P(MadeWorkloads, HaveAllTheirCommandsDone) {
  const nlohmann::json run = replayed(
      "n.yaml", "kind: nvme\nnvme: {drives: 2, queues: 4, queue_depth: 8, commands: 100}\n",
      options());
  ASSERT_TRUE(run.is_object());
  EXPECT_EQ(run["totals"]["sent"], 200);
  EXPECT_EQ(run["totals"]["operations_refused"], 0);
  EXPECT_EQ(counted(run, ".device_accesses"), 600u)
      << "each its two doorbells and its invalidation, and nothing for vectors";
  const nlohmann::json& outcomes = run["conservation"]["outcomes"];
  EXPECT_EQ(
      outcomes["made pending"].get<int>() + outcomes["coalesced with a pending one"].get<int>(),
      200);
}

// What a trace sends without having mapped it is opened with its first message: those behind it
// wait, and none is lost.
TEST_P(MadeWorkloads, LoseNoMessageWhileItsVectorIsOpened) {
  Workload workload({});
  for (unsigned i = 0; i < 40; ++i) {
    workload.send_at_once(i % 5);
    if (i % 8 == 7) workload.pause(1);
  }
  const nlohmann::json run = replayed(
      "w.trace", workload.text(),
      options() + " --set endpoints.0.function.msix_vectors=64 --set replay.pacing=recorded");
  ASSERT_TRUE(run.is_object());
  EXPECT_EQ(run["totals"]["operations_refused"], 0);
  EXPECT_EQ(run["totals"]["sent"], 40);
  const nlohmann::json& outcomes = run["conservation"]["outcomes"];
  EXPECT_EQ(
      outcomes["made pending"].get<int>() + outcomes["coalesced with a pending one"].get<int>(),
      run["totals"]["sent"]);
}

// Until a vector has a doorbell it is masked: one message is held for all that come (PCIe 6.0
// 6.1.4.5), and they are done when that one is.
TEST_P(MadeWorkloads, EndMessagesAheadOfTheirDoorbellWithOne) {
  const std::string msi = "dev msi stream=0x8 iova=0xfffff040 event=3 after=";
  const nlohmann::json run =
      replayed("w.trace",
               "doorbell-trace 1\ncpus 4\nsource made.csv hash=0x1\n"
               "stream 0x8 device=8 asid=1 events=16\nbegin\n"
               "1000 cpu0 its MAPD device=8 bits=4 valid=1\n"
               "1000 cpu0 its MAPTI device=8 event=3 collection=2 lpi=8195\n"
               "1010 " +
                   msi + "1\n1010 " + msi + "2\n1010 " + msi +
                   "3\n"
                   "1100 cpu0 map stream=0x8 iova=0xfffff000 pages=1 doorbell\n"
                   "1200 " +
                   msi +
                   "1\n"
                   "1200 cpu0 handle stream=0x8 queue=1 value=1 after=3\nend 8\n",
               options() + " --set replay.pacing=recorded");
  ASSERT_TRUE(run.is_object());
  EXPECT_EQ(run["totals"]["operations_refused"], 0);
  EXPECT_EQ(counted(run, ".messages_merged"), 2u);
  EXPECT_EQ(run["totals"]["sent"], 2);
  EXPECT_EQ(run["totals"]["acknowledged"], 2);
}

INSTANTIATE_TEST_SUITE_P(
    All, MadeWorkloads,
    ::testing::Combine(
        ::testing::Values(std::string(), std::string(" --set gic.doorbell=v2m"),
                          std::string(" --set gic.doorbell=spi"),
                          std::string(" --set gic.doorbell=lpi --set gic.lpis=direct")),
        ::testing::Values(1u, 4u, 32u)));

TEST(DoorbellKindsFit, WithTooFewSpisForAWorkloadAreRefused) {
  const CommandResult result = run_with(" --set gic.doorbell=v2m --set gic.messages.spis=2");
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.errors.find("gic.messages.spis: expected SPIs for all vectors"),
            std::string::npos)
      << result.errors;
}

}  // namespace
}  // namespace doorbell::testing
