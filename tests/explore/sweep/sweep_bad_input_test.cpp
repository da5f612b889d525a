// Mistakes in a plan and its surroundings: one clear line, status 2, nothing run and nothing lost.
#include <gmock/gmock.h>
#include <sys/mount.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/explore/sweep/sweep_command.h"

namespace doorbell::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
namespace fs = std::filesystem;

class SweepBadInput : public SweepCommand {
 protected:
  template <class Matcher>
  void expect_refused(const CommandResult& result, Matcher says) {
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.output, IsEmpty());
    EXPECT_THAT(result.errors, AllOf(StartsWith("doorbell: "), says));
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  }
};

TEST_F(SweepBadInput, AnUnknownAxisIsNamedWithItsLineAndTheNearestName) {
  expect_refused(sweep("axes:\n  smmu.tlb.entires: [1]\n"),
                 AllOf(HasSubstr("plan.yaml:4: smmu.tlb.entires"), HasSubstr("'entries'")));
  EXPECT_FALSE(fs::exists(directory()));
}

TEST_F(SweepBadInput, AnEmptyRangeIsRefused) {
  expect_refused(sweep("axes:\n  smmu.tlb.entries: {from: 64, to: 16, scale: log2}\n"),
                 AllOf(HasSubstr("plan.yaml:4: "), HasSubstr("64 to 16")));
}

TEST_F(SweepBadInput, AValueOutOfRangeIsRefusedBeforeAnythingRuns) {
  expect_refused(sweep("axes:\n  processors: [4, 1000]\n"),
                 AllOf(HasSubstr("plan.yaml:4: processors"), HasSubstr("1000")));
  EXPECT_FALSE(fs::exists(directory()));
}

TEST_F(SweepBadInput, ValuesThatDoNotFitTogetherAreRefusedBeforeAnythingRuns) {
  const std::string described = source_path("traces/workloads/nvme_rand.yaml");
  const auto command = [&](const std::string& more) {
    return "sweep " + plan(more, described) + " -o " + directory();
  };
  expect_refused(run_doorbell(command("axes: {workload.nvme.vectors: [4, 5]}\n")),
                 AllOf(HasSubstr("plan.yaml: at workload.nvme.vectors=5: "),
                       HasSubstr("nvme_rand.yaml: nvme.vectors: expected at most 4")));
  expect_refused(
      run_doorbell(
          command("axes: {root_complex.ports.0.bus: [1, 7]}\nset: [root_complex.ecam_buses=4]\n")),
      HasSubstr("plan.yaml: at root_complex.ports.0.bus=7: root_complex.ports.0.bus"));
  EXPECT_FALSE(fs::exists(directory()));
}

// Whatever `doorbell run` refuses before it simulates, for a trace and for what is described.
TEST_F(SweepBadInput, WhatAReplayNeedsIsMissedBeforeAnythingRuns) {
  const std::string described = source_path("traces/workloads/nvme_rand.yaml");
  const struct {
    const char* more;
    const char* says;
  } refused[] = {
      {"axes: {replay.copies: [1, 256]}\n",
       "at replay.copies=256: replay.copies: expected at most"},
      {"set: [smmu.features.stage2=false]\naxes: {replay.translation: [stage_1, nested]}\n",
       "at replay.translation=nested: smmu.features.stage2: expected true"},
      {"set: [gic.lpis=direct]\naxes: {gic.doorbell: [lpi]}\n"
       "repeat: {seeds: [replay.stagger_seed]}\n",
       ""},
      {"axes: {smmu.stream_id_bits: [16, 3]}\n", "at smmu.stream_id_bits=3: smmu.stream_id_bits"},
      {"axes: {endpoints.*.function.msix_vectors: [64, 1]}\n", "what endpoints.0.function"},
  };
  for (const auto& [more, says] : refused) {
    for (const std::string& workload : {std::string("small.trace"), described}) {
      const CommandResult result = run_doorbell("sweep --check " + plan(more, workload));
      if (*says == '\0') {
        EXPECT_EQ(result.status, 0) << result.errors;
      } else {
        expect_refused(result, AllOf(HasSubstr("plan.yaml: at "), HasSubstr(says)));
      }
    }
  }
}

