// The main job: a recording replayed on the virt platform.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

class Run : public ::testing::Test {
 protected:
  /// Runs the small workload and returns its statistics file.
  std::string statistics_of(const std::string& options = "") {
    const std::string file = scratch_.path("statistics.json");
    const CommandResult result = run(options + " --stats " + file);
    EXPECT_EQ(result.status, 0) << result.errors;
    return read_file(file);
  }

  CommandResult run(const std::string& options) {
    return run_doorbell("run " + source_path("platforms/virt.yaml") + " --workload " +
                        source_path(DOORBELL_SMALL_WORKLOAD) + " " + options);
  }

  ScratchDirectory scratch_;
};

TEST_F(Run, EndsWithASummaryAndSaysNothingElse) {
  const CommandResult result = run("");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.errors, IsEmpty());
  for (const char* part : {"MSI/s", "Latency of an MSI by stage", "end to end", "Bottleneck: ",
                           "Hit rates", "High-water marks", "Every doorbell accounted for"}) {
    EXPECT_THAT(result.output, HasSubstr(part));
  }
  EXPECT_THAT(result.output, Not(HasSubstr("NOT BALANCED")));
}

TEST_F(Run, SummaryHasEveryStageOfTheRoad) {
  const CommandResult result = run("");
  for (const char* stage : {"link", "root_complex", "tbu", "tcu", "ordering", "fabric", "its",
                            "redistributor", "cpu_acknowledge"}) {
    EXPECT_THAT(result.output, ContainsRegex("\n  " + std::string(stage) + " +waiting"));
  }
}

TEST_F(Run, AccountsForEveryDoorbell) {
  const Json json = Json::parse(statistics_of());
  const Json& conservation = json["conservation"];
  EXPECT_TRUE(conservation["balanced"]);
  EXPECT_GT(conservation["sent"], 0);
  EXPECT_EQ(conservation["sent"], json["totals"]["sent"]);
}

TEST_F(Run, TwoRunsGiveTheSameBytes) {
  EXPECT_EQ(statistics_of(), statistics_of());
}

TEST_F(Run, TheLookaheadOfTheHostChangesNoByte) {
  const std::string reference = statistics_of("--set host.lookahead=0");
  EXPECT_EQ(statistics_of("--set host.lookahead=1ns"), reference);
  EXPECT_EQ(statistics_of("--set host.lookahead=777ns"), reference);
  EXPECT_EQ(statistics_of("--set host.lookahead=1ms"), reference);
}

/// In the second, processors and memory share their clock edges, and a write is seen by memory's
/// last step of less than a turn.
TEST_F(Run, TurnsThatFindNothingMayPassAtOnce) {
  for (const std::string parameters :
       {"", " --set cpu.frequency=1GHz --set ram.write_latency=5ns", " --set cpu.spin=1"}) {
    EXPECT_EQ(statistics_of("--set cpu.skip_turns=true" + parameters),
              statistics_of("--set cpu.skip_turns=false" + parameters))
        << parameters;
  }
}

/// Without what a checker adds.
Json without_checkers(const std::string& statistics) {
  Json json = Json::parse(statistics);
  const auto is_checker = [](const Json& item) {
    const std::string path = item["path"];
    return path == "check_protocol" || path.find(".check_") != std::string::npos;
  };
  for (Json* const list : {&json["parameters"], &json["statistics"]["metrics"]}) {
    EXPECT_FALSE(list->empty());
    list->erase(std::remove_if(list->begin(), list->end(), is_checker), list->end());
  }
  return json;
}

/// With a checker between our own sockets they speak TLM-2.0's base protocol, without they talk
/// directly. The second is crowded at every door.
TEST_F(Run, TheBaseProtocolBetweenOurSocketsChangesNoByte) {
  for (const std::string parameters :
       {"",
        " --set fabric.port_writes=1 --set ram.writes=1 --set ram.reads=1 "
        "--set smmu.tbu.outstanding_writes=2 --set gic.its.doorbell_entries=1"}) {
    const Json direct = without_checkers(statistics_of("--set check_protocol=false" + parameters));
    EXPECT_EQ(without_checkers(statistics_of("--set check_protocol=true" + parameters)), direct)
        << parameters;
  }
}

