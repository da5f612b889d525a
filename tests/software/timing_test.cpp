#include <gtest/gtest.h>

#include "tests/software/firmware.h"

namespace doorbell::testing {
namespace {

constexpr Time cycle = 400;  // of 2.5 GHz

/// X2 turns of two instructions, then SYSTEM_OFF: four instructions more.
std::vector<std::uint32_t> turns(std::uint32_t count) {
  return {
      0xd2800002 | count << 5,  // mov x2, #count
      0xf1000442,               // 1: subs x2, x2, #1
      0x54ffffe1,               // b.ne 1b
      0x52800100,               // mov w0, #8
      0x72b08000,               // movk w0, #0x8400, lsl #16
      0xd4000002,               // hvc #0
  };
}

class InstructionTime : public ::testing::TestWithParam<Timing> {};

TEST_P(InstructionTime, IsThatOfAllInstructions) {
  FirmwareMachine machine(turns(10'000), FirmwareMachine::parameters(1));
  machine.run(GetParam());
  ASSERT_TRUE(machine.ended());
  EXPECT_EQ(machine.ended_at(), (2 * 10'000 + 4) * cycle);
}

TEST_P(InstructionTime, HundredthsOfCyclesAddUp) {
  virt::VirtParameters parameters = FirmwareMachine::parameters(1);
  parameters.cpu.cycles_per_instruction = 133;
  parameters.cpu.quantum = 7;
  FirmwareMachine machine(turns(5'000), parameters);
  machine.run(GetParam());
  ASSERT_TRUE(machine.ended());
  EXPECT_EQ(machine.ended_at(), (2 * 5'000 + 4) * 133 / 100 * cycle);
}

INSTANTIATE_TEST_SUITE_P(Both, InstructionTime,
                         ::testing::Values(Timing::loose, Timing::approximate),
                         [](const auto& run) {
                           return run.param == Timing::loose ? "loose" : "approximate";
                         });

}  // namespace
}  // namespace doorbell::testing