TEST_F(SweepBadInput, AMillionPointsNeedYes) {
  expect_refused(sweep("axes: {ram.read_latency: {from: 1ns, to: 1ms, step: 1ns}}\n"),
                 AllOf(HasSubstr("1000000"), HasSubstr("--yes")));
  EXPECT_FALSE(fs::exists(directory()));
}

TEST_F(SweepBadInput, APlanThatIsMissingOrBrokenIsRefused) {
  expect_refused(run_doorbell("sweep none.yaml -o " + directory()), HasSubstr("none.yaml"));
  expect_refused(sweep("axes: [\n"), HasSubstr("plan.yaml:"));
  expect_refused(sweep("axis: {}\n"), AllOf(HasSubstr("plan.yaml:3: "), HasSubstr("'axes'")));
  expect_refused(run_doorbell("sweep " + plan("")), HasSubstr("-o DIR"));
}

TEST_F(SweepBadInput, AMissingPlatformOrOverlayIsRefusedWithItsLine) {
  expect_refused(sweep("with: [none]\n"), HasSubstr("plan.yaml:3: none: overlay: expected"));
  expect_refused(sweep("axes:\n  a:\n    variants:\n      b: {with: [none]}\n"),
                 HasSubstr("plan.yaml:6: none: overlay: expected"));
  const std::string other =
      scratch_.write("other.yaml", "platform: none\nworkloads: small.trace\n");
  expect_refused(run_doorbell("sweep --check " + other),
                 HasSubstr("other.yaml:1: platform: expected a YAML description, or the name of "
                           "one, found 'none'"));
}

TEST_F(SweepBadInput, AMissingWorkloadIsRefusedWithItsLine) {
  expect_refused(run_doorbell("sweep " + plan("", "none.trace") + " -o " + directory()),
                 AllOf(HasSubstr("plan.yaml:2: "), HasSubstr("none.trace")));
}

TEST_F(SweepBadInput, AWorkloadThatIsNoTraceIsRefusedBeforeAnythingRuns) {
  scratch_.write("none.trace", "doorbell-trace 1\n");
  expect_refused(run_doorbell("sweep --check " + plan("", "none.trace")),
                 AllOf(HasSubstr("plan.yaml: "), HasSubstr("none.trace:")));
}

