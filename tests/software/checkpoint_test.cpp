// Checkpoints by `doorbell run`: what goes on from one is what would have gone on, and what is
// wrong with one is one line.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/long_run.h"
#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// Software, and a text that it prints in the middle.
struct Case {
  std::string name;
  std::string options;
  std::string marker;
};

class Checkpoint : public ::testing::Test {
 protected:
  /// A copy, which can be taken away.
  std::string copy_of(const std::string& file) {
    std::string copy = scratch_.path(fs::path(file).filename());
    fs::copy_file(file, copy, fs::copy_options::overwrite_existing);
    return copy;
  }
  std::string drive() {
    std::string contents;
    for (unsigned i = 0; i < (1U << 20); ++i)
      contents += static_cast<char>(i * 2654435761U >> 24);
    return scratch_.write("drive", contents);
  }
  Case of_processors(const std::string& marker) {
    return {"processors", " --set processors=4 --firmware " + copy_of(PROCESSORS_FIRMWARE), marker};
  }
  Case of_drive() {
    return {"nvme",
            " --set processors=1 --drive " + drive() + " --firmware " + copy_of(NVME_FIRMWARE),
            "ready"};
  }

  CommandResult run(const std::string& arguments) { return run_doorbell("run" + arguments); }
  std::string folder() const { return scratch_.path("checkpoint"); }
  std::string take(const Case& of) {
    const CommandResult taken =
        run(of.options + " --measure-from '" + of.marker + "' --checkpoint " + folder() +
            " --console " + scratch_.path("before"));
    EXPECT_EQ(taken.status, 0) << taken.errors;
    EXPECT_THAT(taken.output, IsEmpty());
    return folder();
  }
  CommandResult restore(const std::string& more = "", const std::string& name = "restored") {
    return run(" --restore " + folder() + " --console " + scratch_.path(name + ".console") +
               " --stats " + scratch_.path(name + ".json") + more);
  }
  std::string content(const std::string& name) const { return read_file(scratch_.path(name)); }

  void expect_refused(const std::string& arguments, const std::string& says) {
    const CommandResult result = run(arguments);
    EXPECT_EQ(result.status, 2) << arguments << result.errors;
    EXPECT_THAT(result.errors, AllOf(StartsWith("doorbell: "), HasSubstr(says)));
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  }
  void expect_same(const Case& of) {
    const CommandResult continued =
        run(of.options + " --measure-from '" + of.marker + "' --console " +
            scratch_.path("continued.console") + " --stats " + scratch_.path("continued.json"));
    ASSERT_EQ(continued.status, 0) << of.name << continued.errors;
    take(of);
    // Nothing but the checkpoint is needed.
    for (const char* const gone : {"drive", "processors_firmware.elf", "nvme_firmware.elf"})
      fs::remove(scratch_.path(gone));
    const CommandResult restored = restore();
    EXPECT_EQ(restored.status, 0) << of.name << restored.errors;
    EXPECT_EQ(restored.output, continued.output) << of.name;
    EXPECT_EQ(content("before") + content("restored.console"), content("continued.console"));
    EXPECT_TRUE(content("restored.json") == content("continued.json")) << of.name;
    fs::remove_all(folder());
  }

  ScratchDirectory scratch_;
};

TEST_F(Checkpoint, GoesOnAsIfNothingHadBeen) {
  for (const char* const marker : {"started 00", "started 03", "passed on by 02", "processors 04"})
    expect_same(of_processors(marker));
  expect_same(of_drive());
}

TEST_F(Checkpoint, GoesOnTheSameWayEachTime) {
  take(of_processors("started 02"));
  ASSERT_EQ(restore("", "first").status, 0);
  ASSERT_EQ(restore("", "second").status, 0);
  EXPECT_EQ(content("first.console"), content("second.console"));
  EXPECT_TRUE(content("first.json") == content("second.json"));
}

