// The presets of platforms/presets on the recorded workload.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

std::vector<std::string> presets() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(source_path("platforms/presets"))) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

nlohmann::json run_with(const std::string& options) {
  const ScratchDirectory scratch;
  const std::string statistics = scratch.path("statistics.json");
  const CommandResult result =
      run_doorbell("run " + source_path("platforms/virt.yaml") + " --workload " +
                   source_path(DOORBELL_SMALL_WORKLOAD) + " --stats " + statistics + " " + options);
  EXPECT_EQ(result.status, 0) << options << ": " << result.errors;
  return result.status == 0 ? nlohmann::json::parse(read_file(statistics)) : nlohmann::json{};
}

/// Both in ps.
struct Figures {
  std::uint64_t measured;
  double latency;  ///< Mean, end to end.
};

Figures figures_of(const nlohmann::json& run) {
  return {run["totals"]["measured"], run["latency"]["total"]["end_to_end"]["mean"]};
}

class Preset : public ::testing::TestWithParam<std::string> {};

TEST_P(Preset, RunsWithEveryMsiAccountedFor) {
  const nlohmann::json run = run_with("--with " + GetParam());
  ASSERT_FALSE(run.is_null());
  EXPECT_FALSE(run["partial"]);
  EXPECT_TRUE(run["conservation"]["balanced"]);
  EXPECT_GT(run["totals"]["acknowledged"], 0);
}
INSTANTIATE_TEST_SUITE_P(Presets, Preset, ::testing::ValuesIn(presets()), [](const auto& preset) {
  std::string name = preset.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

nlohmann::json parameter_of(const nlohmann::json& run, const std::string& path) {
  for (const auto& parameter : run["parameters"]) {
    if (parameter["path"] == path) return parameter["value"];
  }
  return nullptr;
}

/// Eight copies on processors that poll no faster than they do by default.
nlohmann::json run_of_eight_with(const std::string& presets) {
  return run_with(presets +
                  " --set cpu.frequency=2500MHz --set replay.copies=8 --set processors=32");
}

TEST(Presets, IdealAfterEightDrivesMakesTheirLinksIdeal) {
  const nlohmann::json run = run_of_eight_with("--with eight-drives --with ideal");
  EXPECT_EQ(parameter_of(run, "endpoints.0.link.lanes"), "32");
  EXPECT_EQ(parameter_of(run, "endpoints.7.link.lanes"), "32");
  EXPECT_EQ(parameter_of(run, "endpoints.7.link.downstream_credits.posted_headers"), "0");
  EXPECT_TRUE(run["conservation"]["balanced"]);
}

TEST(Presets, EightDrivesAfterIdealBringTheirOwnLinks) {
  const nlohmann::json run = run_of_eight_with("--with ideal --with eight-drives");
  EXPECT_EQ(parameter_of(run, "smmu.tcu.walkers"), "1024");
  EXPECT_EQ(parameter_of(run, "endpoints.0.link.lanes"), "4");
  EXPECT_EQ(parameter_of(run, "endpoints.7.link.lanes"), "4");
  EXPECT_TRUE(run["conservation"]["balanced"]);
}

TEST(Presets, AreListedWhereTheyAreDescribed) {
  const std::string page = read_file(source_path("docs/params.md"));
  for (const std::string& preset : presets())
    EXPECT_NE(page.find("\n| `" + preset + "` | "), std::string::npos) << preset;
}

TEST(Presets, IdealBlocksArePartsOfIdeal) {
  const nlohmann::json ideal = run_with("--with ideal");
  for (const std::string part : {"ideal-smmu", "ideal-its", "ideal-links"}) {
    const nlohmann::json run = run_with("--with " + part);
    std::size_t changed = 0;
    for (const auto& parameter : run["parameters"]) {
      if (parameter["value"] == parameter["default"]) continue;
      ++changed;
      EXPECT_EQ(parameter["value"], parameter_of(ideal, parameter["path"]))
          << part << ", " << parameter["path"];
    }
    EXPECT_GT(changed, 3u) << part;
    EXPECT_TRUE(run["conservation"]["balanced"]) << part;
  }
}

// The SMMU's cycle is 100 ps there, the others' 1 ps.
TEST(Presets, IdealTakesNoTimeButTheWires) {
  const nlohmann::json run = run_with("--with ideal");
  std::size_t stages = 0;
  for (const auto& [name, stage] : run["latency"]["total"]["stages"].items()) {
    if (name == "link") continue;
    const double mean =
        stage["waiting"]["mean"].get<double>() + stage["service"]["mean"].get<double>();
    EXPECT_LT(mean, 1000) << name << ", in ps";
    ++stages;
  }
  EXPECT_GE(stages, 5u);
}

nlohmann::json metric(const nlohmann::json& run, const std::string& path) {
  for (const auto& each : run["statistics"]["metrics"]) {
    if (each["path"] == path) return each["values"];
  }
  ADD_FAILURE() << path;
  return {};
}

TEST(Presets, BehindAnSmmuInBypassNothingIsTranslatedOrInvalidated) {
  const nlohmann::json translated = run_with("");
  const nlohmann::json bypassed = run_with("--with smmu-bypass");
  EXPECT_EQ(metric(bypassed, "virt.smmu.tcu.walkers")["completions"], 0);
  EXPECT_EQ(metric(bypassed, "virt.smmu.tcu.commands_sync")["value"], 0);
  EXPECT_EQ(metric(bypassed, "virt.smmu.tcu.commands_invalidate")["value"], 0);
  EXPECT_GT(metric(translated, "virt.smmu.tcu.commands_sync")["value"], 100);
  for (const char* total : {"sent", "acknowledged", "transactions", "bytes"})
    EXPECT_EQ(bypassed["totals"][total], translated["totals"][total]) << total;
  for (const char* mishap : {"events_recorded", "operations_failed", "operations_refused"})
    EXPECT_EQ(bypassed["totals"][mishap], 0) << mishap;
  EXPECT_TRUE(bypassed["conservation"]["balanced"]);
  EXPECT_LT(bypassed["totals"]["measured"], translated["totals"]["measured"]);
}

// Memory is 50 ns behind the cache, and a remote node 100 ns (docs/timing.md). Nearly all walks
// read one descriptor; they wait a little for the data that passes.
TEST(Presets, AWalkReadsItsTablesWhereTheyAre) {
  const auto walk = [](const std::string& options) {
    return metric(run_with(options), "virt.smmu.tcu.walkers")["mean_service"].get<double>() / 1000;
  };
  const double standard = walk("");
  EXPECT_NEAR(walk("--set memory_of.smmu_tables=cache"), standard, 1) << "where they all are";
  EXPECT_NEAR(walk("--with tables-in-memory"), standard + 50, 15);
  EXPECT_NEAR(walk("--set memory_of.smmu_tables=remote"), standard + 100, 25);
}

TEST(Presets, EachPlaceIsOfItsOwnPurpose) {
  const auto busy_tables = [](const nlohmann::json& run) {
    return metric(run, "virt.gic.its.table_reads")["mean_service"].get<double>();
  };
  const nlohmann::json standard = run_with("");
  const nlohmann::json other = run_with("--set memory_of.smmu_tables=remote");
  const nlohmann::json its = run_with("--set memory_of.its_tables=remote");
  EXPECT_NEAR(busy_tables(other), busy_tables(standard), 0.05 * busy_tables(standard));
  EXPECT_GT(busy_tables(its), busy_tables(standard) + 90'000);
  const auto sync = [](const nlohmann::json& run) {
    return metric(run, "virt.smmu.tcu.sync_time")["mean"].get<double>();
  };
  EXPECT_GT(sync(run_with("--set memory_of.smmu_queues=remote")), sync(standard) + 90'000);
}

TEST(Presets, ABlocksSpeedIsThatOfItsClock) {
  for (const auto& [speed, clock] : {std::pair{"smmu.speed=2", "smmu.clock=2GHz"},
                                     {"smmu.speed=0.5", "smmu.clock=500MHz"},
                                     {"gic.speed=2", "gic.common.frequency=2GHz"},
                                     {"gic.speed=0.25", "gic.common.frequency=250MHz"}}) {
    nlohmann::json faster = run_with(std::string("--set ") + speed);
    nlohmann::json reference = run_with(std::string("--set ") + clock);
    faster.erase("parameters");
    reference.erase("parameters");
    EXPECT_EQ(faster, reference) << speed;
    EXPECT_NE(faster["latency"], run_with("")["latency"]) << speed;
  }
}

TEST(Presets, ARunWithEverythingOfTheSmmuRepeatsItself) {
  const nlohmann::json once = run_with("--with smmu-full");
  EXPECT_EQ(run_with("--with smmu-full").dump(), once.dump());
  const std::uint64_t first = metric(once, "virt.smmu.tbu0.transactions")["value"];
  EXPECT_GT(first, 100u);
  const nlohmann::json copies =
      run_with("--with smmu-full --set replay.copies=2 --set check_protocol=true");
  for (const auto& queue : copies["statistics"]["metrics"]) {
    if (queue["kind"] != "queue" || queue["values"]["arrivals"] == 0) continue;
    EXPECT_LT(queue["values"]["littles_law_error"].get<double>(), 1e-6) << queue["path"];
  }
  EXPECT_TRUE(copies["conservation"]["balanced"]);
  EXPECT_EQ(metric(copies, "virt.smmu.tbu0.transactions")["value"], first);
  EXPECT_EQ(metric(copies, "virt.smmu.tbu1.transactions")["value"], first)
      << "the same workload, at the other's TBU";
}

TEST(Presets, ASpeedBeyondAnyClockIsRefused) {
  for (const char* settings : {"--set gic.common.frequency=1000GHz --set gic.speed=1.001",
                               "--set gic.common.frequency=1MHz --set gic.speed=0.999",
                               "--set smmu.clock=1MHz --set smmu.speed=0.5"}) {
    const CommandResult result =
        run_doorbell("run " + source_path("platforms/virt.yaml") + " --workload " +
                     source_path(DOORBELL_SMALL_WORKLOAD) + " " + settings);
    EXPECT_EQ(result.status, 2) << settings;
    EXPECT_NE(result.errors.find("speed: expected a clock of 1MHz to 1000GHz with "),
              std::string::npos)
        << result.errors;
  }
}

TEST(Presets, IdealIsABoundOfAllOthers) {
  const Figures ideal = figures_of(run_with("--with ideal"));
  std::vector<std::string> others = presets();
  std::erase(others, "ideal");
  EXPECT_GE(others.size(), 3u);
  for (const std::string& other : others) {
    const Figures figures = figures_of(run_with("--with " + other));
    EXPECT_LE(ideal.measured, figures.measured) << other;
    EXPECT_LE(ideal.latency, figures.latency) << other;
  }
  const Figures standard = figures_of(run_with(""));
  EXPECT_LE(ideal.measured, standard.measured);
  EXPECT_LE(ideal.latency, standard.latency);
}

}  // namespace
}  // namespace doorbell::testing
