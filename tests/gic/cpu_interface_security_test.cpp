// The CPU interface's registers with two Security states (IHI 0069, 4.6, 4.8, 12.2).
#include <gtest/gtest.h>

#include "doorbell/gic/arch/cpu_interface_state.h"

namespace doorbell::gic {
namespace {

using enum IccRegister;

constexpr PeState EL3{.EL = 3, .SCR_NS = false}, EL3_NS{.EL = 3, .SCR_NS = true};
constexpr PeState S_EL1{.EL = 1, .secure = true, .SCR_NS = false}, NS_EL1{};
constexpr PeState NS_FIQ{.EL = 1, .SCR_FIQ = true};

class CpuInterfaceOfTwo : public testing::Test {
 protected:
  CpuInterfaceOfTwo() {
    write(ICC_PMR_EL1, 0xFF, EL3);
    write(ICC_IGRPEN0_EL1, 1, EL3);
    write(ICC_IGRPEN1_EL3, 3, EL3);
  }
  std::uint64_t read(IccRegister which, const PeState& who) {
    return icc.read(which, icc.view(who)).value_or(~0ULL);
  }
  void write(IccRegister which, std::uint64_t value, const PeState& who) {
    EXPECT_TRUE(icc.write(which, value, icc.view(who)));
  }
  std::uint32_t take(unsigned n, const PendingInterrupt& pending, const PeState& who) {
    const std::uint32_t answer = icc.answer(n, pending, icc.view(who));
    if (answer == pending.INTID) icc.acknowledge(pending);
    return answer;
  }
  auto end(unsigned n, std::uint32_t INTID, const PeState& who) {
    return icc.end_of_interrupt(n, INTID, icc.view(who));
  }
  CpuInterfaceState icc{{.two_security_states = true}};
};

TEST_F(CpuInterfaceOfTwo, GroupEnablesAreBanked) {
  EXPECT_EQ(icc.enabled_groups(), 7u);
  write(ICC_IGRPEN1_EL1, 0, NS_EL1);
  EXPECT_EQ(icc.enabled_groups(), 5u);
  EXPECT_EQ(read(ICC_IGRPEN1_EL3, EL3), 2u) << "EnableGrp1S";
  EXPECT_EQ(read(ICC_IGRPEN1_EL1, S_EL1), 1u);
  EXPECT_EQ(read(ICC_IGRPEN1_EL1, EL3), 1u);
  EXPECT_EQ(read(ICC_IGRPEN1_EL1, EL3_NS), 0u) << "SCR_EL3.NS names the bank";
  write(ICC_IGRPEN1_EL1, 0, S_EL1);
  EXPECT_EQ(icc.enabled_groups(), 1u);
  write(ICC_IGRPEN1_EL3, 1, EL3);
  EXPECT_EQ(icc.enabled_groups(), 3u);
}

TEST_F(CpuInterfaceOfTwo, BinaryPointsAreBanked) {
  EXPECT_EQ(read(ICC_BPR1_EL1, S_EL1), 2u) << "at least that of ICC_BPR0_EL1";
  EXPECT_EQ(read(ICC_BPR1_EL1, NS_EL1), 3u) << "and one more";
  write(ICC_BPR1_EL1, 5, S_EL1);
  write(ICC_BPR1_EL1, 0, NS_EL1);
  EXPECT_EQ(read(ICC_BPR1_EL1, EL3), 5u);
  EXPECT_EQ(read(ICC_BPR1_EL1, EL3_NS), 3u);
  // 5 in the Secure one leaves [7:6] as group priority, as in ICC_BPR0_EL1.
  EXPECT_EQ(take(1, {40, 0x60, Group::secure_group1}, S_EL1), 40u);
  EXPECT_EQ(read(ICC_RPR_EL1, EL3), 0x40u);
  EXPECT_FALSE(icc.interrupts({41, 0x40, Group::secure_group1}));
  EXPECT_TRUE(icc.interrupts({42, 0x38, Group::group1}));
}

TEST_F(CpuInterfaceOfTwo, CommonBinaryPointIsOfEachState) {
  write(ICC_BPR0_EL1, 4, EL3);
  write(ICC_CTLR_EL3, 1, EL3);  // CBPR_EL1S
  EXPECT_EQ(read(ICC_CTLR_EL1, S_EL1) & 1, 1u);
  EXPECT_EQ(read(ICC_CTLR_EL1, NS_EL1) & 1, 0u);
  EXPECT_EQ(read(ICC_BPR1_EL1, S_EL1), 4u) << "is ICC_BPR0_EL1";
  write(ICC_BPR1_EL1, 6, S_EL1);
  EXPECT_EQ(read(ICC_BPR0_EL1, EL3), 6u) << "and writes it";
  EXPECT_EQ(read(ICC_BPR1_EL1, EL3), 2u) << "EL3 has the register itself";
  write(ICC_CTLR_EL3, 2, EL3);  // CBPR_EL1NS
  EXPECT_EQ(read(ICC_BPR1_EL1, NS_EL1), 7u) << "ICC_BPR0_EL1 + 1";
  write(ICC_BPR1_EL1, 3, NS_EL1);
  EXPECT_EQ(read(ICC_BPR1_EL1, NS_EL1), 7u) << "writes are ignored";
  write(ICC_BPR1_EL1, 5, EL3_NS);
  EXPECT_EQ(read(ICC_BPR1_EL1, EL3_NS), 5u);
  write(ICC_CTLR_EL1, 1, NS_EL1);
  write(ICC_CTLR_EL3, 0, EL3);
  write(ICC_CTLR_EL1, 0x41, NS_EL1);
  write(ICC_CTLR_EL1, 0x41, S_EL1);
  EXPECT_EQ(read(ICC_CTLR_EL3, EL3) & 0x43, 0u) << "CBPR and PMHE are EL3's";
  write(ICC_CTLR_EL3, 0x40, EL3);
  EXPECT_EQ(read(ICC_CTLR_EL1, NS_EL1) & 0x40, 0x40u);
}

TEST_F(CpuInterfaceOfTwo, CommonBinaryPointDecidesOfPreemption) {
  write(ICC_BPR0_EL1, 6, EL3);  // [7]
  EXPECT_EQ(take(1, {40, 0xF0, Group::group1}, NS_EL1), 40u);
  EXPECT_TRUE(icc.interrupts({41, 0xE0, Group::group1}));
  EXPECT_TRUE(icc.interrupts({42, 0x80, Group::secure_group1}));
  EXPECT_TRUE(icc.interrupts({43, 0x78, Group::group0}));
  write(ICC_CTLR_EL3, 2, EL3);
  EXPECT_EQ(end(1, 40, NS_EL1), 40u);
  EXPECT_EQ(take(1, {40, 0xF0, Group::group1}, NS_EL1), 40u);
  EXPECT_EQ(read(ICC_RPR_EL1, EL3), 0x80u);
  EXPECT_FALSE(icc.interrupts({41, 0x80, Group::group1}));
  write(ICC_BPR1_EL1, 2, EL3);
  EXPECT_TRUE(icc.interrupts({42, 0x78, Group::secure_group1}));
}

TEST_F(CpuInterfaceOfTwo, EndModesAreThree) {
  write(ICC_CTLR_EL1, 2, NS_EL1);
  EXPECT_EQ(read(ICC_CTLR_EL3, EL3) & 0x1C, 0x10u);
  write(ICC_CTLR_EL1, 2, S_EL1);
  EXPECT_EQ(read(ICC_CTLR_EL3, EL3) & 0x1C, 0x18u);
  write(ICC_CTLR_EL3, 4, EL3);
  EXPECT_EQ(read(ICC_CTLR_EL1, NS_EL1) & 2, 0u);
  EXPECT_EQ(take(1, {40, 0xA0, Group::group1}, NS_EL1), 40u);
  EXPECT_EQ(end(1, 40, NS_EL1), 40u) << "EOImode_EL1NS is 0";
  EXPECT_EQ(take(0, {41, 0x20, Group::group0}, EL3), 41u);
  EXPECT_EQ(end(0, 41, EL3), std::nullopt) << "EOImode_EL3 is 1";
  EXPECT_EQ(icc.deactivate(41, icc.view(EL3)), 41u);
  EXPECT_EQ(icc.deactivate(41, icc.view(S_EL1)), std::nullopt);
}

TEST_F(CpuInterfaceOfTwo, ActivePrioritiesAreOfThreeGroups) {
  EXPECT_EQ(take(1, {40, 0xC0, Group::group1}, NS_EL1), 40u);
  EXPECT_EQ(take(1, {41, 0xA0, Group::secure_group1}, S_EL1), 41u);
  EXPECT_EQ(take(0, {42, 0x40, Group::group0}, S_EL1), 42u);
  EXPECT_EQ(read(ICC_AP1R0_EL1, NS_EL1), 1u << (0xC0 >> 3));
  EXPECT_EQ(read(ICC_AP1R0_EL1, S_EL1), 1u << (0xA0 >> 3));
  EXPECT_EQ(read(ICC_AP1R0_EL1, EL3_NS), 1u << (0xC0 >> 3));
  EXPECT_EQ(read(ICC_AP0R0_EL1, S_EL1), 1u << (0x40 >> 3));
  EXPECT_EQ(end(1, 40, NS_EL1), std::nullopt) << "Secure ones are more urgent";
  EXPECT_EQ(end(0, 42, NS_EL1), std::nullopt) << "Group 0 is none of Non-secure's";
  EXPECT_EQ(end(0, 42, S_EL1), 42u);
  EXPECT_EQ(end(1, 41, NS_EL1), std::nullopt);
  EXPECT_EQ(end(1, 41, EL3), 41u) << "EL3 ends Group 1 of both";
  EXPECT_EQ(end(1, 40, S_EL1), std::nullopt);
  EXPECT_EQ(end(1, 40, EL3), 40u);
  EXPECT_EQ(icc.running_priority(), 0xFF);
}

TEST_F(CpuInterfaceOfTwo, NonSecureCantClaimSecurePriorities) {
  write(ICC_AP1R0_EL1, ~0u, NS_EL1);
  EXPECT_EQ(read(ICC_AP1R0_EL1, NS_EL1), 0xFFFF0000u);
  EXPECT_EQ(icc.running_priority(), 0x80);
  write(ICC_AP1R0_EL1, 1, S_EL1);
  EXPECT_EQ(icc.running_priority(), 0);
  CpuInterfaceState all({.priority_bits = 8, .two_security_states = true});
  const PeView view = all.view(NS_EL1);
  for (const IccRegister AP1R : {ICC_AP1R0_EL1, ICC_AP1R1_EL1, ICC_AP1R2_EL1, ICC_AP1R3_EL1})
    EXPECT_TRUE(all.write(AP1R, ~0u, view));
  EXPECT_EQ(all.read(ICC_AP1R1_EL1, view), 0u);
  EXPECT_EQ(all.read(ICC_AP1R2_EL1, view), 0xFFFFFFFFu);
  EXPECT_EQ(all.running_priority(), 0x80);
}

TEST_F(CpuInterfaceOfTwo, PMRAndRPRAreShiftedWhereFIQIsEL3s) {
  write(ICC_PMR_EL1, 0xC0, EL3);
  EXPECT_EQ(read(ICC_PMR_EL1, NS_EL1), 0xC0u) << "SCR_EL3.FIQ is 0";
  EXPECT_EQ(read(ICC_PMR_EL1, NS_FIQ), 0x80u);
  write(ICC_PMR_EL1, 0xF0, NS_FIQ);
  EXPECT_EQ(read(ICC_PMR_EL1, EL3), 0xF8u);
  write(ICC_PMR_EL1, 0x78, EL3);
  EXPECT_EQ(read(ICC_PMR_EL1, NS_FIQ), 0u) << "a Secure mask";
  write(ICC_PMR_EL1, 0xF0, NS_FIQ);
  EXPECT_EQ(read(ICC_PMR_EL1, EL3), 0x78u) << "which Non-secure doesn't change";
  EXPECT_EQ(read(ICC_RPR_EL1, NS_FIQ), 0xFFu);
  write(ICC_PMR_EL1, 0xF8, EL3);
  EXPECT_EQ(take(1, {40, 0xA0, Group::group1}, NS_FIQ), 40u);
  EXPECT_EQ(read(ICC_RPR_EL1, NS_FIQ), 0x40u);
  EXPECT_EQ(read(ICC_RPR_EL1, NS_EL1), 0xA0u);
  EXPECT_EQ(take(0, {41, 0x20, Group::group0}, EL3), 41u);
  EXPECT_EQ(read(ICC_RPR_EL1, NS_FIQ), 0u);
}

TEST_F(CpuInterfaceOfTwo, EL3HasRegistersOfItsOwn) {
  EXPECT_EQ(read(ICC_CTLR_EL3, EL3), 0x8C00u) << "A3V, IDbits, PRIbits; nDS and RM are 0";
  EXPECT_EQ(read(ICC_SRE_EL3, EL3), 0xFu);
  write(ICC_SRE_EL3, 0, EL3);
  EXPECT_EQ(read(ICC_SRE_EL3, EL3), 0xFu) << "RAO/WI";
  write(ICC_CTLR_EL3, ~0u, EL3);
  EXPECT_EQ(read(ICC_CTLR_EL3, EL3), 0x8C5Fu);
  CpuInterfaceState one({});
  for (const IccRegister icc_EL3 : {ICC_CTLR_EL3, ICC_SRE_EL3, ICC_IGRPEN1_EL3}) {
    EXPECT_FALSE(one.read(icc_EL3).has_value());
    EXPECT_FALSE(one.write(icc_EL3, 0));
  }
}

TEST_F(CpuInterfaceOfTwo, HPPIRShowsWhatIARWouldGive) {
  const PendingInterrupt secure{40, 0x20, Group::secure_group1};
  EXPECT_EQ(icc.highest_pending(0, secure, icc.view(EL3)), 1020u);
  EXPECT_EQ(icc.highest_pending(1, secure, icc.view(NS_EL1)), 1023u);
  EXPECT_EQ(icc.highest_pending(1, secure, icc.view(S_EL1)), 40u);
  write(ICC_IGRPEN1_EL1, 0, S_EL1);
  EXPECT_EQ(icc.highest_pending(1, secure, icc.view(S_EL1)), 1023u);
}

TEST_F(CpuInterfaceOfTwo, WithDSAllIsAsWithOne) {
  icc.disable_security();
  write(ICC_PMR_EL1, 0x40, NS_FIQ);
  EXPECT_EQ(read(ICC_PMR_EL1, NS_FIQ), 0x40u);
  write(ICC_CTLR_EL1, 1, NS_EL1);
  EXPECT_EQ(read(ICC_CTLR_EL1, S_EL1) & 1, 1u);
  write(ICC_PMR_EL1, 0xF8, NS_EL1);
  EXPECT_EQ(take(1, {40, 0x20, Group::group1}, S_EL1), 40u);
  EXPECT_EQ(end(1, 40, EL3), 40u);
}

}  // namespace
}  // namespace doorbell::gic
