// What accesses of the two Security states see (IHI 0069, 4.6 and 4.8), over all arguments.
#include "doorbell/gic/arch/security_view.h"

#include <gtest/gtest.h>

#include <vector>

namespace doorbell::gic {
namespace {

constexpr Group groups[] = {Group::group0, Group::group1, Group::secure_group1};
constexpr bool both[] = {false, true};

constexpr PeState at(std::uint8_t EL, bool secure) {
  return {.EL = EL, .secure = secure, .SCR_NS = !secure};
}
constexpr PeState NS_EL1 = at(1, false), NS_EL2 = at(2, false), S_EL1 = at(1, true),
                  EL3 = at(3, true);

TEST(SecurityView, TwoRegistersGiveAGroup) {
  EXPECT_EQ(group_of(false, false), Group::group0);
  EXPECT_EQ(group_of(false, true), Group::secure_group1);
  EXPECT_EQ(group_of(true, false), Group::group1);
  EXPECT_EQ(group_of(true, true), Group::group1) << "the modifier doesn't count";
}

TEST(SecurityView, NonSecurePrioritiesAreTheUpperHalf) {
  for (unsigned value = 0; value < 256; ++value) {
    const std::uint8_t stored = ns_write(static_cast<std::uint8_t>(value));
    EXPECT_GE(stored, 0x80) << value;
    EXPECT_EQ(ns_read(stored), value & 0xFE) << value;
    EXPECT_EQ(ns_write(ns_read(stored)), stored) << "what is read can be written back";
  }
  for (unsigned value = 1; value < 256; ++value)
    EXPECT_GE(ns_write(static_cast<std::uint8_t>(value)),
              ns_write(static_cast<std::uint8_t>(value - 1)))
        << "the order stays";
}

TEST(SecurityView, SecureMasksReadAsTheMostUrgent) {
  for (unsigned value = 0; value < 256; ++value) {
    const auto mask = static_cast<std::uint8_t>(value);
    const unsigned expected = value < 0x80 ? 0 : value == 0xFF ? 0xFF : (value - 0x80) * 2;
    EXPECT_EQ(ns_read_of_mask(mask), expected) << value;
  }
}

TEST(SecurityView, NSACRPermitsWhatIsAtMostItsField) {
  for (unsigned i = 0; i < 32; ++i) {
    for (std::uint64_t field = 0; field < 4; ++field) {
      for (unsigned access = 1; access < 4; ++access) {
        const std::uint32_t expected = field >= access ? 1U << i : 0;
        EXPECT_EQ(permitted(field << (2 * i), static_cast<NonSecureAccess>(access)), expected);
      }
      EXPECT_EQ(permitted(field << (2 * i), NonSecureAccess::none), ~0U);
    }
  }
  EXPECT_EQ(permitted(0b11100100, NonSecureAccess::clear_pending), 0b1100u);
}

// IHI 0069, 4.6.2: the table of signals.
TEST(SecurityView, FIQIsForGroup0AndTheOtherStatesGroup1) {
  const auto FIQ = [](const PeState& who, Group group) {
    return has(groups_by_FIQ(who, true), group);
  };
  for (const PeState& who : {NS_EL1, NS_EL2, S_EL1, EL3})
    EXPECT_TRUE(FIQ(who, Group::group0));
  for (const PeState& who : {NS_EL1, NS_EL2, at(0, false)}) {
    EXPECT_TRUE(FIQ(who, Group::secure_group1));
    EXPECT_FALSE(FIQ(who, Group::group1));
  }
  for (const PeState& who : {S_EL1, at(0, true)}) {
    EXPECT_FALSE(FIQ(who, Group::secure_group1));
    EXPECT_TRUE(FIQ(who, Group::group1));
  }
  for (const bool NS : both) {
    const PeState who{.EL = 3, .secure = false, .SCR_NS = NS};
    EXPECT_TRUE(FIQ(who, Group::secure_group1));
    EXPECT_TRUE(FIQ(who, Group::group1)) << "at EL3 by FIQ, whatever SCR_EL3.NS says";
  }
  for (const PeState& who : {NS_EL1, S_EL1, EL3})
    EXPECT_EQ(groups_by_FIQ(who, false), set_of(Group::group0)) << "one Security state";
}

TEST(SecurityView, BanksFollowTheSecurityStateAndAtEL3SCR) {
  EXPECT_TRUE(view_of(NS_EL1, true).non_secure_bank);
  EXPECT_FALSE(view_of(S_EL1, true).non_secure_bank);
  for (const bool NS : both)
    for (const bool below : both)
      EXPECT_EQ(view_of({.EL = 3, .secure = below, .SCR_NS = NS}, true).non_secure_bank, NS);
  for (const PeState& who : {NS_EL1, S_EL1, EL3})
    EXPECT_TRUE(view_of(who, false).non_secure_bank) << "there is one";
}

TEST(SecurityView, NonSecureSeesShiftedMasksOnlyWhereFIQIsEL3s) {
  for (const bool FIQ : both) {
    const auto shifted = [FIQ](std::uint8_t EL, bool secure) {
      return view_of({.EL = EL, .secure = secure, .SCR_FIQ = FIQ}, true).shifted;
    };
    EXPECT_EQ(shifted(1, false), FIQ);
    EXPECT_EQ(shifted(2, false), FIQ);
    EXPECT_FALSE(shifted(1, true));
    EXPECT_FALSE(shifted(3, false));
  }
  EXPECT_FALSE(view_of({.EL = 1, .SCR_FIQ = true}, false).shifted);
}

TEST(SecurityView, RegistersOfAGroupAreAboutTheCurrentStates) {
  const unsigned G0 = 1, G1NS = 2, G1S = 4;
  const auto of = [](unsigned n, const PeState& who) { return groups_of(n, view_of(who, true)); };
  EXPECT_EQ(of(0, NS_EL1), 0u);
  EXPECT_EQ(of(0, S_EL1), G0);
  EXPECT_EQ(of(0, EL3), G0);
  EXPECT_EQ(of(1, NS_EL1), G1NS);
  EXPECT_EQ(of(1, NS_EL2), G1NS);
  EXPECT_EQ(of(1, S_EL1), G1S);
  EXPECT_EQ(of(1, EL3), G1NS | G1S);
  for (const PeState& who : {NS_EL1, S_EL1, EL3}) {
    EXPECT_EQ(groups_of(0, view_of(who, false)), G0);
    EXPECT_EQ(groups_of(1, view_of(who, false)), G1NS);
  }
}

TEST(SecurityView, EL3LearnsOfWhomAGroup1InterruptIs) {
  const auto read = [](unsigned n, Group group, const PeState& who, bool two_states = true) {
    return INTID_for(n, {77, 0x40, group}, view_of(who, two_states));
  };
  EXPECT_EQ(read(0, Group::group0, EL3), 77u);
  EXPECT_EQ(read(0, Group::secure_group1, EL3), 1020u);
  EXPECT_EQ(read(0, Group::group1, EL3), 1021u);
  EXPECT_EQ(read(1, Group::group0, EL3), 1023u);
  EXPECT_EQ(read(1, Group::secure_group1, EL3), 77u);
  EXPECT_EQ(read(1, Group::group1, EL3), 77u);
  EXPECT_EQ(read(0, Group::group0, S_EL1), 77u);
  EXPECT_EQ(read(0, Group::secure_group1, S_EL1), 1023u);
  EXPECT_EQ(read(0, Group::group1, S_EL1), 1023u);
  EXPECT_EQ(read(1, Group::secure_group1, S_EL1), 77u);
  EXPECT_EQ(read(1, Group::group1, S_EL1), 1023u);
  for (const unsigned n : {0u, 1u}) {
    EXPECT_EQ(read(n, Group::group0, NS_EL1), 1023u);
    EXPECT_EQ(read(n, Group::secure_group1, NS_EL1), 1023u);
    EXPECT_EQ(INTID_for(n, PendingInterrupt::none(), view_of(EL3, true)), 1023u);
  }
  EXPECT_EQ(read(1, Group::group1, NS_EL1), 77u);
  EXPECT_EQ(read(0, Group::group1, EL3, false), 1023u) << "one Security state";
  EXPECT_EQ(read(1, Group::group1, EL3, false), 77u);
  EXPECT_EQ(read(0, Group::group0, NS_EL1, false), 77u);
}

TEST(SecurityView, DIRDeactivatesWhatMayBeTaken) {
  for (const bool IRQ : both) {
    for (const bool FIQ : both) {
      const auto may = [&](Group group, std::uint8_t EL, bool secure) {
        return may_deactivate(group, {.EL = EL, .secure = secure, .SCR_IRQ = IRQ, .SCR_FIQ = FIQ},
                              true);
      };
      for (const Group group : groups)
        EXPECT_TRUE(may(group, 3, true));
      for (const std::uint8_t EL : {1, 2}) {
        EXPECT_FALSE(may(Group::group0, EL, false));
        EXPECT_FALSE(may(Group::secure_group1, EL, false));
        EXPECT_EQ(may(Group::group1, EL, false), !IRQ);
      }
      EXPECT_EQ(may(Group::group0, 1, true), !FIQ);
      EXPECT_EQ(may(Group::secure_group1, 1, true), !IRQ);
      EXPECT_EQ(may(Group::group1, 1, true), !IRQ);
    }
  }
  EXPECT_TRUE(may_deactivate(Group::group0, NS_EL1, false));
}

TEST(SecurityView, SgisReachWhatTheyAreAskedFor) {
  for (unsigned NS_access = 0; NS_access < 4; ++NS_access) {
    const auto secure = [NS_access](Group asked, Group configured) {
      return forwards_sgi(asked, configured, true, NS_access, true);
    };
    const auto non_secure = [NS_access](Group asked, Group configured) {
      return forwards_sgi(asked, configured, false, NS_access, true);
    };
    EXPECT_TRUE(secure(Group::group0, Group::group0));
    EXPECT_FALSE(secure(Group::group0, Group::secure_group1));
    EXPECT_FALSE(secure(Group::group0, Group::group1));
    EXPECT_TRUE(secure(Group::secure_group1, Group::group0));
    EXPECT_TRUE(secure(Group::secure_group1, Group::secure_group1));
    EXPECT_FALSE(secure(Group::secure_group1, Group::group1));
    EXPECT_FALSE(secure(Group::group1, Group::group0));
    EXPECT_FALSE(secure(Group::group1, Group::secure_group1));
    EXPECT_TRUE(secure(Group::group1, Group::group1));
    EXPECT_EQ(non_secure(Group::group0, Group::group0), NS_access >= 1);
    EXPECT_FALSE(non_secure(Group::group0, Group::secure_group1));
    EXPECT_EQ(non_secure(Group::secure_group1, Group::group0), NS_access >= 1);
    EXPECT_EQ(non_secure(Group::secure_group1, Group::secure_group1), NS_access >= 2);
    EXPECT_FALSE(non_secure(Group::group1, Group::group0));
    EXPECT_TRUE(non_secure(Group::group1, Group::group1));
    for (const Group asked : groups)
      for (const Group configured : groups)
        EXPECT_EQ(forwards_sgi(asked, configured, false, NS_access, false), asked == configured);
  }
}

TEST(SecurityView, SGI1RAsksForTheOwnGroup1AndASGI1RForTheOther) {
  EXPECT_EQ(group_of_sgi1r(false, view_of(NS_EL1, true)), Group::group1);
  EXPECT_EQ(group_of_sgi1r(true, view_of(NS_EL1, true)), Group::secure_group1);
  EXPECT_EQ(group_of_sgi1r(false, view_of(S_EL1, true)), Group::secure_group1);
  EXPECT_EQ(group_of_sgi1r(true, view_of(S_EL1, true)), Group::group1);
  EXPECT_EQ(group_of_sgi1r(false, view_of(EL3, true)), Group::secure_group1);
  EXPECT_EQ(group_of_sgi1r(false, view_of(S_EL1, false)), Group::group1);
}

}  // namespace
}  // namespace doorbell::gic
