#include "platforms/command/description_reader.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "doorbell/core/arch/error.h"
#include "tests/support/temporary_folder.h"

namespace doorbell {
namespace {

struct Tlb {
  std::uint32_t entries = 32;
  std::uint32_t ways = 4;
  std::uint32_t latency = 1;
  void describe(ParameterGroup& group) {
    group.add("entries", entries, {.help = "Entries"});
    group.add("ways", ways, {.help = "Ways"});
    group.add("latency", latency, {.help = "Cycles"});
  }
};

/// A folder with a platform, two presets and two other overlays, as platforms/ is.
class DescriptionReader : public testing::Test {
 protected:
  DescriptionReader() {
    std::filesystem::create_directory(folder_ / "presets");
    write("platform.yaml", "entries: 1\nways: 1\nlatency: 1\n");
    write("presets/small.yaml", "ways: 2\nlatency: 2\n");
    write("presets/large.yaml", "ways: 8\n");
    write("slow.yaml", "latency: 9\n");
  }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  void read(const std::vector<std::string>& overlays,
            const std::vector<std::string>& settings = {}) {
    ParameterTree tree(tlb_);
    read_description(tree, folder_ / "platform.yaml", overlays, settings);
  }
  std::string error_of(const std::vector<std::string>& overlays) {
    try {
      read(overlays);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  }

  test::TemporaryFolder temporary_;
  std::filesystem::path folder_ = temporary_.path();
  Tlb tlb_;
};

TEST_F(DescriptionReader, ALaterOverlayWinsAndASettingLast) {
  read({"small", "large"}, {"latency=7"});
  EXPECT_EQ(tlb_.entries, 1u);
  EXPECT_EQ(tlb_.ways, 8u);
  EXPECT_EQ(tlb_.latency, 7u);
  read({"large", "small"});
  EXPECT_EQ(tlb_.ways, 2u);
  EXPECT_EQ(tlb_.latency, 2u);
}

TEST_F(DescriptionReader, AnOverlayIsAPathOneBesideTheDescriptionOrAPreset) {
  const std::string platform = folder_ / "platform.yaml";
  EXPECT_EQ(overlay_file(folder_ / "slow.yaml", platform), folder_ / "slow.yaml");
  EXPECT_EQ(overlay_file("slow.yaml", platform), folder_ / "slow.yaml");
  EXPECT_EQ(overlay_file("presets/small.yaml", platform), folder_ / "presets/small.yaml");
  EXPECT_EQ(overlay_file("small", platform), folder_ / "presets/small.yaml");
}

TEST_F(DescriptionReader, AMissingOverlayNamesTheNearestPreset) {
  EXPECT_THAT(error_of({"smal"}), testing::AllOf(testing::StartsWith("smal: overlay: expected"),
                                                 testing::HasSubstr("did you mean small?")));
}

TEST_F(DescriptionReader, AMistakeInAnOverlayNamesItsFileAndLine) {
  const std::string file = write("wrong.yaml", "ways: 2\nentrys: 3\n");
  EXPECT_THAT(error_of({"wrong.yaml"}), testing::StartsWith(file + ":2: "));
}

}  // namespace
}  // namespace doorbell
