#include "doorbell/gic/arch/interrupt_bank.h"

#include <gtest/gtest.h>

#include "doorbell/gic/arch/affinity.h"

namespace doorbell::gic {
namespace {

constexpr unsigned both = 3;
constexpr unsigned group1 = 2;

class Spis : public testing::Test {
 protected:
  Spis() {
    bank.write_group(0, ~0u);
    bank.set_enable(0, ~0u);
  }
  InterruptBank bank{{32, 64}, {4096, 32}, 5};
};

TEST_F(Spis, ALevelIsPendingWhileItsLineIs) {
  bank.set_line(40, true);
  EXPECT_EQ(bank.pending(0), 1u << 8);
  bank.clear_pending(0, 1u << 8);
  EXPECT_EQ(bank.pending(0), 1u << 8) << "the line still asserts it";
  bank.acknowledge(40);
  EXPECT_EQ(bank.pending(0), 1u << 8) << "active and pending";
  EXPECT_FALSE(bank.highest(both).valid()) << "not again while active";
  bank.set_line(40, false);
  EXPECT_EQ(bank.pending(0), 0u);
  bank.deactivate(40);
  EXPECT_FALSE(bank.highest(both).valid());
}

TEST_F(Spis, AnEdgeIsLatchedUntilAcknowledged) {
  bank.write_configuration(0, 2u << (2 * 8));
  EXPECT_EQ(bank.configuration(0), 2u << 16);
  bank.set_line(40, true);
  bank.set_line(40, false);
  EXPECT_EQ(bank.highest(both).INTID, 40u);
  bank.acknowledge(40);
  EXPECT_EQ(bank.pending(0), 0u);
  bank.set_line(40, true);
  EXPECT_FALSE(bank.highest(both).valid()) << "active and pending";
  bank.deactivate(40);
  EXPECT_EQ(bank.highest(both).INTID, 40u) << "the second edge wasn't lost";
}

TEST_F(Spis, ALineThatStaysIsNoFurtherEdge) {
  bank.write_configuration(0, 2u << (2 * 8));
  bank.set_line(40, true);
  bank.acknowledge(40);
  bank.set_line(40, true);
  EXPECT_EQ(bank.pending(0), 0u);
}

TEST_F(Spis, ARegisterConfiguresItsSixteenAlone) {
  bank.write_configuration(0, 0xAAAA'AAAA);
  bank.write_configuration(1, 0x0000'000A);
  bank.write_configuration(3, 0xAAAA'AAAA);
  EXPECT_EQ(bank.configuration(0), 0xAAAA'AAAAu);
  EXPECT_EQ(bank.configuration(1), 0x0000'000Au);
  EXPECT_EQ(bank.configuration(2), 0u);
  bank.write_configuration(0, 0);
  EXPECT_EQ(bank.configuration(1), 0x0000'000Au);
  EXPECT_EQ(bank.configuration(3), 0xAAAA'AAAAu);
}

TEST_F(Spis, TheExtendedRangeFollowsTheOther) {
  EXPECT_EQ(bank.count(), 96u);
  EXPECT_TRUE(bank.contains(95) && bank.contains(4096) && bank.contains(4127));
  EXPECT_FALSE(bank.contains(96) || bank.contains(4095) || bank.contains(4128));
  EXPECT_EQ(bank.number_of(4100), 68u);
  EXPECT_EQ(bank.INTID_of(68), 4100u);
  EXPECT_EQ(bank.INTID_of(63), 95u);
  bank.write_group(2, ~0u);
  bank.set_enable(2, ~0u);
  bank.set_priority(4100, 0x40);
  bank.set_line(4100, true);
  EXPECT_EQ(bank.pending(2), 1u << 4);
  EXPECT_EQ(bank.highest(both), (PendingInterrupt{4100, 0x40, Group::group1}));
  bank.acknowledge(4100);
  EXPECT_EQ(bank.active(2), 1u << 4);
}

// gic-v3 architecture, GICD_SETSPI_NSR: a level holds until GICD_CLRSPI_NSR, an edge is a latch.
TEST_F(Spis, AMessageAssertsALevelUntilAnotherClearsIt) {
  bank.set_by_message(40);
  EXPECT_EQ(bank.pending(0), 1u << 8);
  bank.clear_pending(0, ~0u);
  EXPECT_EQ(bank.pending(0), 1u << 8) << "not by GICD_ICPENDR";
  bank.acknowledge(40);
  EXPECT_EQ(bank.pending(0), 1u << 8);
  bank.set_line(40, true);
  bank.clear_by_message(40);
  EXPECT_EQ(bank.pending(0), 1u << 8) << "its wire asserts it, too";
  bank.set_line(40, false);
  EXPECT_EQ(bank.pending(0), 0u);
}

TEST_F(Spis, AMessageLatchesAnEdge) {
  bank.write_configuration(0, 2u << (2 * 8));
  bank.set_by_message(40);
  bank.acknowledge(40);
  EXPECT_EQ(bank.pending(0), 0u);
  bank.set_by_message(40);
  bank.clear_by_message(40);
  EXPECT_EQ(bank.pending(0), 0u);
  bank.set_by_message(40);
  bank.clear_pending(0, 1u << 8);
  EXPECT_EQ(bank.pending(0), 0u);
}

TEST(MoreUrgent, IsTheLowerPriorityThenTheLowerINTID) {
  const PendingInterrupt spi{40, 0xA0, Group::group1};
  const PendingInterrupt lpi{8192, 0xA0, Group::group1};
  const PendingInterrupt urgent{9000, 0x20, Group::group1};
  EXPECT_EQ(more_urgent(spi, lpi), spi);
  EXPECT_EQ(more_urgent(lpi, spi), spi);
  EXPECT_EQ(more_urgent(spi, urgent), urgent);
  EXPECT_EQ(more_urgent(PendingInterrupt::none(), lpi), lpi);
  EXPECT_EQ(more_urgent(lpi, PendingInterrupt::none()), lpi);
}

TEST_F(Spis, SoftwareCanSetAndClearPending) {
  bank.set_pending(0, 1);
  EXPECT_EQ(bank.highest(both).INTID, 32u);
  bank.clear_pending(0, 1);
  EXPECT_FALSE(bank.highest(both).valid());
}

TEST_F(Spis, TheMostUrgentEnabledOfItsGroupIsPicked) {
  bank.set_enable(1, ~0u);
  bank.set_priority(40, 0xA0);
  bank.set_priority(41, 0x80);
  bank.set_priority(70, 0x80);
  for (const std::uint32_t INTID : {40u, 41u, 70u})
    bank.set_line(INTID, true);
  EXPECT_EQ(bank.highest(both), (PendingInterrupt{41, 0x80, Group::group1}));
  bank.clear_enable(0, 1u << 9);
  EXPECT_EQ(bank.highest(both), (PendingInterrupt{70, 0x80, Group::group0})) << "word 1 is Group 0";
  EXPECT_EQ(bank.highest(group1).INTID, 40u);
  EXPECT_EQ(bank.highest(both, [](std::size_t word) { return word == 0 ? ~0u : 0u; }).INTID, 40u);
}

TEST_F(Spis, PrioritiesKeepImplementedBits) {
  bank.set_priority(50, 0xFF);
  EXPECT_EQ(bank.priority(50), 0xF8);
}

TEST(Sgi, TargetsByAffinity) {
  // As Linux's gic_send_sgi writes it: Aff3[55:48], RS[47:44], Aff2[39:32], INTID[27:24],
  // Aff1[23:16], targets[15:0].
  const std::uint64_t value =
      2ULL << 48 | 1ULL << 44 | 3ULL << 32 | 5ULL << 24 | 4ULL << 16 | 0x0006;
  const SgiRequest request = SgiRequest::decode(value);
  EXPECT_EQ(request.INTID, 5);
  const Affinity self{0};
  EXPECT_TRUE(request.reaches({0x02030411}, self)) << "Aff0 17 = 16 x RS + 1";
  EXPECT_TRUE(request.reaches({0x02030412}, self));
  EXPECT_FALSE(request.reaches({0x02030410}, self));
  EXPECT_FALSE(request.reaches({0x02030401}, self));
  EXPECT_FALSE(request.reaches({0x02030511}, self));
}

TEST(Affinities, FollowEachOtherByTheWidthsOfTheirLevels) {
  const auto of_virt = affinities_of_virt(18);
  EXPECT_EQ(of_virt[15].packed, 0x00F);
  EXPECT_EQ(of_virt[16].packed, 0x100);
  const auto narrow = affinities_of_virt(256, {.aff0 = 4, .aff1 = 4, .aff2 = 4});
  EXPECT_EQ(narrow[3].packed, 0x3u);
  EXPECT_EQ(narrow[4].packed, 0x100u);
  EXPECT_EQ(narrow[16].packed, 0x10000u);
  EXPECT_EQ(narrow[64].packed, 0x1000000u) << "Aff3";
  EXPECT_EQ(narrow[255].packed, 0x3030303u);
  EXPECT_FALSE(need_range_selector(narrow));
  EXPECT_TRUE(need_range_selector(affinities_of_virt(17, {.aff0 = 32})));
}

TEST(Sgi, AllButSelf) {
  const SgiRequest request = SgiRequest::decode(1ULL << 40 | 1ULL << 24);
  EXPECT_TRUE(request.reaches({1}, {0}));
  EXPECT_FALSE(request.reaches({0}, {0}));
}

}  // namespace
}  // namespace doorbell::gic
