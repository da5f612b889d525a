#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engines/machine.h"

namespace doorbell::cpu {
namespace {

using testing::ElementsAre;
using Kind = InstructionEngine::Stop::Kind;

constexpr std::uint64_t records = SharedMemory::base + 0x10'0000;

class EngineInterrupts : public testing::Test {
 protected:
  EngineInterrupts() : processor_(memory_) {
    processor_.engine().set(VBAR_EL1, programs::vectors);
    processor_.set_x(19, records);
  }
  void unmask() { processor_.engine().set(Register::pstate(), 5); }

  SharedMemory memory_;
  TestProcessor processor_;
};

TEST_F(EngineInterrupts, AMaskedOneWaitsUntilItIsUnmasked) {
  processor_.engine().set_interrupt(InterruptInput::irq, true);
  processor_.set_x(4, 50);
  ASSERT_EQ(processor_.run_from(programs::interrupts, 20), Kind::horizon);
  EXPECT_TRUE(processor_.taken.empty());
  // Its handler leaves the line high: it comes again behind each return.
  ASSERT_EQ(processor_.engine().run(103 - processor_.engine().executed()).kind, Kind::horizon);
  EXPECT_THAT(processor_.taken, ElementsAre(InterruptInput::irq));
  EXPECT_EQ(memory_.word(records), 0u);  // not recorded yet
  processor_.engine().set_interrupt(InterruptInput::irq, false);
  ASSERT_EQ(processor_.engine().run(1000).kind, Kind::hypercall);
  EXPECT_EQ(memory_.word(records), 5u);
  EXPECT_EQ(memory_.word(records + 16), programs::interrupts_unmask + 4);
}

TEST_F(EngineInterrupts, FiqHasItsOwnVectorAndMask) {
  processor_.engine().set(Register::pstate(), 0x85);  // I set, F clear
  processor_.engine().set_interrupt(InterruptInput::irq, true);
  processor_.engine().set_interrupt(InterruptInput::fiq, true);
  processor_.set_x(4, 1000);
  ASSERT_EQ(processor_.run_from(programs::count, 2), Kind::horizon);
  EXPECT_THAT(processor_.taken, ElementsAre(InterruptInput::fiq));
  processor_.engine().set_interrupt(InterruptInput::fiq, false);
  ASSERT_EQ(processor_.engine().run(100).kind, Kind::horizon);
  EXPECT_EQ(memory_.word(records), 6u);
  EXPECT_EQ(processor_.taken.size(), 1u);
}

TEST_F(EngineInterrupts, ARaisedLineIsSeenAtTheNextBlock) {
  unmask();
  processor_.set_x(4, 1'000'000);
  ASSERT_EQ(processor_.run_from(programs::count, 300), Kind::horizon);
  const std::uint64_t before = processor_.engine().executed();
  processor_.engine().set_interrupt(InterruptInput::irq, true);
  ASSERT_EQ(processor_.engine().run(1).kind, Kind::horizon);
  EXPECT_EQ(processor_.taken.size(), 1u);
  EXPECT_LE(processor_.engine().executed(), before + 3);
}

TEST_F(EngineInterrupts, ALineRaisedByAnAccessIsSeenBehindItsBlock) {
  unmask();
  // When its blocks have been executed often: the library then goes from one to the next by itself.
  processor_.in_access = [&] {
    if (processor_.accesses.size() == 101) {
      processor_.engine().set_interrupt(InterruptInput::irq, true);
    }
  };
  processor_.set_x(1, 0x0a00'0000);
  processor_.set_x(4, 1000);
  constexpr unsigned turns_before = 50, instructions_of_a_turn = 7;
  ASSERT_EQ(processor_.run_from(programs::once, (turns_before + 2) * instructions_of_a_turn),
            Kind::horizon);
  EXPECT_FALSE(processor_.taken.empty());
  EXPECT_EQ(processor_.accesses.size(), 102u);
}

TEST_F(EngineInterrupts, WfiStopsUnlessALineIsHigh) {
  EXPECT_EQ(processor_.run_from(programs::wait), Kind::wait_for_interrupt);
  EXPECT_EQ(processor_.engine().get(Register::pc()), programs::wait_end);
  EXPECT_EQ(processor_.engine().executed(), 1u);
  EXPECT_EQ(processor_.engine().run(100).kind, Kind::hypercall);
  // Masked, but high.
  processor_.engine().set_interrupt(InterruptInput::irq, true);
  EXPECT_EQ(processor_.run_from(programs::wait), Kind::hypercall);
}

}  // namespace
}  // namespace doorbell::cpu
