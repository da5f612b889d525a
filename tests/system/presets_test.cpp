// The presets of platforms/presets on the recorded workload.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "system/command.h"

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