TEST_F(Run, ThePlatformThatCameWithTheProgramIsFoundByItsName) {
  const std::string workload = " --workload " + source_path(DOORBELL_SMALL_WORKLOAD);
  const CommandResult named = run_doorbell("run virt --with eight-drives" + workload);
  EXPECT_EQ(named.status, 0) << named.errors;
  EXPECT_EQ(named.output, run_doorbell("run " + source_path("platforms/virt.yaml") +
                                       " --with eight-drives" + workload)
                              .output);
  const CommandResult unknown = run_doorbell("run vir" + workload);
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.errors, HasSubstr("vir: file: expected a readable YAML file"));
}

TEST_F(Run, AParameterChangesTheResultAndStandsInIt) {
  const Json json = Json::parse(statistics_of("--set gic.its.pipeline_cycles=100"));
  EXPECT_NE(json["latency"], Json::parse(statistics_of())["latency"]);
  for (const Json& parameter : json["parameters"]) {
    if (parameter["path"] == "gic.its.pipeline_cycles") {
      EXPECT_EQ(parameter["value"], "100");
      return;
    }
  }
  FAIL() << "the parameter is not in the statistics";
}

TEST_F(Run, StatisticsNameNoHostPathOrHostOnlyParameter) {
  EXPECT_THAT(statistics_of(), AllOf(Not(HasSubstr(DOORBELL_SOURCE_DIR)),
                                     Not(HasSubstr("nvme_seqwrite")), Not(HasSubstr("host."))));
}

TEST_F(Run, LittlesLawHoldsOnEveryQueue) {
  unsigned queues = 0;
  const Json json = Json::parse(statistics_of());
  for (const Json& metric : json["statistics"]["metrics"]) {
    if (metric["kind"] != "queue" || metric["values"]["arrivals"] == 0) continue;
    ++queues;
    EXPECT_LT(metric["values"]["littles_law_error"].get<double>(), 1e-6) << metric["path"];
  }
  EXPECT_GT(queues, 5u);
}

TEST_F(Run, StagesAddUpToTheWholeRoad) {
  const Json total = Json::parse(statistics_of())["latency"]["total"];
  std::uint64_t sum = 0;
  for (const Json& stage : total["stages"]) {
    sum +=
        stage["waiting"]["sum"].get<std::uint64_t>() + stage["service"]["sum"].get<std::uint64_t>();
  }
  EXPECT_EQ(sum, total["end_to_end"]["sum"].get<std::uint64_t>());
}

TEST_F(Run, StreamsAndVectorsAddUpToTheTotal) {
  const Json latency = Json::parse(statistics_of())["latency"];
  for (const char* part : {"streams", "vectors"}) {
    std::uint64_t count = 0;
    for (const Json& one : latency[part])
      count += one["end_to_end"]["count"].get<std::uint64_t>();
    EXPECT_EQ(count, latency["total"]["end_to_end"]["count"].get<std::uint64_t>()) << part;
  }
}

TEST_F(Run, TraceFollowsTheMsisAskedForAcrossTheBlocks) {
  const std::string file = scratch_.path("trace.json");
  ASSERT_EQ(run("--trace " + file + " --trace-from 10 --trace-count 3").status, 0);
  std::map<std::uint64_t, std::set<std::string>> slices;
  const Json json = Json::parse(read_file(file));
  for (const Json& event : json["traceEvents"]) {
    if (event["ph"] == "b") slices[event["id"]].insert(event["name"]);
  }
  ASSERT_EQ(slices.size(), 3u);
  EXPECT_EQ(slices.begin()->first, 10u);
  for (const auto& [msi, names] : slices) {
    for (const char* stage :
         {"link", "root_complex", "tbu", "its", "redistributor", "cpu_acknowledge"}) {
      EXPECT_TRUE(names.count(stage)) << "MSI " << msi << " lacks " << stage;
    }
  }
}

TEST_F(Run, TheDescriptionOfThePlatformHoldsEveryParameterWithItsDefault) {
  EXPECT_EQ(run_doorbell("params --yaml").output, read_file(source_path("platforms/virt.yaml")))
      << "write it anew: doorbell params --yaml > platforms/virt.yaml";
}

