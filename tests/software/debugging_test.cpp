// What a debugger finds at a processor, and that its stops take no simulated time.
#include <gtest/gtest.h>

#include <array>

#include "platforms/virt/memory_map.h"
#include "tests/software/firmware.h"

namespace doorbell::testing {
namespace {

constexpr Time cycle = 400;  // of 2.5 GHz
using cpu::InstructionEngine;
using cpu::Register;
using Kind = InstructionEngine::Stop::Kind;

/// 100 turns of two instructions, a load of the UART's Flag register, SYSTEM_OFF.
const std::vector<std::uint32_t> program{
    0xd2800c82,  // mov x2, #100
    0xd2a12003,  // mov x3, #0x9000000
    0xf1000442,  // 1: subs x2, x2, #1
    0x54ffffe1,  // b.ne 1b
    0xb9401864,  // ldr w4, [x3, #0x18]
    0x52800100,  // mov w0, #8
    0x72b08000,  // movk w0, #0x8400, lsl #16
    0xd4000002,  // hvc #0
};
constexpr std::uint64_t turn = virt::ram_base + 8;
constexpr std::uint64_t load = virt::ram_base + 16;
constexpr std::uint64_t behind = virt::ram_base + 20;

class ProcessorDebugging : public ::testing::TestWithParam<Timing> {
 protected:
  cpu::Aarch64Group& group() { return *machine_.platform().aarch64(); }
  cpu::Aarch64Processor& processor() { return *group().processors().front(); }
  Time now() const { return Simulation::current().scheduler().now(); }
  /// The machine, with what is to be done at each stop.
  void run(std::function<void(const InstructionEngine::Stop&)> at_stop) {
    group().on_debug_stop([this, at_stop = std::move(at_stop)](
                              cpu::Aarch64Processor& stopped, const InstructionEngine::Stop& stop) {
      EXPECT_EQ(&stopped, &processor());
      ++stops_;
      at_stop(stop);
    });
    machine_.run(GetParam());
    ASSERT_TRUE(machine_.ended());
  }

  FirmwareMachine machine_{program, FirmwareMachine::parameters(1)};
  unsigned stops_ = 0;
};

TEST_P(ProcessorDebugging, StopsTakeNoTime) {
  std::vector<std::uint64_t> turns;
  Time loaded = 0;
  processor().set_breakpoints({turn, behind});
  run([&](const InstructionEngine::Stop& stop) {
    EXPECT_EQ(stop.kind, stops_ % 2 == 1 ? Kind::breakpoint : Kind::step);
    if (stop.kind == Kind::step) return;
    turns.push_back(*processor().register_value(Register::x(2)));
    if (*processor().register_value(Register::pc()) == behind) {
      loaded = now();
    } else {
      processor().set_stepping(cpu::Stepping::one);
    }
  });
  ASSERT_EQ(turns.size(), 101u);
  EXPECT_EQ(turns.front(), 100u);
  EXPECT_EQ(turns.back(), 0u);
  // The load's answer has come when its breakpoint does. Behind it, from the next cycle on, passes
  // what four instructions take, the load itself among them.
  EXPECT_GE(loaded, (2 + 2 * 100) * cycle);
  EXPECT_EQ(machine_.ended_at(), (loaded + cycle - 1) / cycle * cycle + 4 * cycle);
}

TEST_P(ProcessorDebugging, WritesWhatIsExecuted) {
  processor().set_breakpoints({turn});
  run([&](const InstructionEngine::Stop&) {
    if (stops_ == 1) {
      EXPECT_TRUE(processor().set_register(Register::x(2), 50));
    }
    if (stops_ != 3) return;
    // The branch, executed twice by now, becomes NOP.
    constexpr std::array<std::uint8_t, 4> nop{0x1f, 0x20, 0x03, 0xd5};
    EXPECT_EQ(processor().write_memory(turn + 4, nop), 4u);
    std::array<std::uint8_t, 4> read{};
    EXPECT_EQ(processor().read_memory(turn + 4, read), 4u);
    EXPECT_EQ(read, nop);
  });
  EXPECT_EQ(stops_, 3u);
  EXPECT_EQ(*processor().register_value(Register::x(2)), 47u);
}

TEST_P(ProcessorDebugging, ReadsRegistersOfDevicesAndWritesNone) {
  processor().set_breakpoints({load});
  run([&](const InstructionEngine::Stop&) {
    constexpr std::uint64_t flags = 0x900'0018;
    std::array<std::uint8_t, 4> bytes{};
    EXPECT_EQ(processor().read_memory(flags, bytes), 4u);
    constexpr std::uint8_t both_fifos_empty = 0x90;  // UARTFR.{TXFE,RXFE}, DDI 0183 3.3.3
    EXPECT_EQ(bytes[0], both_fifos_empty);
    EXPECT_EQ(processor().write_memory(flags, bytes), 0u);
    EXPECT_EQ(processor().physical_address(flags), flags);
  });
  EXPECT_EQ(stops_, 1u);
}

INSTANTIATE_TEST_SUITE_P(Both, ProcessorDebugging,
                         ::testing::Values(Timing::loose, Timing::approximate),
                         [](const auto& run) {
                           return run.param == Timing::loose ? "loose" : "approximate";
                         });

}  // namespace
}  // namespace doorbell::testing
