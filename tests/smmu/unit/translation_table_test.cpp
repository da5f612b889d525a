// VMSAv8-64 stage 1 walks (DDI 0487 D8, IHI 0070 7.3.13 to 7.3.16) over tables in a map.
// Descriptors are written as Linux's io-pgtable-arm.c does.
#include "doorbell/smmu/arch/translation_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace doorbell::smmu {
namespace {

constexpr std::uint64_t VALID = 1, TABLE = 3, PAGE = 3, BLOCK = 1;
constexpr std::uint64_t AP_UNPRIV = 1ULL << 6, AP_RDONLY = 1ULL << 7, AF = 1ULL << 10,
                        nG = 1ULL << 11;
constexpr std::uint64_t PXN = 1ULL << 53, UXN = 1ULL << 54;
constexpr std::uint64_t PXNTable = 1ULL << 59, UXNTable = 1ULL << 60;
constexpr std::uint64_t APTable_no_unprivileged = 1ULL << 61, APTable_read_only = 1ULL << 62;

constexpr Access read_unprivileged{};
constexpr Access write_unprivileged{.write = true};
constexpr Access read_privileged{.privileged = true};
constexpr Access write_privileged{.write = true, .privileged = true};
constexpr Access execute_unprivileged{.instruction = true};
constexpr Access execute_privileged{.privileged = true, .instruction = true};

struct Walk {
  EventType fault = EventType::none;
  Leaf leaf;
  unsigned fetches = 0;
};

class Tables : public testing::Test {
 protected:
  Tables() {
    regime.output_bits = 44;
    regime.table[0] = {.base = 0x1000'0000, .input_bits = 48, .granule = 12};
    regime.table[1].disabled = true;
    // 0x0000'1234'5678'9xxx: indices 0x24, 0xd1, 0xb3, 0x189
    memory[0x1000'0000 + 0x24 * 8] = 0x2000'0000 | TABLE;
    memory[0x2000'0000 + 0xd1 * 8] = 0x3000'0000 | TABLE;
    memory[0x3000'0000 + 0xb3 * 8] = 0x4000'0000 | TABLE;
    memory[0x4000'0000 + 0x189 * 8] = 0x0abc'd000 | PAGE | AF | AP_UNPRIV | nG | 1u << 2 | 3u << 8;
  }

  Walk walk(std::uint64_t address) {
    Walk result;
    auto position = start_walk(regime, address);
    if (!position) return {EventType::F_TRANSLATION, {}, 0};
    const TranslationTable& table = regime.table[table_half(address)];
    while (true) {
      const auto where = descriptor_address(*position, table.granule, table.input_bits, address);
      ++result.fetches;
      const WalkStep step = step_walk(regime, *position, address, memory[where]);
      if (step.kind == WalkStep::Kind::table) {
        position = step.next;
        continue;
      }
      result.fault = step.fault;
      result.leaf = step.leaf;
      return result;
    }
  }

  std::uint64_t& level(unsigned n) {
    constexpr std::uint64_t at[] = {0x1000'0000 + 0x24 * 8, 0x2000'0000 + 0xd1 * 8,
                                    0x3000'0000 + 0xb3 * 8, 0x4000'0000 + 0x189 * 8};
    return memory[at[n]];
  }

  static constexpr std::uint64_t va = 0x0000'1234'5678'9abc;
  TranslationRegime regime;
  std::map<std::uint64_t, std::uint64_t> memory;
};

TEST_F(Tables, FourLevelsToAPage) {
  const Walk w = walk(va);
  EXPECT_EQ(w.fault, EventType::none);
  EXPECT_EQ(w.fetches, 4u);
  EXPECT_EQ(w.leaf.output_base, 0x0abc'd000u);
  EXPECT_EQ(w.leaf.size_log2, 12u);
  EXPECT_EQ(w.leaf.level, 3u);
  EXPECT_EQ(w.leaf.attribute_index, 1);
  EXPECT_EQ(w.leaf.shareability, 3);
  EXPECT_TRUE(w.leaf.not_global);
}

TEST_F(Tables, BlocksOfTwoMebibytesAndOneGibibyte) {
  level(2) = 0x0ae0'0000 | BLOCK | AF;
  EXPECT_EQ(walk(va).leaf.size_log2, 21u);
  EXPECT_EQ(walk(va).leaf.output_base, 0x0ae0'0000u);
  level(1) = 0x8000'0000 | BLOCK | AF;
  EXPECT_EQ(walk(va).leaf.size_log2, 30u);
  EXPECT_EQ(walk(va).fetches, 2u);
}

TEST_F(Tables, NoBlockAtLevelZeroAndNoBlockEncodingAtLevelThree) {
  level(3) = 0x0abc'd000 | BLOCK | AF;
  EXPECT_EQ(walk(va).fault, EventType::F_TRANSLATION);
  level(0) = 0x8000'0000 | BLOCK | AF;
  EXPECT_EQ(walk(va).fault, EventType::F_TRANSLATION);
  EXPECT_EQ(walk(va).fetches, 1u);
}

TEST_F(Tables, InvalidDescriptorAtEachLevel) {
  for (unsigned n = 4; n-- > 0;) {
    level(n) &= ~VALID;
    EXPECT_EQ(walk(va).fault, EventType::F_TRANSLATION);
    EXPECT_EQ(walk(va).fetches, n + 1);
  }
}

TEST_F(Tables, StartLevelFollowsTheInputSize) {
  const auto start = [&](unsigned bits) {
    regime.table[0].input_bits = bits;
    return start_walk(regime, 0)->level;
  };
  EXPECT_EQ(start(48), 0u);
  EXPECT_EQ(start(40), 0u);
  EXPECT_EQ(start(39), 1u);
  EXPECT_EQ(start(31), 1u);
  EXPECT_EQ(start(30), 2u);
  EXPECT_EQ(start(25), 2u);
}

TEST_F(Tables, FirstTableOfASmallRangeHasFewEntries) {
  regime.table[0] = {.base = 0x1000'0040, .input_bits = 33, .granule = 12};  // 8 entries at level 1
  const auto position = start_walk(regime, 0x1'c000'0000);
  ASSERT_TRUE(position);
  EXPECT_EQ(position->level, 1u);
  EXPECT_EQ(position->table, 0x1000'0040u);  // 64-byte aligned is enough
  EXPECT_EQ(descriptor_address(*position, 12, 33, 0x1'c000'0000), 0x1000'0040u + 7 * 8);
}

TEST_F(Tables, InputRange) {
  regime.table[0].input_bits = 39;
  EXPECT_TRUE(start_walk(regime, (1ULL << 39) - 1));
  EXPECT_FALSE(start_walk(regime, 1ULL << 39));
  EXPECT_FALSE(start_walk(regime, 1ULL << 54));
  EXPECT_FALSE(start_walk(regime, 0xff00'0000'0000'1000));  // top byte, not ignored
  regime.top_byte_ignored[0] = true;
  EXPECT_TRUE(start_walk(regime, 0xff00'0000'0000'1000));
}

TEST_F(Tables, EachHalfHasItsTopByte) {
  regime.table[1] = {.base = 0x5000'0000, .input_bits = 48, .granule = 12};
  regime.top_byte_ignored[1] = true;
  EXPECT_TRUE(start_walk(regime, 0x00ff'ffff'ffff'f000 | 1ULL << 55));
  EXPECT_FALSE(start_walk(regime, 0xff00'0000'0000'1000 & ~(1ULL << 55)));
  regime.top_byte_ignored[0] = true;
  regime.top_byte_ignored[1] = false;
  EXPECT_FALSE(start_walk(regime, 0x00ff'ffff'ffff'f000 | 1ULL << 55));
  EXPECT_TRUE(start_walk(regime, 0xff00'0000'0000'1000 & ~(1ULL << 55)));
}

TEST_F(Tables, DisabledHalvesFault) {
  EXPECT_FALSE(start_walk(regime, 0xffff'ffff'ffff'f000));  // EPD1
  regime.table[1] = {.base = 0x5000'0000, .input_bits = 48, .granule = 12};
  EXPECT_EQ(start_walk(regime, 0xffff'ffff'ffff'f000)->table, 0x5000'0000u);
  EXPECT_FALSE(start_walk(regime, 0xfff0'ffff'ffff'f000));
  regime.table[0].disabled = true;
  EXPECT_EQ(walk(va).fault, EventType::F_TRANSLATION);
  EXPECT_EQ(walk(va).fetches, 0u);
}

TEST_F(Tables, AddressesBeyondIpsFaultInTablesAndLeaves) {
  level(3) = 1ULL << 44 | PAGE | AF;
  EXPECT_EQ(walk(va).fault, EventType::F_ADDR_SIZE);
  EXPECT_EQ(walk(va).fetches, 4u);
  level(1) = 1ULL << 44 | TABLE;
  EXPECT_EQ(walk(va).fault, EventType::F_ADDR_SIZE);
  EXPECT_EQ(walk(va).fetches, 2u);
}

TEST_F(Tables, AddressSizeComesBeforeAccessFlag) {
  level(3) = 1ULL << 44 | PAGE;
  EXPECT_EQ(walk(va).fault, EventType::F_ADDR_SIZE);
}

TEST_F(Tables, AccessFlag) {
  level(3) &= ~AF;
  EXPECT_EQ(walk(va).fault, EventType::F_ACCESS);
  regime.AFFD = true;
  EXPECT_EQ(walk(va).fault, EventType::none);
}

TEST_F(Tables, DataPermissionsOfAp) {
  const auto of = [&](std::uint64_t ap) {
    level(3) = 0x0abc'd000 | PAGE | AF | ap;
    return walk(va).leaf.permissions;
  };
  EXPECT_TRUE(of(0).allow(write_privileged));
  EXPECT_FALSE(of(0).allow(read_unprivileged));
  EXPECT_TRUE(of(AP_UNPRIV).allow(write_unprivileged));
  EXPECT_TRUE(of(AP_RDONLY).allow(read_privileged));
  EXPECT_FALSE(of(AP_RDONLY).allow(write_privileged));
  EXPECT_TRUE(of(AP_RDONLY | AP_UNPRIV).allow(read_unprivileged));
  EXPECT_FALSE(of(AP_RDONLY | AP_UNPRIV).allow(write_unprivileged));
}

TEST_F(Tables, ExecutePermissions) {
  const auto of = [&](std::uint64_t bits) {
    level(3) = 0x0abc'd000 | PAGE | AF | bits;
    return walk(va).leaf.permissions;
  };
  EXPECT_TRUE(of(AP_RDONLY | AP_UNPRIV).allow(execute_privileged));
  EXPECT_TRUE(of(AP_RDONLY | AP_UNPRIV).allow(execute_unprivileged));
  EXPECT_FALSE(of(AP_RDONLY | AP_UNPRIV | PXN).allow(execute_privileged));
  EXPECT_FALSE(of(AP_RDONLY | AP_UNPRIV | UXN).allow(execute_unprivileged));
  EXPECT_FALSE(of(AP_UNPRIV).allow(execute_privileged));  // writable by unprivileged code
  EXPECT_TRUE(of(AP_UNPRIV).allow(execute_unprivileged));
  regime.WXN = true;
  EXPECT_FALSE(of(AP_UNPRIV).allow(execute_unprivileged));
  EXPECT_FALSE(of(0).allow(execute_privileged));
}

// IHI 0070 13.1.2: instruction accesses are reads.
TEST_F(Tables, AWriteThatSaysInstructionIsADataWrite) {
  for (const bool privileged : {false, true}) {
    const Access write{.write = true, .privileged = privileged, .instruction = true};
    level(3) = 0x0abc'd000 | PAGE | AF | AP_UNPRIV | UXN | PXN;
    EXPECT_TRUE(walk(va).leaf.permissions.allow(write));
    level(3) = 0x0abc'd000 | PAGE | AF | AP_UNPRIV | AP_RDONLY;
    EXPECT_FALSE(walk(va).leaf.permissions.allow(write));
  }
}

TEST_F(Tables, HierarchicalAttributesAccumulate) {
  level(0) |= APTable_read_only;
  level(1) |= APTable_no_unprivileged;
  level(2) |= UXNTable | PXNTable;
  Permissions p = walk(va).leaf.permissions;
  EXPECT_FALSE(p.allow(read_unprivileged));
  EXPECT_TRUE(p.allow(read_privileged));
  EXPECT_FALSE(p.allow(write_privileged));
  EXPECT_FALSE(p.allow(execute_privileged));
  EXPECT_FALSE(p.allow(execute_unprivileged));
  regime.table[0].hierarchy_off = true;  // CD.HAD0
  p = walk(va).leaf.permissions;
  EXPECT_TRUE(p.allow(write_unprivileged));
  EXPECT_TRUE(p.allow(execute_unprivileged));
}

// Each limit holds from whichever level it comes, whatever the levels below say (DDI 0487 D8.4).
TEST_F(Tables, LimitsOfEveryLevelCount) {
  struct Case {
    std::uint64_t bit;
    std::vector<Access> refused;
  };
  const Case cases[] = {
      {APTable_read_only, {write_privileged, write_unprivileged}},
      {APTable_no_unprivileged, {read_unprivileged, write_unprivileged}},
      {UXNTable, {execute_unprivileged}},
      {PXNTable, {execute_privileged}},
  };
  const Access all[] = {read_unprivileged, write_unprivileged,   read_privileged,
                        write_privileged,  execute_unprivileged, execute_privileged};
  // Two pages of everything that a page allows: with unprivileged writes, and with execution by
  // all.
  for (const std::uint64_t leaf : {AP_UNPRIV, AP_UNPRIV | AP_RDONLY}) {
    level(3) = 0x0abc'd000 | PAGE | AF | leaf;
    const Permissions whole = walk(va).leaf.permissions;
    for (unsigned n = 0; n < 3; ++n) {
      for (const auto& [bit, refused] : cases) {
        level(n) |= bit;
        const Permissions p = walk(va).leaf.permissions;
        for (const Access& access : all) {
          const bool limited = std::find(refused.begin(), refused.end(), access) != refused.end();
          // A page that nobody without privilege can write any longer may be executed with it.
          const bool gained = access == execute_privileged && leaf == AP_UNPRIV &&
                              (bit == APTable_read_only || bit == APTable_no_unprivileged);
          EXPECT_EQ(p.allow(access), gained || (whole.allow(access) && !limited))
              << "level " << n << std::hex << ", bit " << bit;
        }
        level(n) &= ~bit;
      }
    }
  }
}

TEST_F(Tables, HierarchyIsSwitchedOffForEachHalf) {
  regime.table[1] = {.base = 0x1000'0000, .input_bits = 48, .granule = 12};
  level(0) |= APTable_read_only;
  constexpr std::uint64_t upper = va | 0xffffULL << 48;
  EXPECT_FALSE(walk(upper).leaf.permissions.allow(write_privileged));
  regime.table[1].hierarchy_off = true;
  EXPECT_TRUE(walk(upper).leaf.permissions.allow(write_privileged));
  EXPECT_FALSE(walk(va).leaf.permissions.allow(write_privileged));
}

TEST_F(Tables, TheUpperHalfBeginsAndEndsWhereItsSizeSays) {
  regime.table[1] = {.base = 0x5000'0000, .input_bits = 39, .granule = 12};
  EXPECT_TRUE(start_walk(regime, ~0ULL));
  EXPECT_TRUE(start_walk(regime, ~0ULL << 39));
  EXPECT_FALSE(start_walk(regime, (~0ULL << 39) - 1));
  EXPECT_FALSE(start_walk(regime, 0x00ff'ffff'ffff'f000));
  regime.top_byte_ignored[0] = true;  // the other half's
  EXPECT_FALSE(start_walk(regime, 0x00ff'ffff'ffff'f000));
  regime.top_byte_ignored[1] = true;
  EXPECT_TRUE(start_walk(regime, 0x00ff'ffff'ffff'f000));
  EXPECT_FALSE(start_walk(regime, 0x00ff'ff00'0000'0000));
}

// Address bits above the input range, ones in the upper half, choose no entry.
TEST_F(Tables, AFirstTableIsIndexedByTheInputRangeAlone) {
  regime.table[1] = {.base = 0x5000'0000, .input_bits = 33, .granule = 12};
  const std::uint64_t address = ~0ULL << 33 | 5ULL << 30;
  const auto position = start_walk(regime, address);
  ASSERT_TRUE(position);
  EXPECT_EQ(descriptor_address(*position, 12, 33, address), 0x5000'0000u + 5 * 8);
  // Two entries at level 0: 16 bytes, and so aligned.
  regime.table[0] = {.base = 0x1000'0018, .input_bits = 40, .granule = 12};
  EXPECT_EQ(start_walk(regime, 0)->table, 0x1000'0010u);
  // One entry would be 8 bytes; TTB is aligned to 16 at least.
  regime.table[0].input_bits = 39;
  EXPECT_EQ(start_walk(regime, 0)->table, 0x1000'0000u);  // 512 entries at level 1
}

// The last address below 2^IPS is an output, for pages, blocks and tables, and the next one is
// none.
TEST_F(Tables, OutputAddressesReachToIps) {
  regime.output_bits = 40;
  const std::uint64_t top = 1ULL << 40;
  level(3) = (top - 0x1000) | PAGE | AF;
  EXPECT_EQ(walk(va).leaf.output_base, top - 0x1000);
  level(3) = top | PAGE | AF;
  EXPECT_EQ(walk(va).fault, EventType::F_ADDR_SIZE);
  level(2) = (top - 0x20'0000) | BLOCK | AF;
  EXPECT_EQ(walk(va).leaf.output_base, top - 0x20'0000);
  level(2) = top | BLOCK | AF;
  EXPECT_EQ(walk(va).fault, EventType::F_ADDR_SIZE);
  level(2) = (top - 0x1000) | TABLE;
  EXPECT_EQ(walk(va).fault, EventType::F_TRANSLATION);  // an empty table
  level(2) = top | TABLE;
  EXPECT_EQ(walk(va).fault, EventType::F_ADDR_SIZE);
}

TEST_F(Tables, EveryBitOfTheAttributesIsKept) {
  level(3) = 0x0abc'd000 | PAGE | AF | 7u << 2 | 2u << 8;
  EXPECT_EQ(walk(va).leaf.attribute_index, 7);
  EXPECT_EQ(walk(va).leaf.shareability, 2);
  EXPECT_FALSE(walk(va).leaf.not_global);
}

TEST_F(Tables, PrivilegedAccessNever) {
  regime.PAN = true;
  EXPECT_FALSE(walk(va).leaf.permissions.allow(read_privileged));
  EXPECT_TRUE(walk(va).leaf.permissions.allow(read_unprivileged));
  level(3) &= ~AP_UNPRIV;
  EXPECT_TRUE(walk(va).leaf.permissions.allow(read_privileged));
}

// The geometry of the other granules (DDI 0487 D8.2.7 to D8.2.9).
TEST(Granules, LevelsAndStrides) {
  EXPECT_EQ(level_shift(12, 3), 12u);
  EXPECT_EQ(level_shift(12, 0), 39u);
  EXPECT_EQ(level_shift(14, 2), 25u);
  EXPECT_EQ(level_shift(16, 2), 29u);
  EXPECT_EQ(level_shift(16, 1), 42u);
}

// DDI 0487 D8.3.1, with the addresses of 52 bits that FEAT_LPA brings.
TEST(Granules, BlocksAreWhereTheGranuleHasThem) {
  const auto is_block = [](const TranslationTable& table, unsigned level) {
    TranslationRegime regime;
    regime.table[0] = table;
    return step_walk(regime, {.level = level}, 0, BLOCK | AF).kind == WalkStep::Kind::leaf;
  };
  const TranslationTable small{.granule = 12}, medium{.granule = 14}, large{.granule = 16};
  const TranslationTable larger{.granule = 16, .large_addresses = true};
  const bool expected[4][4] = {{false, true, true, false},
                               {false, false, true, false},
                               {false, false, true, false},
                               {false, true, true, false}};
  for (unsigned level = 0; level < 4; ++level) {
    EXPECT_EQ(is_block(small, level), expected[0][level]) << level;
    EXPECT_EQ(is_block(medium, level), expected[1][level]) << level;
    if (level == 0) continue;
    EXPECT_EQ(is_block(large, level), expected[2][level]) << level;
    EXPECT_EQ(is_block(larger, level), expected[3][level]) << level;
  }
}

TEST(Granules, AddressesOf52BitsHaveTheirTopInBits15To12) {
  TranslationRegime regime;
  regime.output_bits = 52;
  regime.table[0] = {.granule = 16, .large_addresses = true};
  const std::uint64_t d = 0xabcd'1234'0000 | 0x9000 | PAGE | AF;
  EXPECT_EQ(step_walk(regime, {.level = 3}, 0, d).leaf.output_base, 0x9'abcd'1234'0000u);
  EXPECT_EQ(step_walk(regime, {.level = 2}, 0, d).next.table, 0x9'abcd'1234'0000u);
  regime.output_bits = 51;
  EXPECT_EQ(step_walk(regime, {.level = 3}, 0, d).fault, EventType::F_ADDR_SIZE);
  regime.table[0].large_addresses = false;  // the bits are RES0 without FEAT_LPA
  EXPECT_EQ(step_walk(regime, {.level = 3}, 0, d).leaf.output_base, 0xabcd'1234'0000u);
}

}  // namespace
}  // namespace doorbell::smmu