TEST_F(Checkpoint, TakesOtherParameters) {
  take(of_drive());
  ASSERT_EQ(restore().status, 0);
  ASSERT_EQ(restore(" --set smmu.tlb.latency=900", "slow").status, 0);
  EXPECT_EQ(content("restored.console"), content("slow.console"));
  const auto mean = [this](const char* name) {
    const auto json = nlohmann::json::parse(content(name));
    return json.at("totals").at("measured").get<std::uint64_t>();
  };
  EXPECT_LT(mean("restored.json"), mean("slow.json"));
  const auto parameters = nlohmann::json::parse(content("slow.json")).at("parameters");
  for (const auto& parameter : parameters) {
    if (parameter.at("path") == "smmu.tlb.latency") {
      EXPECT_EQ(parameter.at("value"), "900");
    }
    if (parameter.at("path") == "processors") {
      EXPECT_EQ(parameter.at("value"), "1");
    }
  }
}

/// One boot and eight configurations.
TEST_F(Checkpoint, ASweepIsWhatSingleRunsAre) {
  take(of_drive());
  const std::string plan =
      scratch_.write("plan.yaml",
                     "checkpoint: checkpoint\nmeasure_to: done\n"
                     "axes: {smmu.tlb.latency: {from: 100, to: 800, step: 100}}\n");
  const CommandResult swept = run_doorbell("sweep " + plan + " -j 1 -o " + scratch_.path("sweep"));
  ASSERT_EQ(swept.status, 0) << swept.errors << swept.output;
  std::set<std::string> results;
  unsigned points = 0;
  for (const auto& point : fs::directory_iterator(scratch_.path("sweep/points"))) {
    const auto description =
        nlohmann::json::parse(read_file(point.path().string() + "/description.yaml"));
    const auto latency = description.at("smmu").at("tlb").at("latency").get<unsigned>();
    const std::string name = "single" + std::to_string(latency);
    ASSERT_EQ(restore(" --measure-to done --set smmu.tlb.latency=" + std::to_string(latency), name)
                  .status,
              0);
    const std::string single = content(name + ".json");
    EXPECT_TRUE(run_command("gzip -dc " + point.path().string() + "/stats.json.gz").output ==
                single)
        << latency;
    results.insert(nlohmann::json::parse(single).at("latency").dump());
    ++points;
  }
  EXPECT_EQ(points, 8u);
  EXPECT_EQ(results.size(), 8u);
  // What software has seen stays in a sweep, too.
  const std::string other =
      scratch_.write("other.yaml", "checkpoint: checkpoint\naxes: {processors: [1, 2]}\n");
  const CommandResult refused = run_doorbell("sweep " + other + " -o " + scratch_.path("other"));
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.errors,
              HasSubstr("processors: expected 1, as software has seen it, found 2"));
}

TEST_F(Checkpoint, KeepsWhatSoftwareHasSeen) {
  take(of_processors("started 02"));
  const std::string restored = " --restore " + folder();
  expect_refused(restored + " --set processors=2",
                 "processors: expected 4, as software has seen it, found 2");
  expect_refused(restored + " --set smmu.event_queue_log2=7", "smmu.event_queue_log2: expected");
  expect_refused(restored + " --set gic.common.spis=64", "gic.common.spis: expected");
  expect_refused(restored + " --set ram.size=2147483648", "ram.size: expected");
  expect_refused(restored + " --set endpoints.0.functions=2", "endpoints.0.functions: expected");
  const std::string description = scratch_.write("one.yaml", "endpoints:\n  - {}\n");
  expect_refused(" " + description + restored, "endpoints.1.");
}

TEST_F(Checkpoint, ThatIsThereAlreadyIsLeftAlone) {
  take(of_processors("started 02"));
  const std::string before = content("checkpoint/state.json");
  const Case other = of_processors("started 01");
  expect_refused(other.options + " --measure-from x --checkpoint " + folder(),
                 "expected a place where nothing is");
  EXPECT_EQ(content("checkpoint/state.json"), before);
  expect_refused(other.options + " --measure-from x --checkpoint /nowhere/checkpoint",
                 "expected a folder that can be written");
}

