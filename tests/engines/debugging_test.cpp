// Breakpoints, watchpoints and steps, and that nothing but the debugger notices them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/engines/machine.h"

namespace doorbell::cpu {
namespace {

using Kind = InstructionEngine::Stop::Kind;
using ::testing::ElementsAre;

class EngineDebugging : public testing::Test {
 protected:
  std::uint64_t pc() { return *engine().get(Register::pc()); }
  InstructionEngine& engine() { return processor_.engine(); }

  SharedMemory memory_;
  TestProcessor processor_{memory_};
};

TEST_F(EngineDebugging, ABreakpointStopsBeforeItsInstruction) {
  processor_.set_x(4, 3);
  engine().set_breakpoints({programs::count + 4});
  ASSERT_EQ(processor_.run_from(programs::count), Kind::breakpoint);
  EXPECT_EQ(pc(), programs::count + 4);
  EXPECT_EQ(processor_.x(2), 1u);
  EXPECT_EQ(processor_.x(4), 3u);
  ASSERT_EQ(engine().resume().kind, Kind::breakpoint);
  EXPECT_EQ(processor_.x(2), 2u);
  EXPECT_EQ(processor_.x(4), 2u);
  engine().set_breakpoints({});
  EXPECT_EQ(engine().resume().kind, Kind::hypercall);
  EXPECT_EQ(engine().executed(), 10u);
}

TEST_F(EngineDebugging, ABreakpointHoldsInABlockThatHasRunBefore) {
  processor_.set_x(4, 2);
  ASSERT_EQ(processor_.run_from(programs::count), Kind::hypercall);
  processor_.set_x(4, 2);
  engine().set_breakpoints({programs::count + 8});
  EXPECT_EQ(processor_.run_from(programs::count), Kind::breakpoint);
  EXPECT_EQ(pc(), programs::count + 8);
}

TEST_F(EngineDebugging, ABreakpointThatIsPutBackHolds) {
  processor_.set_x(4, 3);
  engine().set_breakpoints({programs::count + 4});
  ASSERT_EQ(processor_.run_from(programs::count), Kind::breakpoint);
  engine().set_breakpoints({});
  engine().set_stepping(Stepping::one);
  ASSERT_EQ(engine().resume().kind, Kind::step);
  EXPECT_EQ(pc(), programs::count + 8);
  engine().set_breakpoints({programs::count + 4});
  ASSERT_EQ(engine().resume().kind, Kind::breakpoint);
  EXPECT_EQ(processor_.x(2), 2u);
}

TEST_F(EngineDebugging, AStepIsOneInstructionWhereverItLeads) {
  processor_.set_x(4, 2);
  engine().set_stepping(Stepping::next);
  ASSERT_EQ(processor_.run_from(programs::count), Kind::step);
  std::vector<std::uint64_t> places{pc() - programs::count};
  for (int i = 0; i < 6; ++i) {
    engine().set_stepping(Stepping::one);
    ASSERT_EQ(engine().resume().kind, Kind::step) << i;
    places.push_back(pc() - programs::count);
  }
  EXPECT_THAT(places, ElementsAre(0, 4, 8, 0, 4, 8, 12));
  engine().set_stepping(Stepping::one);
  EXPECT_EQ(engine().resume().kind, Kind::hypercall);
}

TEST_F(EngineDebugging, AStepEntersTheVectorOfAnException) {
  engine().set(VBAR_EL1, programs::vectors);
  processor_.set_x(19, SharedMemory::base + 0x10'0000);
  engine().set_breakpoints({programs::faults_svc});
  ASSERT_EQ(processor_.run_from(programs::faults), Kind::breakpoint);
  engine().set_stepping(Stepping::one);
  ASSERT_EQ(engine().resume().kind, Kind::step);
  EXPECT_EQ(pc(), programs::vectors + 0x200);
}

TEST_F(EngineDebugging, RegistersMayBeWrittenInTheMiddleOfABlock) {
  processor_.set_x(4, 100);
  engine().set_breakpoints({programs::count + 4});
  ASSERT_EQ(processor_.run_from(programs::count), Kind::breakpoint);
  processor_.set_x(4, 1);
  EXPECT_EQ(engine().resume().kind, Kind::hypercall);
  EXPECT_EQ(processor_.x(2), 1u);
}

TEST_F(EngineDebugging, ThePcMayBeWrittenInTheMiddleOfABlock) {
  processor_.set_x(4, 100);
  engine().set_breakpoints({programs::count + 4});
  ASSERT_EQ(processor_.run_from(programs::count), Kind::breakpoint);
  engine().set(Register::pc(), programs::count + 12);
  EXPECT_EQ(engine().resume().kind, Kind::hypercall);
  EXPECT_EQ(engine().executed(), 2u);
}

TEST_F(EngineDebugging, AWatchpointStopsBehindTheBlockThatStores) {
  const std::uint64_t words = SharedMemory::base + 0x10'0000;
  processor_.set_x(1, words);
  ASSERT_EQ(processor_.run_from(programs::stores), Kind::hypercall);
  engine().set_watchpoints({{.address = words + 12, .size = 4, .stores = true}});
  engine().set(Register::pc(), programs::stores);
  const InstructionEngine::Stop stop = engine().run(1000);
  ASSERT_EQ(stop.kind, Kind::watchpoint);
  EXPECT_EQ(stop.address, words + 12);
  EXPECT_EQ(processor_.x(2), 3u);
  engine().set_watchpoints({});
  EXPECT_EQ(engine().resume().kind, Kind::hypercall);
}

TEST_F(EngineDebugging, AWatchpointTellsLoadsFromStores) {
  const std::uint64_t words = SharedMemory::base + 0x10'0000;
  processor_.set_x(1, words);
  engine().set_watchpoints({{.address = words, .size = 8, .loads = true}});
  ASSERT_EQ(processor_.run_from(programs::stores), Kind::watchpoint);
  EXPECT_EQ(processor_.x(3), 1u);
  EXPECT_EQ(engine().resume().kind, Kind::hypercall);
}

TEST_F(EngineDebugging, BreakpointsSurviveAReset) {
  processor_.set_x(4, 3);
  engine().set_breakpoints({programs::count + 4});
  ASSERT_EQ(processor_.run_from(programs::count), Kind::breakpoint);
  engine().reset();
  processor_.set_x(4, 3);
  EXPECT_EQ(processor_.run_from(programs::count), Kind::breakpoint);
}

/// Where each stretch ends, and what was counted by then.
std::string stretches(std::uint64_t program, std::uint64_t horizon, bool disturbed) {
  SharedMemory memory;
  TestProcessor processor(memory);
  InstructionEngine& engine = processor.engine();
  constexpr std::uint64_t floating_point_at_el1_and_el0 = 3 << 20;
  engine.set(CPACR_EL1, floating_point_at_el1_and_el0);
  processor.set_x(1, SharedMemory::base + 0x10'0000);
  processor.set_x(4, 20);
  engine.set(Register::pc(), program);
  // The last instruction of the first block, and one that the long program has in its middle.
  if (disturbed) {
    engine.set_breakpoints({programs::count + 8, programs::straight + 0x190, programs::heavy + 4});
  }
  std::string record;
  for (int i = 0; i < 2000; ++i) {
    InstructionEngine::Stop stop = engine.run(horizon);
    while (stop.is_of_debugger()) {
      engine.set_stepping(i % 3 == 0 ? Stepping::none : Stepping::one);
      stop = engine.resume();
    }
    record += std::to_string(*engine.get(Register::pc()) - program) + " " +
              std::to_string(engine.executed()) + " " + std::to_string(engine.counts().blocks) +
              "\n";
    if (stop.kind == Kind::hypercall) break;
  }
  return record;
}

TEST(EngineDebuggingStops, LeaveNoTrace) {
  for (const std::uint64_t program : {programs::count, programs::straight, programs::heavy}) {
    for (const std::uint64_t horizon : {1, 2, 7, 100, 100'000}) {
      EXPECT_EQ(stretches(program, horizon, true), stretches(program, horizon, false))
          << program << ", " << horizon;
    }
  }
}

/// A device whose first access raises an interrupt, which it takes back when it is taken.
struct Interrupting : TestProcessor {
  using TestProcessor::TestProcessor;
  bool write_device(std::uint64_t, unsigned, std::uint64_t) noexcept override { return true; }
  Access read_device(std::uint64_t, unsigned) noexcept override {
    engine().set_interrupt(InterruptInput::irq, true);
    return {};
  }
  void interrupt_taken(InterruptInput input) noexcept override {
    TestProcessor::interrupt_taken(input);
    engine().set_interrupt(input, false);
    taken_at = engine().executed();
  }
  std::uint64_t taken_at = 0;
};

TEST(EngineDebuggingStops, LetInterruptsComeWhereTheyWouldHave) {
  std::vector<std::uint64_t> taken;
  for (const bool disturbed : {false, true}) {
    SharedMemory memory;
    Interrupting processor(memory);
    InstructionEngine& engine = processor.engine();
    constexpr std::uint64_t unmasked_at_el1 = 5;
    engine.set(Register::pstate(), unmasked_at_el1);
    engine.set(VBAR_EL1, programs::vectors);
    processor.set_x(19, SharedMemory::base + 0x10'0000);
    processor.set_x(1, 0x1000);
    processor.set_x(4, 1);
    engine.set(Register::pc(), programs::once);
    // Behind the load, in its block.
    if (disturbed) engine.set_breakpoints({programs::once + 12});
    InstructionEngine::Stop stop = engine.run(1'000'000);
    EXPECT_EQ(stop.kind == Kind::breakpoint, disturbed);
    EXPECT_EQ(processor.taken.size(), disturbed ? 0u : 1u);
    while (stop.is_of_debugger()) {
      engine.set_stepping(Stepping::one);
      stop = engine.resume();
    }
    EXPECT_EQ(stop.kind, Kind::hypercall);
    ASSERT_EQ(processor.taken.size(), 1u);
    taken.push_back(processor.taken_at);
  }
  EXPECT_EQ(taken[0], taken[1]);
}

}  // namespace
}  // namespace doorbell::cpu
