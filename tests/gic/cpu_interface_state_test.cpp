#include "doorbell/gic/arch/cpu_interface_state.h"

#include <gtest/gtest.h>

namespace doorbell::gic {
namespace {

class CpuInterface : public testing::Test {
 protected:
  CpuInterface() {
    icc.write(IccRegister::ICC_PMR_EL1, 0xF0);
    icc.write(IccRegister::ICC_IGRPEN1_EL1, 1);
  }
  std::uint64_t read(IccRegister which) { return icc.read(which).value_or(~0ULL); }

  static PendingInterrupt lpi(std::uint8_t priority, std::uint32_t INTID = 8192) {
    return {INTID, priority, Group::group1};
  }
  /// A read of ICC_IAR<n>_EL1; whether it acknowledges.
  static bool take(CpuInterfaceState& icc, unsigned n, const PendingInterrupt& pending) {
    if (icc.answer(n, pending) != pending.INTID) return false;
    icc.acknowledge(pending);
    return true;
  }
  CpuInterfaceState icc{CpuInterfaceConfiguration{}};
};

TEST_F(CpuInterface, ResetValuesAreThoseThatLinuxAccepts) {
  CpuInterfaceState fresh({});
  EXPECT_EQ(fresh.read(IccRegister::ICC_CTLR_EL1), 0x8C00u - 0x400u + (4u << 8))
      << "PRIbits 4, IDbits 1, A3V";
  EXPECT_EQ(fresh.read(IccRegister::ICC_CTLR_EL1), 0x8C00u);
  EXPECT_EQ(fresh.read(IccRegister::ICC_SRE_EL1), 7u);
  EXPECT_EQ(fresh.read(IccRegister::ICC_PMR_EL1), 0u);
  EXPECT_EQ(fresh.read(IccRegister::ICC_RPR_EL1), 0xFFu);
}

TEST_F(CpuInterface, SaysWhichINTIDsAndAffinitiesThereAre) {
  CpuInterfaceState extended({.extended_range = true}), wide({.range_selector = true});
  EXPECT_EQ(extended.read(IccRegister::ICC_CTLR_EL1), 0x8C00u | 1u << 19) << "ExtRange";
  EXPECT_EQ(wide.read(IccRegister::ICC_CTLR_EL1), 0x8C00u | 1u << 18) << "RSS";
  extended.write(IccRegister::ICC_CTLR_EL1, 0);
  EXPECT_EQ(extended.read(IccRegister::ICC_CTLR_EL1), 0x8C00u | 1u << 19) << "RO";
}

TEST_F(CpuInterface, ICC_SRE_EL2HasItsEnable) {
  EXPECT_EQ(read(IccRegister::ICC_SRE_EL2), 0xFu);
  EXPECT_TRUE(icc.write(IccRegister::ICC_SRE_EL2, 0));
  EXPECT_EQ(read(IccRegister::ICC_SRE_EL2), 0xFu) << "RAO/WI";
}

TEST_F(CpuInterface, PMRKeepsImplementedBits) {
  icc.write(IccRegister::ICC_PMR_EL1, 0xFF);
  EXPECT_EQ(read(IccRegister::ICC_PMR_EL1), 0xF8u);
  icc.write(IccRegister::ICC_PMR_EL1, 1 << (8 - 5));
  EXPECT_EQ(read(IccRegister::ICC_PMR_EL1), 8u) << "Linux's test for Group 0";
}

TEST_F(CpuInterface, PMRMasksThatPriorityAndBelow) {
  icc.write(IccRegister::ICC_PMR_EL1, 0xA0);
  EXPECT_TRUE(icc.interrupts(lpi(0x98)));
  EXPECT_FALSE(icc.interrupts(lpi(0xA0)));
}

TEST_F(CpuInterface, GroupsMustBeEnabled) {
  EXPECT_FALSE(icc.interrupts({30, 0x20, Group::group0}));
  icc.write(IccRegister::ICC_IGRPEN0_EL1, 1);
  EXPECT_TRUE(icc.interrupts({30, 0x20, Group::group0}));
  icc.write(IccRegister::ICC_IGRPEN1_EL1, 0);
  EXPECT_FALSE(icc.interrupts(lpi(0x20)));
}

TEST_F(CpuInterface, AcknowledgeRaisesAndEndDropsTheRunningPriority) {
  ASSERT_TRUE(take(icc, 1, lpi(0xA0)));
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0xA0u);
  EXPECT_EQ(read(IccRegister::ICC_AP1R0_EL1), 1u << (0xA0 >> 3));
  EXPECT_FALSE(take(icc, 1, lpi(0xA0, 8193))) << "not above the running priority";
  EXPECT_FALSE(icc.end_of_interrupt(1, 8192).has_value()) << "LPIs are never active";
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0xFFu);
}

