#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "doorbell/cpu/arch/register_names.h"
#include "tests/engines/machine.h"

namespace doorbell::cpu {
namespace {

using testing::ElementsAre;
using testing::Pair;
using Kind = InstructionEngine::Stop::Kind;

constexpr std::uint32_t ICC_IAR1_EL1 = system_register(3, 0, 12, 12, 0);
constexpr std::uint32_t ICC_EOIR1_EL1 = system_register(3, 0, 12, 12, 1);
constexpr std::uint32_t CNTFRQ_EL0 = system_register(3, 3, 14, 0, 0);
constexpr std::uint32_t CNTVCT_EL0 = system_register(3, 3, 14, 0, 2);
constexpr std::uint32_t CNTV_CTL_EL0 = system_register(3, 3, 14, 3, 1);
constexpr std::uint32_t CNTV_CVAL_EL0 = system_register(3, 3, 14, 3, 2);

TEST(EngineRegisters, TheHostKeepsThoseOfGicAndTimer) {
  SharedMemory memory;
  TestProcessor processor(memory, {.mpidr = 0x8000'0103});
  processor.system_register_value = 0x2a;
  ASSERT_EQ(processor.run_from(programs::registers), Kind::hypercall);
  EXPECT_EQ(processor.x(0), 0x8000'0103u);
  EXPECT_EQ(processor.x(1) >> 24 & 15, 1u) << "ID_AA64PFR0_EL1.GIC";
  EXPECT_EQ(processor.x(1) >> 8 & 0xff, 0u) << "ID_AA64PFR0_EL1.EL2, EL3";
  EXPECT_EQ(processor.x(2), 0x2au);
  EXPECT_THAT(processor.registers_read,
              ElementsAre(ICC_IAR1_EL1, CNTVCT_EL0, CNTV_CTL_EL0, CNTFRQ_EL0));
  EXPECT_THAT(processor.registers_written,
              ElementsAre(Pair(ICC_EOIR1_EL1, 0x2a), Pair(CNTV_CVAL_EL0, 0x2a)));
  EXPECT_EQ(processor.engine().executed(), 9u);
}

TEST(EngineRegisters, OneThatTheHostDoesNotKnowIsUndefined) {
  SharedMemory memory;
  TestProcessor processor(memory);
  processor.engine().set(VBAR_EL1, programs::vectors);
  processor.set_x(19, SharedMemory::base + 0x10'0000);
  processor.set_x(28, programs::end);
  ASSERT_EQ(processor.run_from(programs::registers), Kind::hypercall);
  EXPECT_EQ(processor.engine().counts().undefined, 1u);
  EXPECT_EQ(memory.word(SharedMemory::base + 0x10'0010), programs::registers + 8);
}

TEST(EngineRegisters, WhatIsWrittenIsReadBack) {
  SharedMemory memory;
  TestProcessor processor(memory);
  InstructionEngine& engine = processor.engine();
  std::vector<Register> all{TTBR0_EL1,       MAIR_EL1,        VBAR_EL1,
                            Register::sp(0), Register::sp(1), Register::pc()};
  for (unsigned i = 0; i < 31; ++i)
    all.push_back(Register::x(i));
  for (unsigned i = 0; i < 32; ++i) {
    all.push_back(Register::v_low(i));
    all.push_back(Register::v_high(i));
  }
  std::uint64_t pattern = 0x1000'0000'0000;
  for (const Register& name : all)
    EXPECT_TRUE(engine.set(name, pattern += 0x800));
  pattern = 0x1000'0000'0000;
  for (const Register& name : all)
    EXPECT_EQ(engine.get(name), pattern += 0x800) << static_cast<int>(name.kind) << name.number;
  EXPECT_EQ(engine.get(Register::system(system_register(3, 0, 15, 0, 0))), std::nullopt);
}

/// What a checkpoint keeps, written by another engine and read back, at each Exception level and
/// with either stack pointer.
TEST(EngineRegisters, AllThatACheckpointKeepsGoesFromOneToAnother) {
  constexpr std::uint64_t EL0t = 0x6000'0000, EL1t = 0x8000'0344, EL1h = 0x2000'00c5;
  ASSERT_EQ(named_registers().size(), 4u + 31 + 64 + 24);
  SharedMemory memory;
  for (const std::uint64_t pstate : {EL0t, EL1t, EL1h}) {
    TestProcessor first(memory), second(memory);
    std::uint64_t pattern = 0x0123'4567'07cf'000f;
    std::map<std::string, std::uint64_t> kept;
    for (const NamedRegister& each : named_registers()) {
      const bool is_pstate = each.name == "PSTATE";
      const auto before = first.engine().get(each.which);
      ASSERT_TRUE(before.has_value()) << each.name;
      EXPECT_TRUE(first.engine().set(each.which, is_pstate ? pstate : pattern)) << each.name;
      pattern += 0x0001'0010'0000'0000;
      // IMPLEMENTATION DEFINED, and zero on a Cortex-A57.
      const bool has_none = each.name.starts_with("AFSR") || each.name == "AMAIR_EL1";
      if (is_pstate || has_none) continue;
      EXPECT_NE(first.engine().get(each.which), before) << each.name;
    }
    for (const NamedRegister& each : named_registers())
      kept[each.name] = *first.engine().get(each.which);
    EXPECT_EQ(kept["PSTATE"], pstate);
    for (const NamedRegister& each : named_registers())
      second.engine().set(each.which, kept[each.name]);
    for (const NamedRegister& each : named_registers())
      EXPECT_EQ(second.engine().get(each.which), kept[each.name]) << each.name;
  }
}

TEST(EngineRegisters, TheStackPointerFollowsPstate) {
  SharedMemory memory;
  TestProcessor processor(memory);
  InstructionEngine& engine = processor.engine();
  engine.set(Register::sp(0), 0x100);
  engine.set(Register::sp(1), 0x200);
  engine.set(Register::pstate(), 0x3c4);  // EL1t
  EXPECT_EQ(engine.get(Register::sp(0)), 0x100u);
  EXPECT_EQ(engine.get(Register::sp(1)), 0x200u);
}

TEST(EngineRegisters, AResetMasksInterruptsAndTurnsTheMmuOff) {
  SharedMemory memory;
  Translation translation(memory);
  TestProcessor processor(memory);
  Translation::enable(processor.engine());
  processor.set_x(4, 3);
  ASSERT_EQ(processor.run_from(programs::count), Kind::hypercall);
  processor.engine().reset();
  EXPECT_EQ(processor.engine().get(Register::pstate()), 0x3c5u);
  EXPECT_EQ(*processor.engine().get(SCTLR_EL1) & 1, 0u);
  EXPECT_EQ(processor.x(2), 0u);
  processor.set_x(4, 3);
  EXPECT_EQ(processor.run_from(programs::count), Kind::hypercall);
}

TEST(EngineRegisters, ATranslationIsKnownToADebugger) {
  SharedMemory memory;
  Translation translation(memory);
  TestProcessor processor(memory);
  translation.map(0x5000, SharedMemory::base + 0x8000, 0);
  Translation::enable(processor.engine());
  processor.set_x(1, 0x5000);
  ASSERT_EQ(processor.run_from(programs::read), Kind::hypercall);
  EXPECT_EQ(processor.engine().translate(0x5678), SharedMemory::base + 0x8678);
  EXPECT_EQ(processor.engine().translate(0x7000), std::nullopt);
}

}  // namespace
}  // namespace doorbell::cpu
