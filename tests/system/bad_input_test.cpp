// Every mistake on the host's side ends with one clear line and status 2.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class BadInput : public ::testing::Test {
 protected:
  /// `doorbell ARGUMENTS` must say one line that `says` matches, and nothing else.
  template <class Matcher>
  void expect_refused(const std::string& arguments, Matcher says) {
    const CommandResult result = run_doorbell(arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.output, IsEmpty());
    EXPECT_THAT(result.errors, AllOf(StartsWith("doorbell: "), says));
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  }

  std::string run_with(const std::string& description, const std::string& workload) const {
    return "run " + description + " --workload " + workload;
  }

  ScratchDirectory scratch_;
  const std::string description_ = source_path("platforms/virt.yaml");
  const std::string workload_ = source_path(DOORBELL_SMALL_WORKLOAD);
};

TEST_F(BadInput, NoCommand) {
  expect_refused("", HasSubstr("command"));
}

TEST_F(BadInput, AnyOutputThatIsLost) {
  for (const char* const what : {"--version", "--help", "params"}) {
    const CommandResult result =
        run_command(std::string("(") + DOORBELL_COMMAND + " " + what + " >/dev/full)");
    EXPECT_EQ(result.status, 2) << what;
    EXPECT_EQ(result.errors,
              "doorbell: standard output cannot be written: No space left on device\n");
  }
}

TEST_F(BadInput, UnknownCommand) {
  expect_refused("walk", HasSubstr("walk"));
}

TEST_F(BadInput, UnknownOption) {
  expect_refused(run_with(description_, workload_) + " --colour red", HasSubstr("--colour"));
}

TEST_F(BadInput, NoWorkload) {
  expect_refused("run " + description_, HasSubstr("--workload"));
}

TEST_F(BadInput, MissingDescription) {
  expect_refused(run_with(scratch_.path("none.yaml"), workload_), HasSubstr("none.yaml"));
}

TEST_F(BadInput, MissingWorkload) {
  expect_refused(run_with(description_, scratch_.path("none.trace")), HasSubstr("none.trace"));
}

TEST_F(BadInput, DescriptionThatIsNoYaml) {
  const std::string bad = scratch_.write("bad.yaml", "smmu:\n  clock: [1\n");
  expect_refused(run_with(bad, workload_), HasSubstr("bad.yaml:"));
}

TEST_F(BadInput, UnknownKeyIsNamedWithItsLineAndTheNearestName) {
  const std::string bad = scratch_.write("bad.yaml", "processors: 4\nsmmu:\n  clocks: 1GHz\n");
  expect_refused(run_with(bad, workload_),
                 AllOf(HasSubstr("bad.yaml:3: "), HasSubstr("clocks"), HasSubstr("clock")));
}

TEST_F(BadInput, ValueOutOfRangeIsNamedWithWhatWasExpected) {
  const std::string bad = scratch_.write("bad.yaml", "processors: 1000\n");
  expect_refused(run_with(bad, workload_),
                 AllOf(HasSubstr("bad.yaml:1: processors"), HasSubstr("256"), HasSubstr("1000")));
}

TEST_F(BadInput, UnknownSetting) {
  expect_refused(run_with(description_, workload_) + " --set smmu.colour=1",
                 HasSubstr("smmu.colour"));
}

TEST_F(BadInput, SettingWithABadValue) {
  expect_refused(run_with(description_, workload_) + " --set processors=many",
                 AllOf(HasSubstr("processors"), HasSubstr("many")));
}

TEST_F(BadInput, StagesThatTheRestDoesNotFit) {
  const std::string run = run_with(description_, workload_) + " --set replay.translation=";
  expect_refused(run + "nested --set gic.doorbell=v2m",
                 AllOf(HasSubstr("gic.doorbell: expected its"), HasSubstr("found v2m")));
  expect_refused(run + "stage_2 --set gic.doorbell=lpi --set gic.lpis=direct",
                 AllOf(HasSubstr("gic.doorbell"), HasSubstr("found lpi")));
  for (const char* const stages : {"stage_2", "nested"}) {
    expect_refused(
        run + stages + " --set smmu.output_address_size=36",
        AllOf(HasSubstr("smmu.output_address_size: expected at least 40"), HasSubstr("found 36")));
  }
}

// What bypasses the SMMU needs none of what would translate it.
TEST_F(BadInput, NothingIsAskedForTablesThatAreNotMade) {
  for (const char* const without :
       {"smmu.features.stage1=false", "smmu.features.granule_4k=false",
        "smmu.output_address_size=36 --set replay.translation=nested",
        "smmu.features.stage2=false --set replay.translation=stage_2"}) {
    const std::string run = run_with(description_, workload_) + " --set " + without;
    expect_refused(run, HasSubstr("smmu."));
    const CommandResult bypassed = run_doorbell(run + " --set replay.bypass=true");
    EXPECT_EQ(bypassed.status, 0) << bypassed.errors;
    EXPECT_THAT(bypassed.output, HasSubstr("124 acknowledged"));
  }
}

TEST_F(BadInput, AddressSpacesThatHaveNoNumbers) {
  const std::string many = scratch_.write(
      "many.yaml",
      "endpoints: [{functions: 256}]\nroot_complex: {ports: [{bus: 1, whole_bus: true}]}\n");
  const std::string run = run_with(many, workload_) + " --set replay.copies=";
  expect_refused(run + "129 --set smmu.features.asid_size=8",
                 HasSubstr("too many address spaces: expected at most 256 in all copies by "
                           "smmu.features.asid_size=8, found 258"));
  expect_refused(run + "128 --set smmu.features.vmid_size=8 --set replay.translation=stage_2",
                 HasSubstr("expected at most 255 in all copies by smmu.features.vmid_size=8"));
}

