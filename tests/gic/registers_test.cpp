#include <gtest/gtest.h>

#include "doorbell/gic/arch/distributor_state.h"
#include "doorbell/gic/arch/redistributor_state.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {
namespace {

std::uint64_t read(RegisterBank& bank, std::uint64_t offset, unsigned size) {
  std::uint64_t data = 0;
  EXPECT_NE(bank.read(offset, size, data), RegisterResult::bad_size) << std::hex << offset;
  return data;
}
void write(RegisterBank& bank, std::uint64_t offset, unsigned size, std::uint64_t data) {
  EXPECT_NE(bank.write(offset, size, data), RegisterResult::bad_size) << std::hex << offset;
}

class Distributor : public testing::Test {
 protected:
  Distributor() {
    for (unsigned i = 0; i < 3; ++i)
      state.set_enabled_groups(i, 3);
  }
  DistributorState state{{.processors = {{0}, {1}, {0x100}}}};
  RegisterBank& gicd = state.registers();
};

TEST_F(Distributor, IdentifiesItself) {
  EXPECT_EQ(read(gicd, 0x0004, 4), 0x017A0008u) << "GICD_TYPER";
  EXPECT_EQ(read(gicd, 0x000C, 4), 0u) << "GICD_TYPER2";
  EXPECT_EQ(read(gicd, 0xFFE8, 4), 0x3Bu) << "GICD_PIDR2";
}

TEST_F(Distributor, ControlReadsBackWithDSAndARE) {
  EXPECT_EQ(read(gicd, 0, 4) & 0x40, 0x40u);
  write(gicd, 0, 4, 0x13);
  EXPECT_EQ(read(gicd, 0, 4), 0x53u);
  EXPECT_EQ(state.enabled_groups(), 3u);
  state.set_write_pending(true);
  EXPECT_EQ(read(gicd, 0, 4), 0x80000053u) << "RWP";
}

TEST_F(Distributor, WordZeroBelongsToTheRedistributors) {
  write(gicd, 0x0100, 4, ~0u);
  EXPECT_EQ(read(gicd, 0x0100, 4), 0u);
}

TEST_F(Distributor, SetAndClearRegistersAreTwoViewsOfOneState) {
  write(gicd, 0x0104, 4, 0xFF);
  EXPECT_EQ(read(gicd, 0x0104, 4), 0xFFu);
  write(gicd, 0x0184, 4, 0x0F);
  EXPECT_EQ(read(gicd, 0x0104, 4), 0xF0u);
  EXPECT_EQ(read(gicd, 0x0184, 4), 0xF0u);
}

TEST_F(Distributor, RegistersBeyondTheSpisAreRES0) {
  write(gicd, 0x0100 + 4 * 9, 4, ~0u);
  EXPECT_EQ(read(gicd, 0x0100 + 4 * 9, 4), 0u);
  write(gicd, 0x0F00, 4, ~0u);
  EXPECT_EQ(read(gicd, 0x0F00, 4), 0u) << "no register there";
}

TEST_F(Distributor, TheFirstAndTheLastSpi) {
  write(gicd, 0, 4, 3);
  for (const std::uint32_t INTID : {32u, 287u}) {
    const unsigned word = INTID / 32 * 4;
    write(gicd, 0x0080 + word, 4, ~0u);
    write(gicd, 0x0400 + INTID, 1, 0x40);
    write(gicd, 0x0100 + word, 4, 1u << (INTID % 32));
    write(gicd, 0x6000 + 8 * INTID, 8, 1);
    state.set_line(INTID, true);
    EXPECT_EQ(state.highest_for(1), (PendingInterrupt{INTID, 0x40, Group::group1}));
    EXPECT_EQ(read(gicd, 0x0200 + word, 4), 1u << (INTID % 32));
    write(gicd, 0x0C00 + INTID / 16 * 4, 4, 2u << (2 * (INTID % 16)));
    EXPECT_EQ(read(gicd, 0x0C00 + INTID / 16 * 4, 4), 2u << (2 * (INTID % 16)));
    state.set_line(INTID, false);
  }
  for (const std::uint32_t INTID : {31u, 288u}) {
    write(gicd, 0x0400 + INTID, 1, 0x40);
    EXPECT_EQ(read(gicd, 0x0400 + INTID, 1), 0u) << INTID;
    state.set_line(INTID, true);
    state.acknowledge(INTID);
    state.deactivate(INTID);
  }
  EXPECT_FALSE(state.highest_for(0).valid());
}

TEST_F(Distributor, PrioritiesAreByteAccessible) {
  write(gicd, 0x0400 + 40, 1, 0xA0);
  EXPECT_EQ(read(gicd, 0x0400 + 40, 1), 0xA0u);
  write(gicd, 0x0400 + 40, 4, 0x10203040);
  EXPECT_EQ(read(gicd, 0x0400 + 42, 1), 0x20u);
  EXPECT_EQ(state.spis().priority(43), 0x10);
}

TEST_F(Distributor, OthersAreNot) {
  std::uint64_t data = 0;
  EXPECT_EQ(gicd.read(0x0104, 1, data), RegisterResult::bad_size);
  EXPECT_EQ(gicd.write(0x0104, 8, 0), RegisterResult::bad_size);
}

TEST_F(Distributor, RoutesByAffinity) {
  write(gicd, 0x6000 + 8 * 40, 8, 0x100);
  EXPECT_EQ(state.target(40), 2u);
  write(gicd, 0x6000 + 8 * 40, 8, 0x7);
  EXPECT_FALSE(state.target(40).has_value());
  write(gicd, 0x6000 + 8 * 40 + 4, 4, 0);
  write(gicd, 0x6000 + 8 * 40, 4, 1);
  EXPECT_EQ(state.target(40), 1u) << "by 32-bit halves";
}

TEST_F(Distributor, OneOfNGoesToAProcessorThatIsAwakeAndHasTheGroupEnabled) {
  write(gicd, 0x6000 + 8 * 40, 8, 1ULL << 31);
  write(gicd, 0x0084, 4, ~0u);
  EXPECT_FALSE(state.target(40).has_value());
  for (unsigned i = 0; i < 3; ++i)
    state.set_enabled_groups(i, 0);
  state.set_takes_part(0, true);
  state.set_takes_part(1, true);
  state.set_takes_part(2, true);
  EXPECT_FALSE(state.target(40).has_value()) << "no group is enabled anywhere";
  state.set_enabled_groups(0, 1);
  EXPECT_FALSE(state.target(40).has_value()) << "it is of Group 1";
  state.set_enabled_groups(1, 2);
  EXPECT_EQ(state.target(40), 1u);
  state.set_takes_part(1, false);
  EXPECT_FALSE(state.target(40).has_value()) << "asleep";
  write(gicd, 0x0084, 4, 0);
  EXPECT_EQ(state.target(40), 0u) << "of Group 0 now";
}

TEST_F(Distributor, OffersWhatTheProcessorTakes) {
  write(gicd, 0, 4, 3);
  write(gicd, 0x0084, 4, 1u << 8);
  write(gicd, 0x0104, 4, 3u << 8);
  write(gicd, 0x0400 + 40, 1, 0x20);
  write(gicd, 0x0400 + 41, 1, 0x80);
  state.set_line(40, true);
  state.set_line(41, true);
  EXPECT_EQ(state.highest_for(0).INTID, 40u);
  state.set_enabled_groups(0, 1);
  EXPECT_EQ(state.highest_for(0), (PendingInterrupt{41, 0x80, Group::group0}))
      << "a more urgent one of a disabled group hides nothing";
  state.set_enabled_groups(0, 0);
  EXPECT_FALSE(state.highest_for(0).valid());
}

TEST_F(Distributor, DeliversAPendingSpi) {
  unsigned changes = 0;
  state.on_change([&changes] { ++changes; });
  write(gicd, 0, 4, 3);
  write(gicd, 0x0084, 4, ~0u);
  write(gicd, 0x0104, 4, 1u << 8);
  write(gicd, 0x0400 + 40, 1, 0xA0);
  EXPECT_EQ(changes, 4u);
  state.set_line(40, true);
  EXPECT_EQ(state.highest_for(0), (PendingInterrupt{40, 0xA0, Group::group1}));
  EXPECT_FALSE(state.highest_for(1).valid());
  write(gicd, 0, 4, 1);
  EXPECT_FALSE(state.highest_for(0).valid()) << "Group 1 disabled";
  write(gicd, 0, 4, 3);
  state.acknowledge(40);
  EXPECT_EQ(read(gicd, 0x0304, 4), 1u << 8) << "GICD_ISACTIVER1";
  EXPECT_EQ(read(gicd, 0x0204, 4), 1u << 8) << "GICD_ISPENDR1: the level is still there";
  state.set_line(40, false);
  state.deactivate(40);
  EXPECT_FALSE(state.highest_for(0).valid());
}

class Redistributor : public testing::Test {
 protected:
  RedistributorState state{{.processor = 3, .affinity = {0x103}, .last = true}};
  RegisterBank& gicr = state.registers();
};

TEST_F(Redistributor, IdentifiesItself) {
  EXPECT_EQ(read(gicr, 0x0008, 8), 0x0000010300000311u) << "GICR_TYPER";
  EXPECT_EQ(read(gicr, 0x000C, 4), 0x103u);
  EXPECT_EQ(read(gicr, 0xFFE8, 4), 0x3Bu);
  EXPECT_EQ(read(gicr, 0x0000, 4), 0u) << "GICR_CTLR: no IR, no DirectLPI";
}

TEST_F(Redistributor, Wakes) {
  EXPECT_EQ(read(gicr, 0x0014, 4), 6u);
  EXPECT_FALSE(state.awake());
  write(gicr, 0x0014, 4, 0);
  EXPECT_EQ(read(gicr, 0x0014, 4), 0u);
  EXPECT_TRUE(state.awake());
  write(gicr, 0x0014, 4, 2);
  EXPECT_EQ(read(gicr, 0x0014, 4), 6u);
}

TEST_F(Redistributor, LpiTablesReadBackAsLinuxWritesThem) {
  const std::uint64_t PROPBASER = 0x4001'0000 | 7 << 7 | 1 << 10 | 15;
  const std::uint64_t PENDBASER = 0x4002'0000 | 7 << 7 | 1 << 10;
  write(gicr, 0x0070, 8, PROPBASER);
  write(gicr, 0x0078, 8, PENDBASER);
  EXPECT_EQ(read(gicr, 0x0070, 8), PROPBASER);
  EXPECT_EQ(read(gicr, 0x0078, 8), PENDBASER);
  EXPECT_EQ(state.tables().configuration, 0x4001'0000u);
  EXPECT_EQ(state.tables().pending, 0x4002'0000u);
  EXPECT_EQ(state.tables().id_bits, 16u);
}

TEST_F(Redistributor, PTZIsWriteOnly) {
  write(gicr, 0x0078, 8, 1ULL << 62 | 0x4002'0000);
  EXPECT_EQ(read(gicr, 0x0078, 8), 0x4002'0000u);
  EXPECT_TRUE(state.pending_table_zero());
  write(gicr, 0x0078, 8, 0x4002'0000);
  EXPECT_FALSE(state.pending_table_zero());
}

TEST_F(Redistributor, PTZIsOfTheUpperHalfAlone) {
  write(gicr, 0x0078, 8, 1ULL << 62 | 0x4002'0000);
  write(gicr, 0x0078, 4, 0x4003'0000);
  EXPECT_TRUE(state.pending_table_zero()) << "the half without it was written";
  EXPECT_EQ(state.tables().pending, 0x4003'0000u);
  write(gicr, 0x007C, 4, 0);
  EXPECT_FALSE(state.pending_table_zero());
  EXPECT_EQ(state.tables().pending, 0x4003'0000u);
  write(gicr, 0x007C, 4, 1u << 30);
  EXPECT_TRUE(state.pending_table_zero());
  EXPECT_EQ(read(gicr, 0x007C, 4), 0u) << "WO";
}

TEST_F(Redistributor, AHalfOfPROPBASERLeavesTheOther) {
  write(gicr, 0x0070, 8, 0x000F'0000'4001'000FULL);
  write(gicr, 0x0070, 4, 0x5001'000D);
  EXPECT_EQ(read(gicr, 0x0070, 8), 0x000F'0000'5001'000DULL);
  EXPECT_EQ(state.tables().configuration, 0x000F'0000'5001'0000ULL);
  EXPECT_EQ(state.tables().id_bits, 14u);
  write(gicr, 0x0074, 4, 0);
  EXPECT_EQ(state.tables().configuration, 0x5001'0000u);
}

TEST_F(Redistributor, TablesDontMoveWhileLpisAreEnabled) {
  std::vector<bool> told;
  state.on_enable_lpis([&told](bool enabled) { told.push_back(enabled); });
  write(gicr, 0x0070, 8, 0x4001'000F);
  write(gicr, 0x0000, 4, 1);
  EXPECT_TRUE(state.lpis_enabled());
  write(gicr, 0x0070, 8, 0x5000'000F);
  write(gicr, 0x0078, 8, 0x5000'0000);
  EXPECT_EQ(read(gicr, 0x0070, 8), 0x4001'000Fu);
  EXPECT_EQ(read(gicr, 0x0078, 8), 0u);
  write(gicr, 0x0000, 4, 0);
  EXPECT_EQ(told, (std::vector<bool>{true, false}));
}

TEST_F(Redistributor, SgisAreEdgesAndPpisAsConfigured) {
  EXPECT_EQ(read(gicr, 0x10C00, 4), 0xAAAAAAAAu);
  write(gicr, 0x10C00, 4, 0);
  EXPECT_EQ(read(gicr, 0x10C00, 4), 0xAAAAAAAAu);
  write(gicr, 0x10C04, 4, 0x2);
  EXPECT_EQ(read(gicr, 0x10C04, 4), 0x2u);
  write(gicr, 0x10100, 4, ~0u);
  write(gicr, 0x10080, 4, ~0u);
  write(gicr, 0x10400 + 5, 1, 0x20);
  state.set_pending(5);
  EXPECT_EQ(state.highest(2), (PendingInterrupt{5, 0x20, Group::group1})) << "priority of its own";
  state.acknowledge(5);
  EXPECT_FALSE(state.highest(2).valid());
  state.set_line(27, true);
  EXPECT_EQ(state.highest(2).INTID, 27u);
  EXPECT_EQ(read(gicr, 0x10200, 4), 1u << 27);
}

}  // namespace
}  // namespace doorbell::gic