TEST_F(Run, EveryParameterHasASource) {
  const Json json = Json::parse(statistics_of());
  EXPECT_GT(json["parameters"].size(), 100u);
  for (const Json& parameter : json["parameters"]) {
    EXPECT_THAT(parameter["source"].get<std::string>(), Not(IsEmpty())) << parameter["path"];
  }
}

TEST_F(Run, FirmwareFollowsTheMapsOfStreamIdsAndDeviceIds) {
  const Json json = Json::parse(statistics_of(
      "--set root_complex.stream_id_base=4096 --set root_complex.stream_id_shift=1 --set "
      "root_complex.device_id_base=512 --set root_complex.device_id_shift=2"));
  EXPECT_EQ(json["totals"]["acknowledged"], Json::parse(statistics_of())["totals"]["acknowledged"]);
  ASSERT_EQ(json["latency"]["streams"].size(), 1u);
  EXPECT_EQ(json["latency"]["streams"][0]["stream"], 4096 + (8 << 1));
}

// A linear one would need 2 GiB. Linux takes two levels wherever they are offered.
TEST_F(Run, TheStreamTableOfAReplayHasTwoLevels) {
  const std::string wide =
      "--set smmu.stream_id_bits=26 --set root_complex.stream_id_base=0x2000000";
  const Json json = Json::parse(statistics_of(wide));
  ASSERT_EQ(json["latency"]["streams"].size(), 1u);
  EXPECT_EQ(json["latency"]["streams"][0]["stream"], 0x2000000 + 8);
  const CommandResult wider =
      run("--set smmu.stream_id_bits=32 --set root_complex.stream_id_base=0x80000000");
  EXPECT_EQ(wider.status, 2);
  EXPECT_THAT(wider.errors, HasSubstr("expected StreamIDs of at most 31 bits"));
}

// Frames of the 124th on are in another region.
TEST_F(Run, SecureSoftwareFindsTheRedistributorsOfAllProcessors) {
  const CommandResult result = run("--set processors=124 --set gic.common.security=two");
  EXPECT_EQ(result.status, 0) << result.errors;
}

TEST_F(Run, AGuestHasAVmidOfEightBits) {
  const CommandResult result =
      run("--set replay.translation=nested --set smmu.features.vmid_size=8");
  EXPECT_EQ(result.status, 0) << result.errors;
}

TEST_F(Run, AFunctionOnAnyBusIsFound) {
  const Json json = Json::parse(statistics_of("--set root_complex.ports.0.bus=7"));
  EXPECT_EQ(json["latency"]["streams"][0]["stream"], 7 << 8 | 1 << 3);
}

/// 64 drives take many seconds.
class InterruptedRun : public Run {
 protected:
  CommandResult run_until(const std::string& signal, const std::string& seconds) const {
    // --foreground: one signal to the command; otherwise its group gets another, which may kill it.
    return run_command("timeout --foreground --signal=" + signal + " --preserve-status " + seconds +
                       " " + DOORBELL_COMMAND + " run " + source_path("platforms/virt.yaml") +
                       " --workload " + source_path(DOORBELL_LARGE_WORKLOAD) +
                       " --with eight-drives --set 'endpoints.*.functions=8' --set "
                       "replay.copies=64 --stats " +
                       statistics_ + " --trace " + trace_);
  }

  const std::string statistics_ = scratch_.write("statistics.json", "old");
  const std::string trace_ = scratch_.write("trace.json", "old");
};

TEST_F(InterruptedRun, ByCtrlCEndsInOrderWithFilesThatSaySo) {
  const CommandResult result = run_until("INT", "2");
  EXPECT_EQ(result.status, 130) << result.errors;
  EXPECT_THAT(result.output, StartsWith("Partial"));
  const Json json = Json::parse(read_file(statistics_));
  EXPECT_TRUE(json["partial"]);
  EXPECT_TRUE(json["conservation"]["balanced"]);
  EXPECT_TRUE(Json::parse(read_file(trace_))["otherData"]["partial"]);
}

TEST_F(InterruptedRun, ByAKillLeavesTheOldFiles) {
  EXPECT_EQ(run_until("KILL", "1").status, 137);
  EXPECT_EQ(read_file(statistics_), "old");
  EXPECT_EQ(read_file(trace_), "old");
}

}  // namespace
}  // namespace doorbell::testing