TEST_F(BadInput, WorkloadThatIsAFolder) {
  const std::string folder = scratch_.path("");
  expect_refused(run_with(description_, folder),
                 HasSubstr(folder + ": cannot be read: expected a readable file, found Is a dir"));
}

TEST_F(BadInput, ReservedWindowOverAddressesThatDevicesUse) {
  const std::string run = run_with(description_, workload_);
  const auto window = [&run](const std::string& base, const std::string& size) {
    return run + " --set smmu.reserved_window.base=" + base +
           " --set smmu.reserved_window.size=" + size;
  };
  const auto says = [](const std::string& what, const std::string& base, const std::string& size,
                       const std::string& found) {
    return AllOf(HasSubstr(what + ": expected addresses outside of smmu.reserved_window.base=" +
                           base + " and smmu.reserved_window.size=" + size),
                 HasSubstr("found " + found));
  };
  expect_refused(window("0xfffff000", "4096"), says("the IOVA of a doorbell", "0xfffff000",
                                                    "0x1000", "0xfffff000 to 0xffffffff"));
  expect_refused(window("0xfffff000", "4096") + " --set gic.doorbell=v2m",
                 says("the IOVA of a doorbell", "0xfffff000", "0x1000", "0xfffff000"));
  expect_refused(window("0xffffc000", "8192"),
                 says("IOVAs of a buffer", "0xffffc000", "0x2000", "0xffffd000 to 0xffffdfff"));
  expect_refused(window("0x7fffffffe000", "4096") + " --set gic.doorbell=lpi --set gic.lpis=direct",
                 says("IOVAs of the doorbells of processors", "0x7fffffffe000", "0x1000",
                      "0x7fffffffc000 to 0x7fffffffffff"));
  expect_refused(window("0x7ffff000", "4096") + " --set replay.bypass=true",
                 says("memory of a stream that isn't translated", "0x7ffff000", "0x1000",
                      "0x50000000 to 0x7fffffff"));
}

TEST_F(BadInput, WorkloadThatIsNoTrace) {
  const std::string bad = scratch_.write("bad.trace", "hello\n");
  expect_refused(run_with(description_, bad), HasSubstr("bad.trace:1: "));
}

TEST_F(BadInput, TruncatedGzip) {
  const std::string whole = read_file(workload_);
  const std::string bad = scratch_.write("cut.trace.gz", whole.substr(0, whole.size() / 2));
  expect_refused(run_with(description_, bad), HasSubstr("cut.trace.gz"));
}

// Found in the middle of the run, which then leaves no results behind.
TEST_F(BadInput, TraceLineOutOfRange) {
  std::istringstream whole(run_command("gzip -dc " + workload_).output);
  std::string text;
  std::string line;
  unsigned bad_line = 0;
  for (unsigned number = 1; std::getline(whole, line); ++number) {
    const std::size_t bytes = line.find("bytes=");
    if (bad_line == 0 && number > 4000 && bytes != std::string::npos) {
      line.replace(bytes, line.find(' ', bytes) - bytes, "bytes=99999");
      bad_line = number;
    }
    text += line + "\n";
  }
  const std::string bad = scratch_.write("bad.trace", text);
  const std::string statistics = scratch_.path("out.json");
  expect_refused(
      run_with(description_, bad) + " --stats " + statistics,
      AllOf(HasSubstr("bad.trace:" + std::to_string(bad_line) + ": "), HasSubstr("99999")));
  EXPECT_FALSE(std::filesystem::exists(statistics));
}

TEST_F(BadInput, StatisticsThatCannotBeWritten) {
  expect_refused(run_with(description_, workload_) + " --stats " + scratch_.path("none/out.json"),
                 HasSubstr("none/out.json"));
}

TEST_F(BadInput, TraceThatCannotBeWritten) {
  expect_refused(run_with(description_, workload_) + " --trace " + scratch_.path("none/out.json"),
                 HasSubstr("none/out.json"));
}

TEST_F(BadInput, TraceFromThatIsNoNumber) {
  expect_refused(run_with(description_, workload_) + " --trace t --trace-from last",
                 HasSubstr("--trace-from"));
}

TEST_F(BadInput, ImportOfAMissingRecording) {
  expect_refused("trace import " + scratch_.path("none.csv") + " -o " + scratch_.path("out"),
                 HasSubstr("none.csv"));
}

TEST_F(BadInput, ImportOfARecordingWithABadLine) {
  const std::string bad = scratch_.write(
      "bad.csv", "time_us,op,stream_id,iova,bytes,pa,detail\n1,jump,8,0x1000,4,0x2000,\n");
  expect_refused("trace import " + bad + " -o " + scratch_.path("out"), HasSubstr("bad.csv:2: "));
}

TEST_F(BadInput, ImportIntoAFileThatCannotBeWritten) {
  const std::string recording = source_path("traces/recordings/nvme_seqwrite.csv.gz");
  expect_refused("trace import " + recording + " -o " + scratch_.path("none/out"),
                 HasSubstr("none/out"));
}

}  // namespace
}  // namespace doorbell::testing