TEST_F(CpuInterface, PreemptionNests) {
  ASSERT_TRUE(take(icc, 1, lpi(0xA0)));
  ASSERT_TRUE(take(icc, 1, lpi(0x80, 40)));
  ASSERT_TRUE(take(icc, 1, lpi(0x20, 41)));
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0x20u);
  EXPECT_EQ(icc.end_of_interrupt(1, 41), 41u);
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0x80u);
  EXPECT_EQ(icc.end_of_interrupt(1, 40), 40u);
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0xA0u);
}

TEST_F(CpuInterface, BinaryPointKeepsAGroupPriorityTogether) {
  icc.write(IccRegister::ICC_BPR1_EL1, 6);  // group priority is [7:6] for Group 1
  ASSERT_TRUE(take(icc, 1, lpi(0xA0)));
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0x80u);
  EXPECT_FALSE(icc.interrupts(lpi(0x80))) << "the same group priority doesn't preempt";
  EXPECT_TRUE(icc.interrupts(lpi(0x78)));
}

TEST_F(CpuInterface, TheGroupPriorityOfThePendingOneIsCompared) {
  ASSERT_TRUE(take(icc, 1, lpi(0xA0)));
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0xA0u);
  EXPECT_FALSE(icc.interrupts(lpi(0xB0)));
  icc.write(IccRegister::ICC_BPR1_EL1, 6);  // [7:6]: 0xB0 is of group priority 0x80
  EXPECT_TRUE(icc.interrupts(lpi(0xB0)));
}

TEST_F(CpuInterface, EnablingAGroupLeavesTheOther) {
  icc.write(IccRegister::ICC_IGRPEN0_EL1, 1);
  EXPECT_EQ(read(IccRegister::ICC_IGRPEN1_EL1), 1u);
  EXPECT_TRUE(icc.interrupts(lpi(0x20)));
  icc.write(IccRegister::ICC_IGRPEN1_EL1, 0);
  EXPECT_EQ(read(IccRegister::ICC_IGRPEN0_EL1), 1u);
}

TEST_F(CpuInterface, OnlyTheMostUrgentActiveInterruptEnds) {
  icc.write(IccRegister::ICC_IGRPEN0_EL1, 1);
  ASSERT_TRUE(take(icc, 1, lpi(0xA0, 40)));
  ASSERT_TRUE(take(icc, 0, {41, 0x20, Group::group0}));
  EXPECT_FALSE(icc.end_of_interrupt(1, 40).has_value());
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0x20u);
  EXPECT_EQ(icc.end_of_interrupt(0, 41), 41u);
  EXPECT_EQ(icc.end_of_interrupt(1, 40), 40u);
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0xFFu);
}

TEST_F(CpuInterface, BinaryPointsHaveAMinimum) {
  icc.write(IccRegister::ICC_BPR0_EL1, 0);
  icc.write(IccRegister::ICC_BPR1_EL1, 0);
  EXPECT_EQ(read(IccRegister::ICC_BPR0_EL1), 2u) << "7 - preemption bits";
  EXPECT_EQ(read(IccRegister::ICC_BPR1_EL1), 3u) << "one more";
}

TEST_F(CpuInterface, CBPRUsesBPR0ForBoth) {
  icc.write(IccRegister::ICC_BPR1_EL1, 3);
  icc.write(IccRegister::ICC_BPR0_EL1, 5);
  icc.write(IccRegister::ICC_CTLR_EL1, 1);
  EXPECT_EQ(read(IccRegister::ICC_BPR1_EL1), 6u);
  icc.write(IccRegister::ICC_BPR1_EL1, 4);
  EXPECT_EQ(read(IccRegister::ICC_BPR1_EL1), 6u) << "writes are ignored";
  ASSERT_TRUE(take(icc, 1, lpi(0xA0)));
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0x80u) << "group priority is [7:6]";
  icc.write(IccRegister::ICC_CTLR_EL1, 0);
  EXPECT_EQ(read(IccRegister::ICC_BPR1_EL1), 3u) << "what it was before CBPR";
}

TEST_F(CpuInterface, EOImode1SeparatesDropAndDeactivation) {
  EXPECT_FALSE(icc.deactivate(40).has_value()) << "DIR does nothing with EOImode 0";
  icc.write(IccRegister::ICC_CTLR_EL1, 2);
  ASSERT_TRUE(take(icc, 1, lpi(0xA0, 40)));
  EXPECT_FALSE(icc.end_of_interrupt(1, 40).has_value());
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0xFFu);
  EXPECT_EQ(icc.deactivate(40), 40u);
  EXPECT_FALSE(icc.deactivate(8192).has_value());
  EXPECT_FALSE(icc.deactivate(1023).has_value());
}

