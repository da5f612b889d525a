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
