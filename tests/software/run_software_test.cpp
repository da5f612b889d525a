// Software by `doorbell run`: its console, its end, and what is wrong on the host's side.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/system/command.h"

namespace doorbell::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const std::string firmware = std::string(" --firmware ") + PROCESSORS_FIRMWARE;

class RunSoftware : public ::testing::Test {
 protected:
  void expect_refused(const std::string& arguments, const std::string& says) {
    const CommandResult result = run_doorbell("run" + arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.output, IsEmpty());
    EXPECT_THAT(result.errors, AllOf(StartsWith("doorbell: "), HasSubstr(says)));
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  }

  ScratchDirectory scratch_;
};

TEST_F(RunSoftware, ItsConsoleIsTheOutputAndSystemOffIsStatusZero) {
  const CommandResult result = run_doorbell("run virt --set processors=2" + firmware);
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, AllOf(StartsWith("started 00\n"), EndsWith("PASS\n")));
}

TEST_F(RunSoftware, ItsConsoleMayBeAFile) {
  const std::string console = scratch_.path("console");
  const CommandResult result = run_doorbell("run" + firmware + " --console " + console);
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, IsEmpty());
  EXPECT_THAT(read_file(console), HasSubstr("processors 04\n"));
}

TEST_F(RunSoftware, SaysNothingTwiceWhereItIsAskedWhetherItStandsStill) {
  const std::string arguments = std::string("run --firmware ") + COUNTING_FIRMWARE +
                                " --set processors=1 --set cpu.cycles_per_instruction=100000";
  const CommandResult result = run_doorbell(arguments);
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(result.output, "a\nb\nc\nd\ne\n");
}

TEST_F(RunSoftware, ItsStatusIsThatOfSemihostingsExit) {
  const std::string arguments = std::string("run --firmware ") + EXIT_FIRMWARE;
  const CommandResult result = run_doorbell(arguments + " --semihosting");
  EXPECT_EQ(result.status, 7) << result.errors;
  EXPECT_EQ(result.output, "written by semihosting\n");
}

// Jumps to where nothing is, and so are its vectors: what it was in is told.
TEST_F(RunSoftware, ThatIsStuckSaysWhereItWas) {
  const CommandResult result = run_doorbell(std::string("run --firmware ") + STUCK_FIRMWARE);
  EXPECT_EQ(result.status, 3) << result.errors;
  EXPECT_THAT(result.errors,
              StartsWith("doorbell: software failed: processor 0: an exception at its "
                         "own vector 0x00000000a0000200"));
  EXPECT_THAT(result.errors, HasSubstr("\n  X0        0x0000000090000000"));
  EXPECT_THAT(result.errors, ContainsRegex("\n  X30 +0x[0-9a-f]+ \\(firmware_main\\+0x"));
  EXPECT_THAT(result.errors, ContainsRegex("\n  VBAR_EL1  0x00000000a0000000\n"));
  // Instruction Aborts taken from EL1 (DDI 0487, D17.2.37: EC 0x21), the second at the vector.
  EXPECT_THAT(result.errors,
              ContainsRegex("\n    after [0-9]+ instructions at 0x0000000090000000: ESR_EL1 "
                            "0x86[0-9a-f]+, FAR_EL1 0x90000000\n    after"));
  EXPECT_THAT(result.errors, HasSubstr("FAR_EL1 0xa0000200\n"));
}

TEST_F(RunSoftware, IsMeasuredInApproximateTimingOnly) {
  const std::string console = " --console " + scratch_.path("console");
  const CommandResult measured = run_doorbell("run" + firmware + console + " --timing approximate");
  EXPECT_EQ(measured.status, 0) << measured.errors;
  EXPECT_THAT(measured.output, HasSubstr("simulated"));
}

TEST_F(RunSoftware, ItsTreeCanBeWrittenAndGivenBack) {
  const std::string tree = scratch_.path("virt.dtb");
  const CommandResult written = run_doorbell("run" + firmware + " --dump-dtb " + tree);
  EXPECT_EQ(written.status, 0) << written.errors;
  EXPECT_THAT(written.output, IsEmpty());
  EXPECT_THAT(read_file(tree), StartsWith("\xd0\x0d\xfe\xed"));
  const std::string copy = scratch_.path("copy.dtb");
  EXPECT_EQ(
      run_doorbell("run" + firmware + " --append 'seed=7' --dtb " + tree + " --dump-dtb " + copy)
          .status,
      0);
  EXPECT_THAT(read_file(copy), HasSubstr("seed=7"));
  expect_refused(firmware + " --dtb " + source_path("README.md"), "a flattened device tree");
}