TEST_F(CpuInterface, SpuriousEndsNothing) {
  ASSERT_TRUE(take(icc, 1, lpi(0xA0, 40)));
  EXPECT_FALSE(icc.end_of_interrupt(1, 1023).has_value());
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0xA0u);
}

TEST_F(CpuInterface, GroupsAreAcknowledgedByTheirOwnRegisters) {
  icc.write(IccRegister::ICC_IGRPEN0_EL1, 1);
  const PendingInterrupt fiq{40, 0x20, Group::group0};
  EXPECT_FALSE(take(icc, 1, fiq));
  EXPECT_EQ(icc.highest_pending(1, fiq), 1023u);
  EXPECT_EQ(icc.highest_pending(0, fiq), 40u);
  EXPECT_TRUE(take(icc, 0, fiq));
  EXPECT_FALSE(icc.end_of_interrupt(1, 40).has_value()) << "Group 1 has nothing active";
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0x20u);
  EXPECT_EQ(icc.end_of_interrupt(0, 40), 40u);
}

TEST_F(CpuInterface, ActivePrioritiesAreSavedAndRestored) {
  icc.write(IccRegister::ICC_AP1R0_EL1, 1u << 16);
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0x80u);
  icc.write(IccRegister::ICC_AP1R0_EL1, 0);
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0xFFu);
  const auto AP1R1 =
      static_cast<IccRegister>(static_cast<unsigned>(IccRegister::ICC_AP1R0_EL1) + 1);
  EXPECT_FALSE(icc.read(AP1R1).has_value()) << "5 bits need one register";
  EXPECT_TRUE(CpuInterfaceState({.priority_bits = 6}).read(AP1R1).has_value());
}

TEST_F(CpuInterface, WithAllBitsOfPriorityThereAreFourRegistersAGroup) {
  CpuInterfaceState all({.priority_bits = 8});
  all.write(IccRegister::ICC_PMR_EL1, 0xFF);
  all.write(IccRegister::ICC_IGRPEN1_EL1, 1);
  all.write(IccRegister::ICC_BPR1_EL1, 0);
  const auto AP1R = [&all](unsigned n) {
    return all.read(
        static_cast<IccRegister>(static_cast<unsigned>(IccRegister::ICC_AP1R0_EL1) + n));
  };
  // From the least urgent there is to the most urgent one: each preempts the one before.
  for (const std::uint8_t priority : {0xFE, 0xC0, 0xBE, 0x40, 0x3E, 0x00})
    ASSERT_TRUE(take(all, 1, lpi(priority))) << unsigned{priority};
  EXPECT_EQ(AP1R(0), 1u << 31 | 1u);
  EXPECT_EQ(AP1R(1), 1u);
  EXPECT_EQ(AP1R(2), 1u << 31);
  EXPECT_EQ(AP1R(3), 1u << 31 | 1u);
  for (const std::uint8_t priority : {0x00, 0x3E, 0x40, 0xBE, 0xC0, 0xFE}) {
    EXPECT_EQ(all.read(IccRegister::ICC_RPR_EL1), priority);
    all.end_of_interrupt(1, 8192);
  }
  EXPECT_EQ(all.read(IccRegister::ICC_RPR_EL1), 0xFFu);
  EXPECT_FALSE(AP1R(4).has_value());
}

TEST_F(CpuInterface, TheRunningPriorityIsThatOfBothGroups) {
  icc.write(IccRegister::ICC_IGRPEN0_EL1, 1);
  ASSERT_TRUE(take(icc, 1, lpi(0xA0, 40)));
  ASSERT_TRUE(take(icc, 0, {41, 0x80, Group::group0}));
  ASSERT_TRUE(take(icc, 1, lpi(0x40, 42)));
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0x40u);
  EXPECT_FALSE(icc.end_of_interrupt(0, 41).has_value()) << "not the latest";
  EXPECT_EQ(icc.end_of_interrupt(1, 42), 42u);
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0x80u);
  EXPECT_EQ(icc.end_of_interrupt(0, 41), 41u);
  EXPECT_EQ(read(IccRegister::ICC_RPR_EL1), 0xA0u);
}

TEST_F(CpuInterface, UnknownRegistersAreSaidSo) {
  EXPECT_FALSE(icc.read(static_cast<IccRegister>(system_register(3, 0, 12, 12, 1))).has_value())
      << "EOIR1 is WO";
  EXPECT_FALSE(icc.read(static_cast<IccRegister>(0)).has_value());
  EXPECT_FALSE(icc.write(static_cast<IccRegister>(0), 0));
}

}  // namespace
}  // namespace doorbell::gic
