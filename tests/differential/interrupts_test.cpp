// Random sequences of interrupts (sw/interrupts) on QEMU 7.2 and here: one C program raises,
// acknowledges and ends interrupts, sends SGIs, and issues ITS commands, right and wrong ones, and
// prints what comes of them.
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "sw/random/its_errors.h"
#include "tests/differential/interrupts_machine.h"
#include "tests/differential/transcript_comparison.h"
#include "tests/support/child_process.h"
#include "tests/support/long_run.h"
#include "tests/system/command.h"

namespace doorbell::test {
namespace {

/// Every word is the same: where QEMU 7.2 is known to differ, the sequences don't go (docs/sw.md),
/// as one difference would change all that follows it.
const std::vector<Difference> none;

std::string on_qemu(const InterruptsRun& run) {
  const std::string machine = run.secure ? "virt,gic-version=3,secure=on" : "virt,gic-version=3";
  const testing::CommandResult result = testing::run_command(
      std::string("timeout 500 ") + QEMU_SYSTEM_AARCH64 + " -M " + machine +
      " -cpu cortex-a57 -accel tcg,thread=single -m 1024 -nodefaults -no-reboot -display none" +
      " -serial stdio -monitor none -semihosting -smp " + std::to_string(run.processors) +
      " -kernel " + INTERRUPTS_FIRMWARE + " -append 'seed=" + std::to_string(run.first_seed) +
      " count=" + std::to_string(run.count) + " processors=" + std::to_string(run.processors) +
      " secure=" + std::to_string(run.secure) + "'");
  EXPECT_EQ(result.status, 0) << result.errors;
  return result.output;
}

void compare(TranscriptComparison& comparison, const InterruptsRun& run) {
  comparison.expect_same(output_of_child([&] { return run_interrupts(run); }), on_qemu(run));
}

TEST(RandomInterrupts, PrintWhatTheyPrintOnQemu) {
  const std::uint64_t seeds = cases<std::uint64_t>(8, 200);
  TranscriptComparison comparison(none);
  compare(comparison, {.processors = 1, .first_seed = 0, .count = seeds / 4});
  compare(comparison, {.processors = 4, .first_seed = seeds / 4, .count = seeds / 2});
  compare(comparison, {.processors = 20, .first_seed = seeds * 3 / 4, .count = seeds / 4});
}

/// The case of a line, and how the queue took its command.
struct TakenCommand {
  std::string name;
  bool stalled = false;
};
TakenCommand taken_command(const std::string& line) {
  std::smatch words;
  if (!std::regex_search(line, words, std::regex("^\\S+ (\\S+) .*words=\\S+ status=([0-9]+)")))
    return {};
  return {words[1], words[2] != "0"};
}

// QEMU 7.2 goes on after a command with an error, as the default here is; the parameter has it
// stall. Either way the command does nothing.
TEST(RandomInterrupts, AWrongCommandStallsTheQueueByParameterAndNothingElseChanges) {
  InterruptsRun run{.processors = 2, .count = 4};
  const auto going_on = lines_of(output_of_child([&] { return run_interrupts(run); }));
  run.stall_on_command_error = true;
  const auto stalling = lines_of(output_of_child([&] { return run_interrupts(run); }));
  ASSERT_EQ(going_on.size(), stalling.size());
  std::set<std::string> wrong;
  for (std::size_t i = 0; i < stalling.size(); ++i) {
    const TakenCommand taken = taken_command(stalling[i]);
    EXPECT_EQ(std::regex_replace(stalling[i], std::regex("status=7"), "status=0"), going_on[i]);
    if (taken.stalled) wrong.insert(taken.name);
    EXPECT_FALSE(taken.stalled && taken.name == "SYNC") << stalling[i];
  }
  for (unsigned i = 0; i < its_errors_count; ++i)
    EXPECT_TRUE(wrong.contains(its_errors[i].name)) << its_errors[i].name << " didn't stall";
}

// Each seed begins after a reset, which clears what the one before has left active.
TEST(RandomInterrupts, OfTwoSecurityStatesPrintWhatTheyPrintOnQemu) {
  const std::uint64_t seeds = cases<std::uint64_t>(10, 200);
  TranscriptComparison comparison(none);
  for (std::uint64_t seed = 0; seed < seeds; ++seed)
    compare(comparison, {.secure = true, .first_seed = seed});
}

}  // namespace
}  // namespace doorbell::test
