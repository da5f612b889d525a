#include <gtest/gtest.h>

#include <vector>

#include "doorbell/gic/arch/distributor_state.h"
#include "doorbell/gic/arch/redistributor_state.h"
#include "doorbell/gic/arch/register_tables.h"
#include "tests/gic/register_access.h"

namespace doorbell::gic {
namespace {

/// PIDR4 to PIDR7, PIDR0 to PIDR3, CIDR0 to CIDR3.
std::vector<std::uint64_t> identification(RegisterBank& bank) {
  std::vector<std::uint64_t> values;
  for (std::uint64_t offset = 0xFFD0; offset < 0x10000; offset += 4)
    values.push_back(read(bank, offset, 4));
  return values;
}
std::vector<std::uint64_t> identification_with(std::uint64_t PIDR0) {
  return {0x44, 0, 0, 0, PIDR0, 0xB4, 0x3B, 0, 0x0D, 0xF0, 0x05, 0xB1};
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
  EXPECT_EQ(read(gicd, 0x0004, 4), 0x037A0007u) << "GICD_TYPER, as QEMU's virt has it";
  EXPECT_EQ(read(gicd, 0x0008, 4), 0x43Bu) << "GICD_IIDR";
  EXPECT_EQ(read(gicd, 0x000C, 4), 0u) << "GICD_TYPER2";
  EXPECT_EQ(identification(gicd), identification_with(0x92)) << "GICD_PIDR, GICD_CIDR";
}

TEST_F(Distributor, SaysWhatItHas) {
  const auto TYPER = [](DistributorConfiguration configuration) {
    DistributorState state(std::move(configuration));
    return read(state.registers(), 4, 4);
  };
  EXPECT_EQ(bits(TYPER({.extended_spis = 64}), 31, 27), 1u) << "ESPI_range";
  EXPECT_EQ(bits(TYPER({.extended_spis = 64}), 8, 8), 1u) << "ESPI";
  EXPECT_EQ(bits(TYPER({.extended_spis = 1024}), 31, 27), 31u);
  EXPECT_EQ(bits(TYPER({.message_spis = true}), 16, 16), 1u) << "MBIS";
  EXPECT_EQ(bits(TYPER({.one_of_n = OneOfN::first}), 25, 25), 0u) << "No1N";
  EXPECT_EQ(bits(TYPER({.processors = {{0x10F}}}), 26, 26), 0u) << "RSS";
  EXPECT_EQ(bits(TYPER({.processors = {{0x110}}}), 26, 26), 1u) << "RSS: Aff0 beyond 15";
  EXPECT_EQ(bits(TYPER({.spis = 960}), 4, 0), 30u);
}

TEST_F(Distributor, CountsAccessesThatItIgnoresIn_STATUSR) {
  state.note_ignored(RegisterResult::unmapped, true);
  EXPECT_EQ(read(gicd, 0x10, 4), 1u) << "RRD";
  state.note_ignored(RegisterResult::write_of_read_only, false);
  EXPECT_EQ(read(gicd, 0x10, 4), 9u) << "WROD";
  write(gicd, 0x10, 4, 1);
  EXPECT_EQ(read(gicd, 0x10, 4), 8u) << "ones clear";
  state.note_ignored(RegisterResult::unmapped, false);
  state.note_ignored(RegisterResult::read_of_write_only, true);
  EXPECT_EQ(read(gicd, 0x10, 4), 0xEu) << "WRD, RWOD";
}

TEST_F(Distributor, ControlReadsBackWithDSAndARE) {
  EXPECT_EQ(read(gicd, 0, 4) & 0x40, 0x40u);
  write(gicd, 0, 4, 0x13);
  EXPECT_EQ(read(gicd, 0, 4), 0x53u);
  EXPECT_EQ(state.enabled_groups(), 3u);
  state.on_write_pending([] { return true; });
  EXPECT_EQ(read(gicd, 0, 4), 0x80000053u) << "RWP";
  write(gicd, 0, 4, 0xFF);
  EXPECT_EQ(read(gicd, 0, 4), 0x80000053u) << "E1NWF and the others are RAZ/WI";
}

// 12.9.4: RWP is for what takes something away.
TEST_F(Distributor, SaysWhatWithdrawsSomething) {
  std::vector<bool> told;
  state.on_change([&told](unsigned, bool withdraws) { told.push_back(withdraws); });
  write(gicd, 0, 4, 3);
  write(gicd, 0x0084, 4, 1);
  write(gicd, 0x0104, 4, 1);
  write(gicd, 0x0204, 4, 1);
  EXPECT_EQ(told, (std::vector<bool>(6, false)));
  told.clear();
  write(gicd, 0x0184, 4, 1);
  EXPECT_EQ(told, (std::vector<bool>{true})) << "GICD_ICENABLER";
  told.clear();
  write(gicd, 0, 4, 1);
  EXPECT_EQ(told, (std::vector<bool>(3, true))) << "EnableGrp1 from 1 to 0, of all processors";
  told.clear();
  write(gicd, 0, 4, 3);
  EXPECT_EQ(told, (std::vector<bool>(3, false)));
}

TEST_F(Distributor, TellsTheProcessorsConcernedAlone) {
  std::vector<unsigned> told;
  state.on_change([&told](unsigned processor, bool) { told.push_back(processor); });
  write(gicd, 0x6000 + 8 * 40, 8, 1);
  EXPECT_EQ(told, (std::vector<unsigned>{0, 1})) << "from where to where";
  told.clear();
  state.set_line(40, true);
  EXPECT_EQ(told, (std::vector<unsigned>{1}));
  told.clear();
  write(gicd, 0x0104, 4, 1u << 8 | 1u << 9);
  EXPECT_EQ(told, (std::vector<unsigned>{1, 0}));
  told.clear();
  write(gicd, 0x0400 + 40, 4, 0x10101010);
  EXPECT_EQ(told, (std::vector<unsigned>{1, 0, 0, 0}));
  told.clear();
  write(gicd, 0x0C00 + 4 * 2, 4, 2u << 16);
  EXPECT_EQ(told.size(), 16u);
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
  write(gicd, 0x0100 + 4 * 8, 4, ~0u);
  EXPECT_EQ(read(gicd, 0x0100 + 4 * 8, 4), 0u);
  write(gicd, 0x0F00, 4, ~0u);
  EXPECT_EQ(read(gicd, 0x0F00, 4), 0u) << "no register there";
}

TEST_F(Distributor, TheFirstAndTheLastSpi) {
  write(gicd, 0, 4, 3);
  for (const std::uint32_t INTID : {32u, 255u}) {
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
  for (const std::uint32_t INTID : {31u, 256u}) {
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

TEST_F(Distributor, WithoutOneOfNInterruptRoutingModeIsRAZ) {
  write(gicd, 0x6000 + 8 * 40, 8, 1ULL << 31 | 0x100);
  EXPECT_EQ(read(gicd, 0x6000 + 8 * 40, 8), 0x100u);
  EXPECT_EQ(state.target(40), 2u);
}

TEST_F(Distributor, RoutesAreOfSpisThatThereAre) {
  write(gicd, 0x6000 + 8 * 256, 8, 1);
  EXPECT_EQ(read(gicd, 0x6000 + 8 * 256, 8), 0u);
  write(gicd, 0x8000, 8, 1);
  EXPECT_EQ(read(gicd, 0x8000, 8), 0u) << "no extended ones";
}

TEST(ExtendedSpis, HaveRegistersOfTheirOwn) {
  DistributorState state({.extended_spis = 64, .processors = {{0}, {1}}});
  RegisterBank& gicd = state.registers();
  state.set_enabled_groups(1, 3);
  write(gicd, 0, 4, 3);
  for (const std::uint32_t INTID : {4096u, 4159u}) {
    const std::uint32_t n = INTID - 4096;
    const std::uint64_t word = n / 32 * 4;
    const std::uint32_t bit = 1u << (n % 32);
    write(gicd, 0x1000 + word, 4, bit);
    write(gicd, 0x1200 + word, 4, bit);
    write(gicd, 0x2000 + n, 1, 0x40);
    write(gicd, 0x3000 + n / 16 * 4, 4, 2u << (2 * (n % 16)));
    write(gicd, 0x8000 + 8 * n, 8, 1);
    EXPECT_EQ(read(gicd, 0x2000 + n, 1), 0x40u);
    EXPECT_EQ(read(gicd, 0x3000 + n / 16 * 4, 4), 2u << (2 * (n % 16)));
    write(gicd, 0x1600 + word, 4, bit);
    EXPECT_EQ(state.highest_for(1), (PendingInterrupt{INTID, 0x40, Group::group1}));
    EXPECT_EQ(read(gicd, 0x1800 + word, 4), bit);
    state.acknowledge(INTID);
    EXPECT_EQ(read(gicd, 0x1A00 + word, 4), bit);
    write(gicd, 0x1C00 + word, 4, bit);
    EXPECT_EQ(read(gicd, 0x1A00 + word, 4), 0u);
    write(gicd, 0x1400 + word, 4, bit);
    EXPECT_EQ(read(gicd, 0x1200 + word, 4), 0u);
  }
  write(gicd, 0x1208, 4, ~0u);
  EXPECT_EQ(read(gicd, 0x1208, 4), 0u) << "beyond them";
  EXPECT_EQ(read(gicd, 0x0104, 4), 0u) << "SPI 32 is another";
}

TEST(MessageSpis, ComeByRegisterWrites) {
  DistributorState state({.message_spis = true, .processors = {{0}}});
  RegisterBank& gicd = state.registers();
  write(gicd, 0x40, 4, 40);
  EXPECT_EQ(read(gicd, 0x0204, 4), 1u << 8);
  write(gicd, 0x48, 2, 40);
  EXPECT_EQ(read(gicd, 0x0204, 4), 0u) << "half-words, too";
  write(gicd, 0x40, 4, 1u << 13 | 41);
  EXPECT_EQ(read(gicd, 0x0204, 4), 1u << 9) << "INTID is bits [12:0]";
  write(gicd, 0x40, 4, 8);
  write(gicd, 0x40, 4, 4096);
  write(gicd, 0x50, 4, 42);
  EXPECT_EQ(read(gicd, 0x0204, 4), 1u << 9) << "no SPIs, and Secure ones";
  EXPECT_EQ(gicd.write(0x40, 1, 40), RegisterResult::bad_size);
}

TEST(MessageSpis, AreRES0Without) {
  DistributorState state({.processors = {{0}}});
  write(state.registers(), 0x40, 4, 40);
  EXPECT_EQ(read(state.registers(), 0x0204, 4), 0u);
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
  write(gicd, 0, 4, 3);
  write(gicd, 0x0084, 4, ~0u);
  write(gicd, 0x0104, 4, 1u << 8);
  write(gicd, 0x0400 + 40, 1, 0xA0);
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
  EXPECT_EQ(read(gicr, 0x0008, 8), 0x0000010301000311u) << "GICR_TYPER, with CommonLPIAff";
  EXPECT_EQ(read(gicr, 0x000C, 4), 0x103u);
  EXPECT_EQ(read(gicr, 0x0004, 4), 0x43Bu) << "GICR_IIDR";
  EXPECT_EQ(identification(gicr), identification_with(0x93));
  EXPECT_EQ(read(gicr, 0x0000, 4), 2u) << "GICR_CTLR: CES, no IR";
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

TEST_F(Redistributor, ChildrenAsleepFollowsWhenTheyAre) {
  std::vector<bool> told;
  state.on_wake([&told](bool awake) { told.push_back(awake); });
  write(gicr, 0x0014, 4, 0);
  EXPECT_EQ(read(gicr, 0x0014, 4), 4u) << "not yet";
  EXPECT_FALSE(state.awake());
  state.children_are(false);
  EXPECT_EQ(read(gicr, 0x0014, 4), 0u);
  EXPECT_TRUE(state.awake());
  write(gicr, 0x0014, 4, 2);
  EXPECT_EQ(read(gicr, 0x0014, 4), 2u) << "not yet";
  EXPECT_FALSE(state.awake());
  write(gicr, 0x0014, 4, 2);
  EXPECT_EQ(told, (std::vector<bool>{true, false}));
}

TEST(RedistributorOptions, EnableLPIsStaysWithoutCES) {
  RedistributorState state({.enable_can_clear = false});
  std::vector<bool> told;
  state.on_enable_lpis([&told](bool enabled) { told.push_back(enabled); });
  EXPECT_EQ(read(state.registers(), 0, 4), 0u);
  write(state.registers(), 0, 4, 1);
  write(state.registers(), 0, 4, 0);
  EXPECT_EQ(read(state.registers(), 0, 4), 1u);
  EXPECT_EQ(told, (std::vector<bool>{true}));
}

TEST(RedistributorOptions, DPGIsForOneOfN) {
  RedistributorState state({.one_of_n = true});
  std::vector<unsigned> told;
  state.on_exclude([&told](unsigned groups) { told.push_back(groups); });
  EXPECT_EQ(bits(read(state.registers(), 8, 8), 5, 5), 1u) << "GICR_TYPER.DPGS";
  write(state.registers(), 0, 4, 2u << 24);
  EXPECT_EQ(read(state.registers(), 0, 4), 2u << 24 | 2);
  write(state.registers(), 0, 4, 3u << 24);
  write(state.registers(), 0, 4, 3u << 24 | 1);
  EXPECT_EQ(told, (std::vector<unsigned>{2, 3}));
  RedistributorState without({});
  write(without.registers(), 0, 4, 2u << 24);
  EXPECT_EQ(read(without.registers(), 0, 4), 2u);
}

TEST(RedistributorOptions, ExtendedPpisFollowInTheSameRegisters) {
  RedistributorState state({.extended_ppis = 64});
  RegisterBank& gicr = state.registers();
  EXPECT_EQ(bits(read(gicr, 8, 8), 31, 27), 2u) << "PPInum: up to 1119";
  write(gicr, 0x10084, 4, ~0u);
  write(gicr, 0x10088, 4, 1u << 31);
  write(gicr, 0x10108, 4, 1u << 31);
  write(gicr, 0x10400 + 32 + 63, 1, 0x30);
  write(gicr, 0x10C00 + 4 * 5, 4, 0x80000000u);
  EXPECT_EQ(read(gicr, 0x10C14, 4), 0x80000000u) << "edge";
  state.set_line(1119, true);
  state.set_line(1119, false);
  EXPECT_EQ(state.highest(2), (PendingInterrupt{1119, 0x30, Group::group1}));
  state.acknowledge(1119);
  EXPECT_EQ(read(gicr, 0x10308, 4), 1u << 31);
  RedistributorState without({});
  write(without.registers(), 0x10104, 4, ~0u);
  EXPECT_EQ(read(without.registers(), 0x10104, 4), 0u);
  write(without.registers(), 0x10C08, 4, ~0u);
  EXPECT_EQ(read(without.registers(), 0x10C08, 4), 0u);
  write(without.registers(), 0x10420, 4, ~0u);
  EXPECT_EQ(read(without.registers(), 0x10420, 4), 0u);
}

// its.c, its_cpu_init_lpis: Linux reads back what it wrote, and cleans its caches when it isn't
// shareable.
TEST(RedistributorOptions, SharesTablesAsItCan) {
  const std::uint64_t written = 0x4001'0000 | 7 << 7 | 1 << 10 | 15;
  const auto read_back = [](TableShareability shareability, std::uint64_t value) {
    RedistributorState state({.shareability = shareability});
    write(state.registers(), 0x70, 8, value);
    return read(state.registers(), 0x70, 8);
  };
  const std::uint64_t outer = written ^ 3 << 10;
  EXPECT_EQ(read_back(TableShareability::any, written), written);
  EXPECT_EQ(read_back(TableShareability::any, outer), outer);
  EXPECT_EQ(read_back(TableShareability::inner, outer), written);
  EXPECT_EQ(read_back(TableShareability::outer, written), outer);
  EXPECT_EQ(read_back(TableShareability::none, written | 7ULL << 56), 0x4001'0000 | 1 << 7 | 15);
  EXPECT_EQ(read_back(TableShareability::none, 0x4001'000F), 0x4001'000Fu) << "Device stays so";
}

TEST(RedistributorOptions, InvalidatesByRegisterWithIR) {
  RedistributorState state({.invalidates = true});
  RegisterBank& gicr = state.registers();
  std::vector<std::uint32_t> told;
  unsigned all = 0;
  state.on_invalidate([&told](std::uint32_t INTID) { told.push_back(INTID); }, [&all] { ++all; });
  EXPECT_EQ(read(gicr, 0, 4), 6u) << "IR";
  write(gicr, 0xA0, 8, 8192);
  EXPECT_TRUE(told.empty()) << "LPIs are disabled";
  write(gicr, 0, 4, 1);
  write(gicr, 0xA0, 8, 8192);
  write(gicr, 0xA0, 4, 8193);
  write(gicr, 0xA4, 4, 0);
  write(gicr, 0xB0, 8, 0);
  EXPECT_EQ(told, (std::vector<std::uint32_t>{8192, 8193}));
  EXPECT_EQ(all, 1u);
  state.set_invalidating(true);
  EXPECT_EQ(read(gicr, 0xC0, 4), 1u) << "GICR_SYNCR.Busy";
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
  state.receive_sgi(5, Group::group1, false);
  EXPECT_EQ(state.highest(2), (PendingInterrupt{5, 0x20, Group::group1})) << "priority of its own";
  state.acknowledge(5);
  EXPECT_FALSE(state.highest(2).valid());
  state.set_line(27, true);
  EXPECT_EQ(state.highest(2).INTID, 27u);
  EXPECT_EQ(read(gicr, 0x10200, 4), 1u << 27);
}

}  // namespace
}  // namespace doorbell::gic
