// VMSAv8-64 stage 2: where walks start, and what descriptors say (DDI 0487 D8.2, D8.3.2, D8.4),
// written with the numbers of the specification's tables.
#include "doorbell/smmu/arch/stage2_table.h"

#include <gtest/gtest.h>

#include <vector>

#include "doorbell/smmu/arch/descriptor.h"

namespace doorbell::smmu {
namespace {

constexpr std::uint64_t TABLE = 3, PAGE = 3, BLOCK = 1, AF = 1ULL << 10;
constexpr std::uint64_t READ = 1ULL << 6, WRITE = 1ULL << 7;

/// A row of "stage 2 initial lookup at level n": the T0SZ of one table, and of up to 16.
struct Start {
  GranuleShift granule;
  unsigned SL0, level;
  unsigned least_of_one, most_of_one;  ///< T0SZ; above 39 needs FEAT_TTST
  unsigned of_sixteen;                 ///< T0SZ of 16 concatenated tables; 0: fewer are possible
};
// Tables D8-21 to D8-23, D8-31 to D8-33, D8-39 to D8-41.
constexpr Start starts[] = {
    {12, 0b10, 0, 16, 24, 0}, {12, 0b01, 1, 25, 33, 21}, {12, 0b00, 2, 34, 42, 30},
    {14, 0b10, 1, 17, 27, 0}, {14, 0b01, 2, 28, 38, 24}, {14, 0b00, 3, 39, 48, 35},
    {16, 0b10, 1, 12, 21, 0}, {16, 0b01, 2, 22, 34, 18}, {16, 0b00, 3, 35, 47, 31},
};

TEST(Stage2Start, LevelsOfEachGranule) {
  for (const Start& row : starts)
    EXPECT_EQ(stage2_start_level(row.granule, row.SL0), row.level) << row.granule << ' ' << row.SL0;
  // Level 3 of 4 KiB is for FEAT_TTST, level 0 of 16 KiB for DS; of 64 KiB it is reserved.
  for (const GranuleShift granule : {12u, 14u, 16u})
    EXPECT_EQ(stage2_start_level(granule, 0b11), std::nullopt);
}

TEST(Stage2Start, InputSizesOfEachLevel) {
  for (const Start& row : starts) {
    for (unsigned T0SZ = 12; T0SZ <= 48; ++T0SZ) {
      // Whether T0SZ itself is in range is another rule: 16 to 39, or 12 for 64 KiB.
      const unsigned least = row.of_sixteen != 0 ? row.of_sixteen : row.least_of_one;
      if (row.of_sixteen == 0 && T0SZ < row.least_of_one) continue;
      EXPECT_EQ(stage2_starts_at(row.granule, row.level, 64 - T0SZ),
                T0SZ >= least && T0SZ <= row.most_of_one)
          << "granule " << row.granule << " level " << row.level << " T0SZ " << T0SZ;
    }
  }
  // 16 KiB and 48 bits: two concatenated tables at level 1, the only way (R_DXBSH).
  EXPECT_TRUE(stage2_starts_at(14, 1, 48));
}

Stage2Regime regime_of(GranuleShift granule, unsigned level, unsigned bits) {
  Stage2Regime regime;
  regime.granule = granule;
  regime.start_level = level;
  regime.input_bits = bits;
  regime.S2TTB = 0x1234'5678'9abc;
  regime.output_bits = 48;
  return regime;
}

TEST(Stage2Walk, BeginsAtAConcatenatedTable) {
  // 16 tables of 4 KiB at level 1: aligned to 64 KiB, 8192 entries of 1 GiB.
  const Stage2Regime regime = regime_of(12, 1, 43);
  const auto position = start_walk(regime, 0x7ff'c000'0000);
  ASSERT_TRUE(position);
  EXPECT_EQ(position->level, 1u);
  EXPECT_EQ(position->table, 0x1234'5678'0000u);
  EXPECT_EQ(descriptor_address(regime, *position, 0x7ff'c000'0000), 0x1234'5678'0000u + 8191 * 8);
  EXPECT_FALSE(start_walk(regime, 0x800'0000'0000));
  // Below it tables have 512 entries again.
  EXPECT_EQ(descriptor_address(regime, {.level = 2, .table = 0x5000}, 0x7ff'ffe0'0000),
            0x5000u + 511 * 8);
}

TEST(Stage2Walk, AlignsTheBaseToAllTablesTogether) {
  const auto base = [](GranuleShift granule, unsigned level, unsigned bits) {
    return start_walk(regime_of(granule, level, bits), 0)->table;
  };
  EXPECT_EQ(base(12, 1, 39), 0x1234'5678'9000u);  // one table
  EXPECT_EQ(base(12, 1, 40), 0x1234'5678'8000u);  // two
  EXPECT_EQ(base(12, 1, 41), 0x1234'5678'8000u);  // four: 16 KiB
  EXPECT_EQ(base(12, 1, 42), 0x1234'5678'8000u);  // eight: 32 KiB
  EXPECT_EQ(base(12, 1, 31), 0x1234'5678'9ab0u);  // two entries of 8 bytes
  EXPECT_EQ(base(12, 1, 34), 0x1234'5678'9a80u);  // 16 entries
  EXPECT_EQ(base(14, 1, 48), 0x1234'5678'8000u);  // two tables of 16 KiB
  EXPECT_EQ(base(16, 3, 33), 0x1234'5670'0000u);  // 16 tables of 512 KiB
  Stage2Regime wide = regime_of(16, 1, 43);
  wide.output_bits = 52;  // 64 bytes at least
  EXPECT_EQ(start_walk(wide, 0)->table, 0x1234'5678'9a80u);
}

TEST(Stage2Walk, WalksByIndicesOfTheGranule) {
  struct Case {
    GranuleShift granule;
    unsigned level;
    std::uint64_t index;
  };
  constexpr std::uint64_t ipa = 0x8765'4321'0fed;
  for (const Case& c : {Case{12, 3, ipa >> 12 & 0x1ff}, Case{12, 2, ipa >> 21 & 0x1ff},
                        Case{14, 3, ipa >> 14 & 0x7ff}, Case{14, 2, ipa >> 25 & 0x7ff},
                        Case{16, 3, ipa >> 16 & 0x1fff}, Case{16, 2, ipa >> 29 & 0x1fff}}) {
    Stage2Regime regime = regime_of(c.granule, 1, 48);
    EXPECT_EQ(descriptor_address(regime, {.level = c.level, .table = 0x10'0000}, ipa),
              0x10'0000 + 8 * c.index);
  }
}

TEST(Stage2Descriptor, IsATableABlockOrAPage) {
  const Stage2Regime regime = regime_of(12, 0, 48);
  const WalkStep table = step_walk(regime, {.level = 1}, 0xabcd'e000 | TABLE);
  EXPECT_EQ(table.kind, WalkStep::Kind::table);
  EXPECT_EQ(table.next.level, 2u);
  EXPECT_EQ(table.next.table, 0xabcd'e000u);
  const WalkStep block = step_walk(regime, {.level = 2}, 0xabc0'0000 | BLOCK | AF);
  EXPECT_EQ(block.kind, WalkStep::Kind::leaf);
  EXPECT_EQ(block.leaf.size_log2, 21u);
  EXPECT_EQ(block.leaf.output_base, 0xabc0'0000u);
  EXPECT_EQ(step_walk(regime, {.level = 3}, 0xabcd'e000 | PAGE | AF).leaf.size_log2, 12u);
  EXPECT_EQ(step_walk(regime, {.level = 3}, 0xabcd'e000 | BLOCK | AF).fault,
            EventType::F_TRANSLATION);
  EXPECT_EQ(step_walk(regime, {.level = 0}, BLOCK | AF).fault, EventType::F_TRANSLATION);
  EXPECT_EQ(step_walk(regime, {.level = 1}, AF | 2).fault, EventType::F_TRANSLATION);
}

// There are no hierarchical attributes at stage 2: bits 59 to 63 of a table are software's.
TEST(Stage2Descriptor, TablesLimitNothing) {
  const WalkStep step = step_walk(regime_of(12, 0, 48), {.level = 1}, 0x1fULL << 59 | TABLE);
  EXPECT_EQ(step.next.limits, TableLimits{});
}

TEST(Stage2Descriptor, FaultsComeInOrder) {
  Stage2Regime regime = regime_of(12, 0, 48);
  regime.output_bits = 40;
  constexpr std::uint64_t beyond = 1ULL << 40;
  EXPECT_EQ(step_walk(regime, {.level = 3}, beyond).fault, EventType::F_TRANSLATION);
  EXPECT_EQ(step_walk(regime, {.level = 3}, beyond | PAGE).fault, EventType::F_ADDR_SIZE);
  EXPECT_EQ(step_walk(regime, {.level = 1}, beyond | TABLE).fault, EventType::F_ADDR_SIZE);
  EXPECT_EQ(step_walk(regime, {.level = 3}, PAGE).fault, EventType::F_ACCESS);
  regime.S2AFFD = true;
  EXPECT_EQ(step_walk(regime, {.level = 3}, PAGE).fault, EventType::none);
  regime.S2HA = true;  // wins over S2AFFD: the flag is to be set
  EXPECT_EQ(step_walk(regime, {.level = 3}, PAGE).fault, EventType::F_ACCESS);
}

TEST(Stage2Descriptor, S2apGivesReadsAndWritesApart) {
  const auto of = [](std::uint64_t ap) {
    return step_walk(regime_of(12, 0, 48), {.level = 3}, PAGE | AF | ap).leaf.permissions;
  };
  for (const bool privileged : {false, true}) {
    for (const std::uint64_t ap : {std::uint64_t{0}, READ, WRITE, READ | WRITE}) {
      EXPECT_EQ(of(ap).allow({.privileged = privileged}), (ap & READ) != 0);
      EXPECT_EQ(of(ap).allow({.write = true, .privileged = privileged}), (ap & WRITE) != 0);
      // Execution has bits of its own: a page may be executed and not read.
      EXPECT_TRUE(of(ap).allow({.privileged = privileged, .instruction = true}));
    }
  }
}

// DDI 0487 D8.4, "stage 2 instruction execution using XN[1:0]".
TEST(Stage2Descriptor, XnHasTwoBits) {
  constexpr bool privileged[] = {true, false, false, true};
  constexpr bool unprivileged[] = {true, true, false, false};
  for (unsigned XN = 0; XN < 4; ++XN) {
    const auto p =
        step_walk(regime_of(12, 0, 48), {.level = 3}, PAGE | AF | READ | std::uint64_t{XN} << 53)
            .leaf.permissions;
    EXPECT_EQ(p.allow({.privileged = true, .instruction = true}), privileged[XN]) << XN;
    EXPECT_EQ(p.allow({.privileged = false, .instruction = true}), unprivileged[XN]) << XN;
  }
}

TEST(Stage2Descriptor, KeepsItsAttributes) {
  const Leaf leaf = step_walk(regime_of(12, 0, 48), {.level = 3},
                              PAGE | AF | 0xbULL << 2 | 2ULL << 8 | 1ULL << 52)
                        .leaf;
  EXPECT_EQ(leaf.attribute_index, 0xb);
  EXPECT_EQ(leaf.shareability, 2);
  EXPECT_TRUE(leaf.contiguous);
}

TEST(Stage2Descriptor, AddressesOf52BitsHaveTheirTopInBits15To12) {
  Stage2Regime regime = regime_of(16, 1, 48);
  regime.output_bits = 52;
  regime.large_addresses = true;
  const std::uint64_t word = 0xabcd'1234'0000 | 0x9000 | PAGE | AF;
  EXPECT_EQ(step_walk(regime, {.level = 3}, word).leaf.output_base, 0x9'abcd'1234'0000u);
  EXPECT_EQ(step_walk(regime, {.level = 2}, word).next.table, 0x9'abcd'1234'0000u);
  EXPECT_EQ(step_walk(regime, {.level = 1}, BLOCK | AF).leaf.size_log2, 42u);
}

// Table D8-104.
TEST(ContiguousHint, GroupsByGranuleAndLevel) {
  using descriptor::contiguous_log2;
  constexpr unsigned expected[3][4] = {{0, 4, 4, 4}, {0, 0, 5, 7}, {0, 0, 5, 5}};
  for (unsigned g = 0; g < 3; ++g)
    for (unsigned level = 0; level < 4; ++level)
      EXPECT_EQ(contiguous_log2(12 + 2 * g, level), expected[g][level]) << g << ' ' << level;
}

// EL2 without E2H has one privilege: AP[1] is RES1, UXN is XN (DDI 0487 D8.4; IHI 0070 13.4.1).
TEST(Stage1OfEl2, HasOnePrivilege) {
  TranslationRegime regime;
  regime.world = World::el2;
  const auto of = [&](std::uint64_t bits, TableLimits limits = {}) {
    return step_walk(regime, {.level = 3, .limits = limits}, 0, PAGE | AF | bits).leaf.permissions;
  };
  constexpr std::uint64_t read_only = 1ULL << 7, PXN = 1ULL << 53, XN = 1ULL << 54;
  for (const bool privileged : {false, true}) {
    const Access read{.privileged = privileged}, write{.write = true, .privileged = privileged};
    const Access execute{.privileged = privileged, .instruction = true};
    EXPECT_TRUE(of(0).allow(read));  // AP[1] = 0
    EXPECT_TRUE(of(0).allow(write));
    EXPECT_TRUE(of(0).allow(execute));  // what is writable without privilege, too
    EXPECT_FALSE(of(read_only).allow(write));
    EXPECT_TRUE(of(PXN).allow(execute));
    EXPECT_FALSE(of(XN).allow(execute));
    EXPECT_TRUE(of(0, {.no_unprivileged = true, .privileged_execute_never = true}).allow(execute));
    EXPECT_FALSE(of(0, {.unprivileged_execute_never = true}).allow(execute));
    EXPECT_FALSE(of(0, {.read_only = true}).allow(write));
    regime.WXN = true;
    EXPECT_FALSE(of(0).allow(execute));
    EXPECT_TRUE(of(read_only).allow(execute));
    regime.WXN = false;
  }
}

TEST(Stage1AccessFlag, HaWinsOverAffd) {
  TranslationRegime regime;
  regime.AFFD = regime.HA = true;
  EXPECT_EQ(step_walk(regime, {.level = 3}, 0, PAGE).fault, EventType::F_ACCESS);
}

}  // namespace
}  // namespace doorbell::smmu
