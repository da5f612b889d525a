// The studies of docs/studies: the present model reads their plans, and their pages say what is
// there.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "platforms/command/description.h"
#include "platforms/explore/sweep/expansion.h"
#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

namespace fs = std::filesystem;
using PointsByPlan = std::map<std::string, std::size_t>;

std::vector<fs::path> studies() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(source_path("docs/studies"))) {
    if (entry.is_directory() && entry.path().filename() != "common") found.push_back(entry.path());
  }
  return found;
}

std::string page_of(const fs::path& study) {
  return read_file((study / "README.md").string());
}

/// Reads every plan as `doorbell sweep` does, values checked against the parameters' ranges.
PointsByPlan points_of_plans(const fs::path& study) {
  PointsByPlan points;
  for (const auto& entry : fs::directory_iterator(study / "plans")) {
    const sweep::Plan plan = sweep::read_plan(entry.path().string());
    points[entry.path().filename().string()] =
        sweep::Expansion(plan, read_point, workload::is_description)
            .expand("version", "model")
            .points.size();
  }
  return points;
}

/// The page's table of plans: "| [name](plans/name.yaml) | 48 | ...".
PointsByPlan points_on_page(const std::string& page) {
  PointsByPlan points;
  const std::regex row(R"(\| \[[^\]]*\]\(plans/([^)]*)\) \| (\d+) \|)");
  for (std::sregex_iterator at(page.begin(), page.end(), row), end; at != end; ++at)
    points[(*at)[1]] = std::stoul((*at)[2]);
  return points;
}

TEST(Studies, PlansHaveThePointsThatThePageSays) {
  ASSERT_FALSE(studies().empty());
  for (const fs::path& study : studies()) {
    SCOPED_TRACE(study);
    const PointsByPlan points = points_of_plans(study);
    EXPECT_FALSE(points.empty());
    EXPECT_EQ(points, points_on_page(page_of(study)));
  }
}

TEST(Studies, PagesShowPicturesThatAreThere) {
  for (const fs::path& study : studies()) {
    const std::string page = page_of(study);
    const std::regex picture(R"(!\[[^\]]*\]\(([^)]*)\))");
    std::size_t shown = 0;
    for (std::sregex_iterator at(page.begin(), page.end(), picture), end; at != end; ++at, ++shown)
      EXPECT_TRUE(fs::is_regular_file(study / (*at)[1].str())) << study << ": " << (*at)[1];
    const fs::directory_iterator images(study / "images");
    EXPECT_EQ(shown, static_cast<std::size_t>(std::distance(begin(images), end(images)))) << study;
  }
}

}  // namespace
}  // namespace doorbell::testing