TEST_F(Checkpoint, WithoutItsMarkerLeavesNothing) {
  const CommandResult result = run(of_processors("").options + " --measure-from 'never printed'" +
                                   " --checkpoint " + folder());
  EXPECT_EQ(result.status, 3) << result.errors;
  EXPECT_THAT(result.errors, HasSubstr("never printed"));
  for (const auto& entry : fs::directory_iterator(scratch_.path(".")))
    EXPECT_THAT(entry.path().filename().string(), ::testing::Not(HasSubstr("checkpoint")));
}

TEST_F(Checkpoint, ThatIsDamagedIsOneLine) {
  take(of_processors("started 02"));
  const std::string state = scratch_.path("checkpoint/state.json");
  const std::string whole = read_file(state);
  const std::string restored = " --restore " + folder();
  // Cut short at each place, of which some stand for all.
  const std::size_t places = test::cases<std::size_t>(12, 400);
  for (std::size_t i = 0; i < places; ++i) {
    scratch_.write("checkpoint/state.json", whole.substr(0, whole.size() * i / places));
    expect_refused(restored, "state.json");
  }
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = whole;
    changed.replace(changed.find(from), from.size(), to);
    scratch_.write("checkpoint/state.json", changed);
  };
  with("\"format\": 1", "\"format\": 2");
  expect_refused(restored, "state.json: format: expected 1, found 2");
  with("\"model\": \"", "\"model\": \"f");
  expect_refused(restored, "state.json: model: expected ");
  with("\"time\":", "\"tome\":");
  expect_refused(restored, "state.json: time: expected a value, found none");
  with("\"GICD_CTLR\":", "\"GICD_CTLR\": 1, \"GICD_CTLR\":");
  expect_refused(restored, "state.json: GICD_CTLR: expected one value, found two");
  with("\"GICD_CTLR\":", "\"GICD_CTRL\":");
  expect_refused(restored, "GICD_CTLR: expected a value, found none");
  scratch_.write("checkpoint/state.json", whole);
  for (const char* const file : {"ram", "rom", "flash"}) {
    const fs::path path = scratch_.path(std::string("checkpoint/") + file);
    const auto size = fs::file_size(path);
    fs::resize_file(path, size - 4096);
    expect_refused(restored, path.string());
    fs::rename(path, scratch_.path("kept"));
    expect_refused(restored, path.string());
    fs::rename(scratch_.path("kept"), path);
    fs::resize_file(path, size);
  }
  EXPECT_EQ(restore().status, 0);
  expect_refused(" --restore " + scratch_.path("none"), "none/state.json");
}

TEST_F(Checkpoint, NeedsWhatGoesWithIt) {
  const std::string firmware = of_processors("").options;
  expect_refused(firmware + " --checkpoint " + folder(), "--checkpoint: expected --measure-from");
  expect_refused(firmware + " --measure-from x --checkpoint " + folder() + " --stats y",
                 "--stats: expected none with --checkpoint");
  expect_refused(" --restore x --drive y", "--drive: expected none with --restore");
  expect_refused(" --restore x --measure-from y", "--measure-from: expected none with --restore");
  expect_refused(" --restore x" + firmware, "found --firmware and --restore");
  // Native processors have no state that anybody could save.
  expect_refused(" --workload nvme_seqwrite --checkpoint x", "--checkpoint: expected --kernel");
}

TEST_F(Checkpoint, AScriptGoesOnWhereItStood) {
  // A console that types; the firmware doesn't listen, but the script waits for what it prints.
  const std::string script = scratch_.write(
      "script", "wait \"started 01\"\nwait \"started 03\"\nwait \"processors 04\"\nend\n");
  Case of = of_processors("started 02");
  of.options += " --console-script " + script;
  take(of);
  fs::remove(script);
  const CommandResult restored = restore();
  EXPECT_EQ(restored.status, 0) << restored.errors;
  EXPECT_THAT(content("restored.console"), HasSubstr("processors 04"));
  EXPECT_THAT(content("restored.console"), ::testing::Not(HasSubstr("PASS")));
}

}  // namespace
}  // namespace doorbell::testing
