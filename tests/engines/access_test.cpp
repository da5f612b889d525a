#include <gtest/gtest.h>

#include "tests/engines/machine.h"

namespace doorbell::cpu {
namespace {

using Kind = InstructionEngine::Stop::Kind;
using Access = TestProcessor::DeviceAccess;

constexpr std::uint64_t device = 0x0a00'0000;

TEST(EngineAccess, EachWidthIsOneAccessWithTheInstructionsBeforeItCounted) {
  SharedMemory memory;
  TestProcessor processor(memory);
  processor.device_value = 0x1122'3344'5566'7788;
  processor.set_x(1, device);
  ASSERT_EQ(processor.run_from(programs::widths), Kind::hypercall);
  EXPECT_EQ(processor.accesses,
            (std::vector<Access>{{false, device, 1, 0, 0},
                                 {false, device + 2, 2, 0, 1},
                                 {false, device + 4, 4, 0, 2},
                                 {false, device + 8, 8, 0, 3},
                                 {true, device, 1, 0x88, 4},
                                 {true, device + 2, 2, 0x7788, 5},
                                 {true, device + 4, 4, 0x5566'7788, 6},
                                 {true, device + 8, 8, 0x1122'3344'5566'7788, 7},
                                 {false, device + 16, 8, 0, 8},
                                 {false, device + 24, 8, 0, 8}}));
  EXPECT_EQ(processor.x(5), 0x1122'3344'5566'7788u);
}

TEST(EngineAccess, NothingIsExecutedTwiceWhenARunIsLeftInACallBack) {
  SharedMemory memory;
  TestProcessor processor(memory);
  processor.in_access = [&] { processor.engine().leave_soon(); };
  processor.set_x(1, device);
  processor.set_x(4, 100);
  ASSERT_EQ(processor.run_from(programs::once), Kind::horizon);
  unsigned stretches = 1;
  while (processor.engine().run(1'000'000).kind == Kind::horizon)
    ++stretches;
  EXPECT_EQ(stretches, 100u);
  EXPECT_EQ(processor.x(2), 300u);
  EXPECT_EQ(processor.accesses.size(), 200u);
  EXPECT_EQ(processor.engine().executed(), 701u);
}

TEST(EngineAccess, DevicesAreEverywhereThatIsNotMemory) {
  SharedMemory memory;
  TestProcessor processor(memory);
  for (const std::uint64_t address :
       {std::uint64_t{0}, std::uint64_t{0x3fff'fff8}, SharedMemory::base + SharedMemory::size,
        std::uint64_t{0x80'0000'0000}}) {
    processor.accesses.clear();
    processor.set_x(1, address);
    ASSERT_EQ(processor.run_from(programs::read), Kind::hypercall);
    ASSERT_EQ(processor.accesses.size(), 1u);
    EXPECT_EQ(processor.accesses[0].address, address);
  }
}

}  // namespace
}  // namespace doorbell::cpu
