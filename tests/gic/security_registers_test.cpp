// GICD and GICR registers as Secure and Non-secure accesses see them (IHI 0069, 4.6, 12.9, 12.11).
#include <gtest/gtest.h>

#include <vector>

#include "doorbell/gic/arch/distributor_state.h"
#include "doorbell/gic/arch/redistributor_state.h"

namespace doorbell::gic {
namespace {

constexpr RegisterContext secure{.secure = true}, non_secure{.secure = false};

/// Accesses of either Security state to a bank.
struct Accesses {
  RegisterBank& bank;
  std::uint64_t read(const RegisterContext& who, std::uint64_t offset, unsigned size = 4) {
    std::uint64_t data = 0;
    EXPECT_NE(bank.read(offset, size, data, who), RegisterResult::bad_size) << std::hex << offset;
    return data;
  }
  void write(const RegisterContext& who, std::uint64_t offset, std::uint64_t data,
             unsigned size = 4) {
    EXPECT_NE(bank.write(offset, size, data, who), RegisterResult::bad_size) << std::hex << offset;
  }
  std::uint64_t S(std::uint64_t offset, unsigned size = 4) { return read(secure, offset, size); }
  std::uint64_t NS(std::uint64_t offset, unsigned size = 4) {
    return read(non_secure, offset, size);
  }
};

constexpr std::uint64_t CTLR = 0, TYPER = 4, STATUSR = 0x10, IGROUPR1 = 0x84, IGRPMODR1 = 0xD04,
                        NSACR2 = 0xE08, ICFGR2 = 0xC08, IPRIORITYR8 = 0x420;
constexpr std::uint64_t DS = 1 << 6;

/// SPIs 32 to 34: Group 0, Secure Group 1, Non-secure Group 1.
class TwoStates : public testing::Test {
 protected:
  TwoStates() {
    for (unsigned i = 0; i < 2; ++i)
      state.set_enabled_groups(i, all_groups);
    gicd.write(secure, IGROUPR1, 1 << 2);
    gicd.write(secure, IGRPMODR1, 1 << 1);
    gicd.write(secure, CTLR, 7);
  }
  DistributorState state{
      {.message_spis = true, .two_security_states = true, .processors = {{0}, {1}}}};
  Accesses gicd{state.registers()};
};

TEST_F(TwoStates, ControlHasAViewForEach) {
  EXPECT_EQ(gicd.S(CTLR), 0x37u) << "ARE_S, ARE_NS, EnableGrp1S, EnableGrp1NS, EnableGrp0";
  EXPECT_EQ(gicd.NS(CTLR), 0x12u) << "ARE_NS, EnableGrp1A";
  EXPECT_EQ(bits(gicd.NS(TYPER), 10, 10), 1u) << "SecurityExtn";
  gicd.write(non_secure, CTLR, 0);
  EXPECT_EQ(gicd.S(CTLR), 0x35u) << "only EnableGrp1NS is Non-secure's";
  gicd.write(non_secure, CTLR, 0x47);
  EXPECT_EQ(gicd.S(CTLR), 0x37u) << "nor is DS";
  EXPECT_EQ(state.enabled_groups(), 7u);
  gicd.write(secure, CTLR, 0x10);
  EXPECT_EQ(gicd.S(CTLR), 0x30u) << "ARE is RAO/WI";
  state.on_write_pending([] { return true; });
  EXPECT_EQ(gicd.S(CTLR), 0x80000030u);
  EXPECT_EQ(gicd.NS(CTLR), 0x80000010u) << "RWP is both's";
}

TEST_F(TwoStates, DSIsSetOnceAndMakesThemOne) {
  unsigned told = 0;
  std::vector<bool> withdraws;
  state.on_disable_security([&told] { ++told; });
  state.on_change([&withdraws](unsigned, bool rwp) { withdraws.push_back(rwp); });
  gicd.write(secure, NSACR2, 3);
  gicd.write(secure, CTLR, 3);
  withdraws.clear();
  gicd.write(secure, CTLR, DS | 3);  // which disables no group
  EXPECT_EQ(told, 1u);
  EXPECT_EQ(withdraws, (std::vector<bool>{true, true})) << "RWP is for DS, too (12.9.4)";
  EXPECT_EQ(gicd.S(CTLR), 0x53u);
  EXPECT_EQ(gicd.NS(CTLR), 0x53u) << "all see the same";
  EXPECT_EQ(bits(gicd.S(TYPER), 10, 10), 0u);
  gicd.write(secure, CTLR, 0);
  EXPECT_EQ(gicd.S(CTLR), 0x50u) << "and DS stays";
  EXPECT_EQ(told, 1u);
  EXPECT_EQ(gicd.NS(IGROUPR1), 4u);
  EXPECT_EQ(gicd.S(IGRPMODR1), 0u);
  EXPECT_EQ(gicd.S(NSACR2), 0u);
  gicd.write(secure, IGRPMODR1, ~0u);
  gicd.write(secure, NSACR2, ~0u);
  EXPECT_EQ(gicd.S(IGRPMODR1), 0u);
  EXPECT_EQ(gicd.S(NSACR2), 0u);
  EXPECT_EQ(state.spis().group_of(33), Group::group0);
}

TEST_F(TwoStates, GroupsAreSecures) {
  EXPECT_EQ(state.spis().group_of(32), Group::group0);
  EXPECT_EQ(state.spis().group_of(33), Group::secure_group1);
  EXPECT_EQ(state.spis().group_of(34), Group::group1);
  for (const std::uint64_t offset : {IGROUPR1, IGRPMODR1, NSACR2}) {
    gicd.write(secure, offset, 0x0F0F0000);
    gicd.write(non_secure, offset, ~0u);
    EXPECT_EQ(gicd.S(offset), 0x0F0F0000u) << std::hex << offset;
    EXPECT_EQ(gicd.NS(offset), 0u) << std::hex << offset;
  }
}

TEST_F(TwoStates, BitsOfSecureInterruptsAreRAZ_WIToNonSecure) {
  for (const std::uint64_t set : {0x104, 0x204, 0x304}) {
    const std::uint64_t clear = set + 0x80;
    gicd.write(non_secure, set, 7);
    EXPECT_EQ(gicd.S(set), 4u) << std::hex << set;
    gicd.write(secure, set, 7);
    EXPECT_EQ(gicd.S(set), 7u) << std::hex << set;
    EXPECT_EQ(gicd.NS(set), 4u) << std::hex << set;
    EXPECT_EQ(gicd.NS(clear), 4u) << std::hex << clear;
    gicd.write(non_secure, clear, 7);
    EXPECT_EQ(gicd.S(clear), 3u) << std::hex << clear;
  }
}

TEST_F(TwoStates, PrioritiesAreShiftedForNonSecure) {
  gicd.write(secure, IPRIORITYR8, 0x00A02010);
  EXPECT_EQ(gicd.NS(IPRIORITYR8), 0x00400000u) << "34 alone, its upper half as a whole";
  gicd.write(non_secure, IPRIORITYR8, 0xFFFFFFFF);
  EXPECT_EQ(gicd.S(IPRIORITYR8), 0x00F82010u);
  gicd.write(non_secure, IPRIORITYR8 + 2, 0x40, 1);
  EXPECT_EQ(gicd.S(IPRIORITYR8), 0x00A02010u);
  EXPECT_EQ(gicd.NS(IPRIORITYR8 + 2, 1), 0x40u);
  gicd.write(secure, IPRIORITYR8 + 1, 0x28, 1);
  EXPECT_EQ(gicd.S(IPRIORITYR8), 0x00A02810u) << "the other bytes stay";
}

TEST_F(TwoStates, ConfigurationOfSecureInterruptsIsHidden) {
  gicd.write(non_secure, ICFGR2, 0x2A);
  EXPECT_EQ(gicd.S(ICFGR2), 0x20u);
  gicd.write(secure, ICFGR2, 0x2A);
  EXPECT_EQ(gicd.NS(ICFGR2), 0x20u);
  gicd.write(non_secure, ICFGR2, 0);
  EXPECT_EQ(gicd.S(ICFGR2), 0x0Au);
}

TEST_F(TwoStates, RoutesOfSecureInterruptsAreHidden) {
  for (unsigned spi = 32; spi < 35; ++spi)
    gicd.write(non_secure, 0x6000 + 8 * spi, 1, 8);
  EXPECT_EQ(state.target(32), 0u);
  EXPECT_EQ(state.target(33), 0u);
  EXPECT_EQ(state.target(34), 1u);
  gicd.write(secure, 0x6000 + 8 * 32, 1, 8);
  EXPECT_EQ(state.target(32), 1u);
  EXPECT_EQ(gicd.NS(0x6000 + 8 * 32, 8), 0u);
  EXPECT_EQ(gicd.S(0x6000 + 8 * 32, 8), 1u);
  EXPECT_EQ(gicd.NS(0x6000 + 8 * 34, 8), 1u);
}

/// What Non-secure may do with a Secure SPI, by NS_access: 32 of Group 0, and 33 of Group 1.
TEST_F(TwoStates, NSACROpensAStepAtATime) {
  const std::uint64_t IROUTER32 = 0x6000 + 8 * 32;
  for (std::uint64_t NS_access = 0; NS_access < 4; ++NS_access) {
    gicd.write(secure, NSACR2, NS_access << 2 | NS_access);
    EXPECT_EQ(gicd.S(NSACR2), NS_access << 2 | NS_access);
    const auto told = testing::Message() << "NS_access " << NS_access;
    gicd.write(secure, 0x284, 7);
    gicd.write(non_secure, 0x204, 3);
    EXPECT_EQ(gicd.S(0x204), NS_access >= 1 ? 3u : 0u) << told;
    EXPECT_EQ(gicd.NS(0x204), gicd.S(0x204)) << told;
    gicd.write(secure, 0x204, 3);
    EXPECT_EQ(gicd.NS(0x284), NS_access >= 2 ? 3u : 0u) << told;
    gicd.write(non_secure, 0x284, 3);
    EXPECT_EQ(gicd.S(0x204), NS_access >= 2 ? 0u : 3u) << told;
    gicd.write(secure, 0x304, 3);
    EXPECT_EQ(gicd.NS(0x304), NS_access >= 2 ? 3u : 0u) << told;
    EXPECT_EQ(gicd.NS(0x384), NS_access >= 2 ? 3u : 0u) << told;
    gicd.write(non_secure, 0x384, 3);
    EXPECT_EQ(gicd.S(0x304), 3u) << told << ": the active state is read alone";
    gicd.write(secure, 0x384, 3);
    gicd.write(non_secure, 0x304, 3);
    EXPECT_EQ(gicd.S(0x304), 0u) << told;
    gicd.write(secure, IROUTER32, 1, 8);
    EXPECT_EQ(gicd.NS(IROUTER32, 8), NS_access >= 3 ? 1u : 0u) << told;
    gicd.write(non_secure, IROUTER32, 0, 8);
    EXPECT_EQ(gicd.S(IROUTER32, 8), NS_access >= 3 ? 0u : 1u) << told;
    gicd.write(non_secure, 0x104, 3);
    EXPECT_EQ(gicd.S(0x104), 0u) << told << ": enables never";
    gicd.write(non_secure, IPRIORITYR8, ~0u);
    EXPECT_EQ(gicd.S(IPRIORITYR8) & 0xFFFF, 0u) << told << ": nor priorities";
    gicd.write(non_secure, ICFGR2, 0xA);
    EXPECT_EQ(gicd.S(ICFGR2) & 0xF, 0u) << told << ": nor the configuration";
  }
}

TEST_F(TwoStates, MessagesOfNonSecureReachWhatNSACRSays) {
  constexpr std::uint64_t SETSPI_NSR = 0x40, CLRSPI_NSR = 0x48, SETSPI_SR = 0x50, CLRSPI_SR = 0x58;
  const auto pending = [this] { return gicd.S(0x204); };
  gicd.write(secure, ICFGR2, 0x2A);  // edges
  for (std::uint64_t NS_access = 0; NS_access < 4; ++NS_access) {
    gicd.write(secure, NSACR2, NS_access);
    gicd.write(non_secure, SETSPI_NSR, 32);
    EXPECT_EQ(pending(), NS_access >= 1 ? 1u : 0u) << NS_access;
    gicd.write(secure, SETSPI_NSR, 32);
    EXPECT_EQ(pending(), 1u) << "Secure software may use it";
    gicd.write(non_secure, CLRSPI_NSR, 32);
    EXPECT_EQ(pending(), NS_access >= 2 ? 0u : 1u) << NS_access;
    gicd.write(secure, CLRSPI_NSR, 32);
    EXPECT_EQ(pending(), 0u);
  }
  gicd.write(secure, SETSPI_SR, 32);
  EXPECT_EQ(pending(), 1u);
  gicd.write(non_secure, CLRSPI_SR, 32);
  EXPECT_EQ(pending(), 1u);
  gicd.write(secure, CLRSPI_SR, 32);
  EXPECT_EQ(pending(), 0u);
  gicd.write(non_secure, SETSPI_SR, 34);
  EXPECT_EQ(pending(), 0u) << "Secure accesses alone";
  gicd.write(non_secure, SETSPI_NSR, 34);
  EXPECT_EQ(pending(), 4u);
}

TEST_F(TwoStates, EachHasItsSTATUSR) {
  state.note_ignored(RegisterResult::unmapped, true, non_secure);
  state.note_ignored(RegisterResult::write_of_read_only, false, secure);
  EXPECT_EQ(gicd.NS(STATUSR), 1u);
  EXPECT_EQ(gicd.S(STATUSR), 8u);
  gicd.write(non_secure, STATUSR, 0xF);
  EXPECT_EQ(gicd.NS(STATUSR), 0u);
  EXPECT_EQ(gicd.S(STATUSR), 8u);
  gicd.write(secure, STATUSR, 0xF);
  EXPECT_EQ(gicd.S(STATUSR), 0u);
}

TEST_F(TwoStates, EachGroupHasItsEnable) {
  gicd.write(secure, 0x104, 7);
  gicd.write(secure, 0x204, 7);
  gicd.write(secure, IPRIORITYR8, 0x00A0A0A0);
  const Group expected[] = {Group::group0, Group::group1, Group::secure_group1};
  for (unsigned group = 0; group < group_count; ++group) {
    gicd.write(secure, CTLR, 1u << group);
    EXPECT_EQ(state.highest_for(0).group, expected[group]);
    EXPECT_TRUE(state.highest_for(0).valid());
  }
  gicd.write(secure, CTLR, 0);
  EXPECT_FALSE(state.highest_for(0).valid());
}

TEST(OneState, SecureAccessesAreAsAllOthers) {
  DistributorState state{{.processors = {{0}}}};
  Accesses gicd{state.registers()};
  gicd.write(secure, CTLR, 7);
  EXPECT_EQ(gicd.NS(CTLR), 0x53u);
  gicd.write(non_secure, IGROUPR1, 5);
  gicd.write(secure, IGRPMODR1, ~0u);
  gicd.write(secure, NSACR2, ~0u);
  EXPECT_EQ(gicd.S(IGROUPR1), 5u);
  EXPECT_EQ(gicd.S(IGRPMODR1), 0u);
  EXPECT_EQ(gicd.S(NSACR2), 0u);
  gicd.write(non_secure, IPRIORITYR8, 0x10);
  EXPECT_EQ(gicd.S(IPRIORITYR8), 0x10u);
}

/// SGIs 0 to 2: Group 0, Secure Group 1, Non-secure Group 1; PPIs 16 to 18 the same.
class TwoStatesOfOne : public testing::Test {
 protected:
  TwoStatesOfOne() {
    gicr.write(secure, 0x10080, 4 << 16 | 4);
    gicr.write(secure, 0x10D00, 2 << 16 | 2);
  }
  RedistributorState state{{.one_of_n = true, .two_security_states = true}};
  Accesses gicr{state.registers()};
};

TEST_F(TwoStatesOfOne, HideSecureInterrupts) {
  EXPECT_EQ(state.group(0), Group::group0);
  EXPECT_EQ(state.group(17), Group::secure_group1);
  EXPECT_EQ(state.group(18), Group::group1);
  for (const std::uint64_t offset : {0x10080, 0x10D00, 0x10E00}) {
    gicr.write(secure, offset, 0x00040006);
    gicr.write(non_secure, offset, ~0u);
    EXPECT_EQ(gicr.S(offset), 0x00040006u) << std::hex << offset;
    EXPECT_EQ(gicr.NS(offset), 0u) << std::hex << offset;
  }
}

TEST_F(TwoStatesOfOne, BitsOfSecureInterruptsAreRAZ_WIToNonSecure) {
  const std::uint64_t all = 7 << 16 | 7, theirs = 4 << 16 | 4;
  for (const std::uint64_t set : {0x10100, 0x10200, 0x10300}) {
    gicr.write(non_secure, set, all);
    EXPECT_EQ(gicr.S(set), theirs) << std::hex << set;
    gicr.write(secure, set, all);
    EXPECT_EQ(gicr.NS(set), theirs) << std::hex << set;
    EXPECT_EQ(gicr.NS(set + 0x80), theirs) << std::hex << set;
    gicr.write(non_secure, set + 0x80, all);
    EXPECT_EQ(gicr.S(set), all & ~theirs) << std::hex << set;
  }
  gicr.write(secure, 0x10E00, ~0u);
  EXPECT_EQ(gicr.NS(0x10200), 0u) << "GICR_NSACR is for SGIs that are sent, not for these";
}

TEST_F(TwoStatesOfOne, PrioritiesAndConfigurationFollow) {
  gicr.write(secure, 0x10410, 0x00A02010);
  EXPECT_EQ(gicr.NS(0x10410), 0x00400000u);
  gicr.write(non_secure, 0x10410, 0x60606060);
  EXPECT_EQ(gicr.S(0x10410), 0x00B02010u);
  gicr.write(non_secure, 0x10C04, 0x2A);
  EXPECT_EQ(gicr.S(0x10C04), 0x20u);
  gicr.write(secure, 0x10C04, 0x2A);
  EXPECT_EQ(gicr.NS(0x10C04), 0x20u);
  EXPECT_EQ(gicr.NS(0x10C00), 0x20u) << "SGIs: 2 alone is Non-secure's";
  EXPECT_EQ(gicr.S(0x10C00), 0xAAAAAAAAu);
}

TEST_F(TwoStatesOfOne, WakerIsSecures) {
  EXPECT_EQ(gicr.S(0x14), 6u);
  EXPECT_EQ(gicr.NS(0x14), 0u);
  gicr.write(non_secure, 0x14, 0);
  EXPECT_FALSE(state.awake());
  gicr.write(secure, 0x14, 0);
  EXPECT_TRUE(state.awake());
}

TEST_F(TwoStatesOfOne, NonSecureExcludesItselfAlone) {
  std::vector<unsigned> told;
  state.on_exclude([&told](unsigned groups) { told.push_back(groups); });
  gicr.write(secure, 0, 5u << 24);
  EXPECT_EQ(gicr.NS(0), 2u) << "CES; DPG0 and DPG1S are hidden";
  gicr.write(non_secure, 0, 2u << 24);
  EXPECT_EQ(gicr.S(0), 0x07000002u);
  EXPECT_EQ(gicr.NS(0), 0x02000002u);
  gicr.write(non_secure, 0, 7u << 24 | 1);
  EXPECT_TRUE(state.lpis_enabled()) << "LPIs are Non-secure";
  gicr.write(secure, 0, 1);
  EXPECT_EQ(told, (std::vector<unsigned>{5, 7, 0}));
}

TEST_F(TwoStatesOfOne, SgisNeedWhatGICR_NSACRSays) {
  const auto pending = [this] {
    const std::uint64_t is = gicr.S(0x10200);
    gicr.write(secure, 0x10280, ~0u);
    return is;
  };
  for (std::uint64_t NS_access = 0; NS_access < 4; ++NS_access) {
    gicr.write(secure, 0x10E00, NS_access << 2 | NS_access);
    state.receive_sgi(0, Group::group0, false);
    state.receive_sgi(1, Group::secure_group1, false);
    state.receive_sgi(2, Group::group1, false);
    EXPECT_EQ(pending(), 4u | (NS_access >= 1 ? 1u : 0u) | (NS_access >= 2 ? 2u : 0u)) << NS_access;
  }
  gicr.write(secure, 0x10E00, 0);
  state.receive_sgi(0, Group::group0, true);
  state.receive_sgi(1, Group::secure_group1, true);
  state.receive_sgi(2, Group::group1, true);
  EXPECT_EQ(pending(), 7u) << "Secure software needs no leave";
}

TEST_F(TwoStatesOfOne, EachHasItsSTATUSR) {
  state.note_ignored(RegisterResult::unmapped, false, non_secure);
  EXPECT_EQ(gicr.NS(STATUSR), 2u);
  EXPECT_EQ(gicr.S(STATUSR), 0u);
  state.note_ignored(RegisterResult::unmapped, true, secure);
  gicr.write(non_secure, STATUSR, 0xF);
  EXPECT_EQ(gicr.S(STATUSR), 1u);
  EXPECT_EQ(gicr.NS(STATUSR), 0u);
}

TEST_F(TwoStatesOfOne, AreOneOnceDSIsSet) {
  gicr.write(secure, 0x10E00, ~0u);
  state.disable_security();
  EXPECT_EQ(gicr.NS(0x10080), 0x00040004u);
  EXPECT_EQ(gicr.S(0x10D00), 0u);
  gicr.write(secure, 0x10D00, ~0u);
  gicr.write(secure, 0x10E00, ~0u);
  EXPECT_EQ(gicr.S(0x10D00), 0u);
  EXPECT_EQ(gicr.S(0x10E00), 0u);
  EXPECT_EQ(gicr.NS(0x14), 6u);
  EXPECT_EQ(state.group(17), Group::group0);
}

}  // namespace
}  // namespace doorbell::gic