TEST_F(SweepBadInput, AFolderOfSomethingElseIsLeftAlone) {
  fs::create_directory(directory());
  scratch_.write("results/letter.txt", "dear");
  expect_refused(sweep(four_points), HasSubstr("results"));
  const auto entries = fs::directory_iterator(directory());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST_F(SweepBadInput, ASecondSweepInTheSameFolderIsRefused) {
  ASSERT_EQ(sweep(four_points).status, 0);
  const CommandResult result =
      run_command("flock " + directory() + "/lock " + DOORBELL_COMMAND + " sweep " +
                  scratch_.path("plan.yaml") + " -o " + directory());
  expect_refused(result, HasSubstr("another sweep"));
}

TEST_F(SweepBadInput, ResultsAreNotWrittenOverWhatASweepReadsOrKeeps) {
  const std::string text = plan("with: [o.yaml]\n" + std::string(four_points));
  const std::string overlay = scratch_.write("o.yaml", "smmu: {tlb: {ways: 4}}\n");
  const auto csv = [&](const std::string& what, const std::string& file) {
    return run_doorbell("sweep " + what + " --csv " + file);
  };
  const std::string run = text + " -o " + directory();
  for (const auto& [name, file] :
       {std::pair("plan", text), {"workload", scratch_.path("small.trace")}, {"with", overlay}}) {
    const std::string before = read_file(file);
    expect_refused(csv(run, file), HasSubstr(std::string("--csv: expected another file than ") +
                                             name + " '" + file));
    EXPECT_EQ(read_file(file), before);
  }
  const std::string own = directory() + "/sweep.sqlite";
  const auto says = HasSubstr("--csv: expected another file than the sweep's '" + own + "'");
  expect_refused(csv(run, own), says);
  EXPECT_FALSE(fs::exists(directory()));
  ASSERT_EQ(run_doorbell("sweep " + run).status, 0);
  const std::string before = database();
  expect_refused(csv(directory(), own), says);
  fs::create_symlink(own, scratch_.path("link"));
  expect_refused(csv(directory(), scratch_.path("link")), says);
  EXPECT_EQ(database(), before);
  // Another file there is nobody's, and is written again.
  EXPECT_EQ(csv(directory(), directory() + "/results.csv").status, 0);
  EXPECT_EQ(csv(directory(), directory() + "/results.csv").status, 0);
  expect_refused(run_doorbell("report " + directory() + " -o " + own),
                 HasSubstr("--output: expected another file than subject '" + own + "'"));
  EXPECT_EQ(database(), before);
}

TEST_F(SweepBadInput, ACorruptDatabaseThatIsReadIsRefused) {
  ASSERT_EQ(sweep(four_points).status, 0);
  scratch_.write("results/sweep.sqlite", "not a database");
  expect_refused(run_doorbell("sweep " + directory() + " --csv -"),
                 AllOf(HasSubstr("sweep.sqlite"), HasSubstr("corrupt")));
}

TEST_F(SweepBadInput, APointThatIsAnotherOnesIsRefused) {
  ASSERT_EQ(sweep(four_points).status, 0);
  const fs::path folder = fs::directory_iterator(directory() + "/points")->path();
  std::ofstream(folder / "description.yaml") << "processors: 1\n";
  expect_refused(sweep(four_points), HasSubstr("description.yaml"));
}

/// A file system of some size at DIR.
class SmallDisk {
 public:
  SmallDisk(const std::string& directory, const char* size) : directory_(directory) {
    fs::create_directory(directory);
    mounted_ = mount("tmpfs", directory.c_str(), "tmpfs", 0, size) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(directory_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  bool resize(const char* size) const {
    return mount("tmpfs", directory_.c_str(), "tmpfs", MS_REMOUNT, size) == 0;
  }

 private:
  const std::string directory_;
  bool mounted_ = false;
};

TEST_F(SweepBadInput, AFullDiskEndsTheSweepAndLosesNothing) {
  const std::string points =
      "axes: {smmu.tlb.entries: [64, 128, 256, 512], fabric.target_reads: [8, 16, 32]}\n";
  ASSERT_EQ(sweep(points).status, 0);
  const std::string undisturbed = database();
  fs::remove_all(directory());

  const SmallDisk disk(directory(), "size=600k");
  if (!disk.mounted()) GTEST_SKIP() << "can't mount a tmpfs here: " << std::strerror(errno);
  expect_refused(sweep(points),
                 AllOf(HasSubstr(directory()), HasSubstr("No space left on device")));
  const std::size_t kept = runs();
  expect_refused(sweep(points), HasSubstr("No space left on device"));
  EXPECT_EQ(run_command("grep -l failed " + directory() + "/points/*/outcome.json").output, "");

  ASSERT_TRUE(disk.resize("size=50m"));
  const CommandResult resumed = sweep(points);
  EXPECT_EQ(resumed.status, 0) << resumed.errors;
  EXPECT_EQ(database(), undisturbed);
  EXPECT_GT(kept, 0u);
}

// There is room for an outcome, but none for the statistics: that says nothing about the point.
TEST_F(SweepBadInput, APointThatFindsTheDiskFullHasNotFailed) {
  const SmallDisk disk(directory(), "size=1m");
  if (!disk.mounted()) GTEST_SKIP() << "can't mount a tmpfs here: " << std::strerror(errno);
  ASSERT_EQ(sweep("").status, 0);
  const fs::path point = fs::directory_iterator(directory() + "/points")->path();
  const auto statistics = fs::file_size(point / "stats.json.gz");
  for (const char* file : {"stats.json.gz", "outcome.json"})
    fs::remove(point / file);
  const auto room = fs::space(directory()).available;
  ASSERT_GT(statistics, 16384u);
  ASSERT_EQ(run_command("{ head -c " + std::to_string(room - 16384) + " /dev/zero > " +
                        directory() + "/filler; }")
                .status,
            0);
  const CommandResult result =
      run_doorbell("point " + directory() + " " + point.filename().string());
  expect_refused(result, HasSubstr("No space left on device"));
  EXPECT_FALSE(fs::exists(point / "outcome.json"));
}

}  // namespace
}  // namespace doorbell::testing
