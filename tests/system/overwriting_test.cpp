// No command writes its results over what it reads, or over one another: refused before it begins.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Overwriting : public ::testing::Test {
 protected:
  /// `doorbell ARGUMENTS -or-so PATH`, which is named by `output` and is that of `input` already.
  void expect_refused(const std::string& arguments, const std::string& output,
                      const std::string& input) {
    const CommandResult result = run_doorbell(arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.output, IsEmpty());
    EXPECT_THAT(result.errors,
                HasSubstr("doorbell: " + output + ": expected another file than " + input + " '"));
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  }
  /// A copy to be lost; it must be as it was at the end.
  std::string copy(const std::string& name, const std::string& of) {
    inputs_.emplace_back(name, read_file(source_path(of)));
    return scratch_.write(name, inputs_.back().second);
  }
  void TearDown() override {
    for (const auto& [name, content] : inputs_)
      EXPECT_EQ(read_file(scratch_.path(name)), content) << name;
  }

  ScratchDirectory scratch_;
  std::vector<std::pair<std::string, std::string>> inputs_;
  const std::string workload_ = copy("w.yaml", "traces/workloads/msi_poisson.yaml");
};

TEST_F(Overwriting, MakingATrace) {
  expect_refused("trace make " + workload_ + " -o " + workload_, "--output", "description");
  std::filesystem::create_symlink(workload_, scratch_.path("link"));
  expect_refused("trace make " + workload_ + " -o " + scratch_.path("link"), "--output",
                 "description");
}

TEST_F(Overwriting, ImportingARecording) {
  const std::string recording = copy("r.csv.gz", "traces/recordings/nvme_seqwrite.csv.gz");
  expect_refused("trace import " + recording + " -o " + recording, "--output", "recording");
}

TEST_F(Overwriting, Running) {
  const std::string platform = copy("p.yaml", "platforms/virt.yaml");
  const std::string overlay = copy("o.yaml", "platforms/presets/tables-in-memory.yaml");
  const std::string run = "run " + platform + " --with " + overlay + " --workload " + workload_;
  for (const char* const option : {"--stats", "--trace"}) {
    const std::string writing = run + " " + option + " ";
    expect_refused(writing + workload_, option, "--workload");
    expect_refused(writing + platform, option, "description");
    expect_refused(writing + overlay, option, "--with");
  }
  const std::string one = scratch_.path("a.json");
  expect_refused(run + " --stats " + one + " --trace " + one, "--trace", "--stats");
  expect_refused(run + " --stats " + one + " --trace " + scratch_.path("./a.json"), "--trace",
                 "--stats");
  EXPECT_FALSE(std::filesystem::exists(one));
}

TEST_F(Overwriting, RunningSoftware) {
  const std::string firmware = copy("f.elf", "README.md");
  const std::string run = "run --bios " + firmware;
  for (const char* const option : {"--console", "--record-console", "--dump-dtb", "--flash"})
    expect_refused(run + " " + option + " " + firmware, option, "--bios");
  expect_refused(run + " --timing approximate --stats " + firmware, "--stats", "--bios");
  const std::string drive = copy("drive", "README.md");
  expect_refused(run + " --drive " + drive + " --console " + drive, "--console",
                 "endpoints.0.nvme.drive");
  expect_refused("run --bios " + firmware + " --drive " + firmware + ",write=true",
                 "endpoints.0.nvme.drive", "--bios");
  expect_refused(
      run + " --console " + scratch_.path("c") + " --record-console " + scratch_.path("c"),
      "--record-console", "--console");
}

TEST_F(Overwriting, Drawing) {
  const std::string platform = copy("p.dot", "platforms/virt.yaml");
  expect_refused("platform " + platform + " -o " + platform, "--output", "description");
}

TEST_F(Overwriting, ReportingAndComparing) {
  // That they are no statistics isn't found out any more.
  const std::string base = copy("base.json", "README.md");
  const std::string next = copy("next.json", "README.md");
  const std::string rules = copy("rules.yaml", "README.md");
  expect_refused("report " + base + " -o " + base, "--output", "subject");
  const std::string compare = "compare " + base + " " + next + " --tolerance " + rules;
  for (const char* const option : {"--junit", "--html"}) {
    const std::string writing = compare + " " + option + " ";
    expect_refused(writing + base, option, "base");
    expect_refused(writing + next, option, "new");
    expect_refused(writing + rules, option, "--tolerance");
  }
  expect_refused(compare + " --junit r --html ./r", "--html", "--junit");
}

}  // namespace
}  // namespace doorbell::testing