TEST_F(RunSoftware, IsOfExactlyOneKind) {
  const std::string workload =
      " --workload " + source_path("traces/workloads/nvme_seqwrite.trace.gz");
  expect_refused(
      "", "expected one of --workload, --kernel, --bios, --firmware and --restore, found none");
  expect_refused(firmware + workload, "found --workload and --firmware");
  expect_refused(firmware + " --bios x", "found --bios and --firmware");
  expect_refused(workload + " --set cpu.kind=aarch64", "cpu.kind: expected native");
  for (const std::string option : {"--drive x", "--dtb x", "--console x", "--semihosting",
                                   "--timing approximate", "--dump-dtb x"}) {
    expect_refused(workload + " " + option, option.substr(0, option.find(' ')) +
                                                ": expected --kernel, --bios or --firmware");
  }
  expect_refused(firmware + " --initrd x", "--kernel");
  expect_refused(" --bios " + source_path("README.md") + " --append x", "--append");
  expect_refused(firmware + " --set processors=9", "processors: expected at most 8");
}

TEST_F(RunSoftware, ThatIsMissingOrWrongIsRefused) {
  const std::string text = source_path("README.md");
  expect_refused(" --kernel " + scratch_.path("none"), "none: cannot be read");
  expect_refused(" --kernel " + text, "expected an arm64 Image");
  expect_refused(" --firmware " + text, "expected an ELF file");
  expect_refused(" --firmware " + scratch_.write("empty", ""), "an empty one");
  expect_refused(std::string(" --firmware ") + DOORBELL_COMMAND, "ELF machine");
  expect_refused(firmware + " --set ram.size=1048576", "ELF segment");
}

TEST_F(RunSoftware, WithADriveThatIsMissingOrOddIsRefused) {
  expect_refused(firmware + " --drive " + scratch_.path("none"), "none");
  expect_refused(firmware + " --drive " + scratch_.write("odd", "odd"), "odd");
  expect_refused(firmware + " --drive 7=" + scratch_.write("odd", "odd"), "one of the 2 endpoints");
}

TEST_F(RunSoftware, WithFlashThatIsMissingOrOfAnotherSizeIsRefused) {
  expect_refused(firmware + " --flash " + scratch_.path("none"), "none: expected a file to read");
  expect_refused(firmware + " --flash " + scratch_.write("odd", "odd"),
                 "expected a file of 67108864 bytes, found 3 bytes");
}

TEST_F(RunSoftware, WhoseOutputCannotBeWrittenDoesNotEndWell) {
  for (const char* full : {" >/dev/full", " >&-"}) {
    const CommandResult result =
        run_command("{ " DOORBELL_COMMAND " run" + firmware + full + "; }");
    EXPECT_EQ(result.status, 2) << full;
    EXPECT_THAT(result.errors, HasSubstr("standard output cannot be written"));
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  }
}

TEST_F(RunSoftware, WithoutAnEngineIsRefused) {
  const CommandResult result =
      run_command("DOORBELL_ENGINE=/nowhere.so " DOORBELL_COMMAND " run" + firmware);
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
}

TEST_F(RunSoftware, AnEmptyNameOfAnEngineIsNone) {
  const CommandResult result = run_command("DOORBELL_ENGINE= " DOORBELL_COMMAND " run" + firmware);
  EXPECT_EQ(result.status, 0) << result.errors;
}

TEST_F(RunSoftware, NeedsWhatIsntLaidOverWithSomethingElse) {
  expect_refused(firmware + " --set cpu.kind=native",
                 "cpu.kind: expected aarch64, as --firmware needs, found native");
  expect_refused(" --bios x --set peripherals=false",
                 "peripherals: expected true, as --bios needs, found false");
  const std::string overlay = scratch_.write("overlay.yaml", "cpu: {kind: native}\n");
  expect_refused(" --kernel x --with " + overlay,
                 "cpu.kind: expected aarch64, as --kernel needs, found native");
}

TEST_F(RunSoftware, WithTwoDrivesInOnePlaceIsRefused) {
  const std::string drive = scratch_.write("drive", std::string(512, 'x'));
  expect_refused(firmware + " --drive " + drive + " --drive 0=" + drive,
                 "--drive: expected one drive for endpoint 0");
  expect_refused(firmware + " --drive " + drive + ",write=true --drive 1=" + drive + ",write=true",
                 "endpoints.1.nvme.drive: expected a file that no other endpoint uses");
}

}  // namespace
}  // namespace doorbell::testing
