#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

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

/// Reads the counter until 62 500 000 ticks have passed, a second; then SYSTEM_OFF.
const std::vector<std::uint32_t> waits_a_second{
    0xd53be040,  // mrs x0, cntvct_el0
    0xd2959402,  // mov x2, #0xaca0
    0xf2a07722,  // movk x2, #0x3b9, lsl #16
    0x8b020001,  // add x1, x0, x2
    0xd53be040,  // 1: mrs x0, cntvct_el0
    0xeb01001f,  // cmp x0, x1
    0x54ffffc3,  // b.lo 1b
    0x52800100,  // mov w0, #8
    0x72b08000,  // movk w0, #0x8400, lsl #16
    0xd4000002,  // hvc #0
};

std::uint64_t executed(const FirmwareMachine& machine) {
  const auto statistics = nlohmann::json::parse(machine.statistics());
  for (const auto& metric : statistics["metrics"]) {
    if (metric["path"] == "virt.cpu0.instructions") return metric["values"]["value"];
  }
  return 0;
}

// Firmware waits for seconds so, and the host can't execute all of it.
TEST(WaitingForTheCounter, CostsTheHostLittleWhereNothingIsMeasured) {
  FirmwareMachine machine(waits_a_second, FirmwareMachine::parameters(1));
  machine.run(Timing::loose, 2 * second);
  ASSERT_TRUE(machine.ended());
  EXPECT_GE(machine.ended_at(), second);
  EXPECT_LE(machine.ended_at(), second + 10 * microsecond);
  EXPECT_GE(executed(machine), 100'000u);
  EXPECT_LE(executed(machine), 2'000'000u);
}

TEST(WaitingForTheCounter, IsExecutedTurnByTurnWhereTimeIsMeasured) {
  std::vector<std::uint32_t> waits = waits_a_second;
  waits[1] = 0xd2800002 | 62'500 / 100 << 5;  // mov x2, #625: ten microseconds
  waits[2] = 0xd503201f;                      // nop
  FirmwareMachine machine(waits, FirmwareMachine::parameters(1));
  machine.run(Timing::approximate);
  ASSERT_TRUE(machine.ended());
  EXPECT_GE(machine.ended_at(), 10 * microsecond);
  EXPECT_LE(machine.ended_at(), 10 * microsecond + 10 * nanosecond);
  EXPECT_EQ(executed(machine), machine.ended_at() / cycle);
}

INSTANTIATE_TEST_SUITE_P(Both, InstructionTime,
                         ::testing::Values(Timing::loose, Timing::approximate),
                         [](const auto& run) {
                           return run.param == Timing::loose ? "loose" : "approximate";
                         });

}  // namespace
}  // namespace doorbell::testing
