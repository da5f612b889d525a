#include "sw/drivers/smmu/page_table.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "tests/sw/fake_hardware.h"

namespace doorbell::sw {
namespace {

class PageTableDriver : public testing::Test {
 protected:
  void initialise(unsigned address_bits) {
    ASSERT_EQ(page_table_initialise(&table_, &memory_, address_bits), STATUS_OK);
  }
  std::uint64_t descriptor(std::uint64_t iova, unsigned level) {
    const std::uint64_t at = page_table_descriptor(&table_, iova, level);
    return at == 0 ? 0 : hardware_.load(at, 8);
  }
  std::uint64_t lookup(std::uint64_t iova) {
    std::uint64_t address = 0;
    return page_table_lookup(&table_, iova, &address) ? address : ~0ull;
  }

  FakeHardware hardware_;
  region memory_{0x100000, 0x200000, {}};
  page_table table_{};
};

TEST_F(PageTableDriver, PagesAreFoundThroughFourLevels) {
  initialise(48);
  EXPECT_EQ(table_.first_level, 0u);
  const std::uint64_t iova = 0xfffffffff000;
  ASSERT_EQ(page_table_map(&table_, iova, 0x8090000, PAGE_SIZE, MAP_WRITE | MAP_DEVICE), STATUS_OK);
  EXPECT_EQ(lookup(iova + 0x40), 0x8090040u);
  EXPECT_EQ(lookup(iova - 1), ~0ull);
  // DDI 0487 D8.3: valid page, AttrIndx 2, unprivileged read and write, outer shareable, AF, nG,
  // XN.
  EXPECT_EQ(descriptor(iova, 3),
            0x8090000u | 3 | 2 << 2 | 1 << 6 | 2 << 8 | 1 << 10 | 1 << 11 | 3ull << 53);
  EXPECT_EQ(descriptor(iova, 0) & 3, 3u);
}

TEST_F(PageTableDriver, MemoryIsWriteBackInnerShareableAndReadOnlyUnlessAsked) {
  initialise(39);
  EXPECT_EQ(table_.first_level, 1u);
  ASSERT_EQ(page_table_map(&table_, 0x1000, 0x40000000, PAGE_SIZE, 0), STATUS_OK);
  EXPECT_EQ(descriptor(0x1000, 3),
            0x40000000u | 3 | 1 << 2 | 1 << 6 | 1 << 7 | 3 << 8 | 1 << 10 | 1 << 11);
}

TEST_F(PageTableDriver, BlocksWhereTheyFitAndPagesAround) {
  initialise(48);
  ASSERT_EQ(page_table_map(&table_, 0x1ff000, 0x401ff000, BLOCK_SIZE + 2 * PAGE_SIZE,
                           MAP_WRITE | MAP_BLOCKS),
            STATUS_OK);
  EXPECT_EQ(descriptor(0x200000, 2) & 3, 1u);
  EXPECT_EQ(lookup(0x1fffff), 0x401fffffu);
  EXPECT_EQ(lookup(0x3fffff), 0x403fffffu);
  EXPECT_EQ(lookup(0x400fff), 0x40400fffu);
  EXPECT_EQ(lookup(0x401000), ~0ull);
}

TEST_F(PageTableDriver, BlocksOnlyWhereAddressIovaAndSizeAllow) {
  initialise(48);
  ASSERT_EQ(page_table_map(&table_, 0, 0x40001000, BLOCK_SIZE, MAP_BLOCKS), STATUS_OK);
  EXPECT_EQ(lookup(BLOCK_SIZE - 1), 0x40200fffu);
  ASSERT_EQ(page_table_map(&table_, 0x401000, 0x60000000, BLOCK_SIZE, MAP_BLOCKS), STATUS_OK);
  EXPECT_EQ(lookup(0x401000), 0x60000000u);
  ASSERT_EQ(page_table_map(&table_, 0x800000, 0x60000000, BLOCK_SIZE - PAGE_SIZE, MAP_BLOCKS),
            STATUS_OK);
  EXPECT_EQ(lookup(0x9ff000), ~0ull);
  ASSERT_EQ(page_table_map(&table_, 0xa00000, 0x60000000, BLOCK_SIZE, MAP_BLOCKS), STATUS_OK);
  EXPECT_EQ(descriptor(0xa00000, 2) & 3, 1u);
}

TEST_F(PageTableDriver, WhatIsMappedIsNotMappedAgain) {
  initialise(48);
  ASSERT_EQ(page_table_map(&table_, 0x2000, 0x40000000, PAGE_SIZE, 0), STATUS_OK);
  EXPECT_EQ(page_table_map(&table_, 0x2000, 0x50000000, PAGE_SIZE, 0), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(lookup(0x2000), 0x40000000u);
}

TEST_F(PageTableDriver, UnmapTakesLeavesAndOnlyWholeBlocks) {
  initialise(48);
  ASSERT_EQ(page_table_map(&table_, 0, 0x40000000, BLOCK_SIZE, MAP_BLOCKS), STATUS_OK);
  ASSERT_EQ(page_table_map(&table_, BLOCK_SIZE, 0x50000000, 2 * PAGE_SIZE, 0), STATUS_OK);
  EXPECT_EQ(page_table_unmap(&table_, 0, PAGE_SIZE, nullptr), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(page_table_unmap(&table_, BLOCK_SIZE, PAGE_SIZE, nullptr), STATUS_OK);
  EXPECT_EQ(lookup(BLOCK_SIZE), ~0ull);
  EXPECT_EQ(lookup(BLOCK_SIZE + PAGE_SIZE), 0x50001000u);
  EXPECT_EQ(page_table_unmap(&table_, BLOCK_SIZE, PAGE_SIZE, nullptr), STATUS_NOT_FOUND);
  EXPECT_EQ(page_table_unmap(&table_, 0, BLOCK_SIZE, nullptr), STATUS_OK);
  EXPECT_EQ(lookup(0), ~0ull);
}

TEST_F(PageTableDriver, UnmapTellsTheLevelOfWhatItCleared) {
  initialise(48);
  unsigned level = 9;
  EXPECT_EQ(page_table_unmap(&table_, 0, PAGE_SIZE, &level), STATUS_NOT_FOUND);
  EXPECT_EQ(level, 0u);
  ASSERT_EQ(page_table_map(&table_, 0, 0x40000000, 3 * BLOCK_SIZE, MAP_BLOCKS), STATUS_OK);
  ASSERT_EQ(page_table_map(&table_, 3 * BLOCK_SIZE, 0, 3 * PAGE_SIZE, 0), STATUS_OK);
  EXPECT_EQ(page_table_unmap(&table_, 0, 2 * BLOCK_SIZE, &level), STATUS_OK);
  EXPECT_EQ(level, LEVEL_BLOCK);
  EXPECT_EQ(page_table_unmap(&table_, 3 * BLOCK_SIZE + PAGE_SIZE, 2 * PAGE_SIZE, &level),
            STATUS_OK);
  EXPECT_EQ(level, LEVEL_PAGE);
  EXPECT_EQ(page_table_unmap(&table_, 2 * BLOCK_SIZE, BLOCK_SIZE + PAGE_SIZE, &level), STATUS_OK);
  EXPECT_EQ(level, 0u);
  EXPECT_EQ(page_table_unmap(&table_, 1, PAGE_SIZE, &level), STATUS_BAD_ARGUMENT);
}

TEST_F(PageTableDriver, WhereATableStandsPagesTakeTheBlocksPlace) {
  initialise(48);
  ASSERT_EQ(page_table_map(&table_, PAGE_SIZE, 0x50000000, PAGE_SIZE, 0), STATUS_OK);
  ASSERT_EQ(page_table_unmap(&table_, PAGE_SIZE, PAGE_SIZE, nullptr), STATUS_OK);
  ASSERT_EQ(page_table_map(&table_, 0, 0x40000000, 2 * BLOCK_SIZE, MAP_BLOCKS), STATUS_OK);
  EXPECT_EQ(descriptor(0, 2) & 3, 3u);
  EXPECT_EQ(descriptor(BLOCK_SIZE, 2) & 3, 1u);
  EXPECT_EQ(lookup(BLOCK_SIZE - 1), 0x401fffffu);
}

TEST_F(PageTableDriver, BadArgumentsAreRefused) {
  EXPECT_EQ(page_table_initialise(&table_, &memory_, 49), STATUS_BAD_ARGUMENT);
  initialise(39);
  EXPECT_EQ(page_table_map(&table_, 0x800, 0, PAGE_SIZE, 0), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(page_table_map(&table_, 0, 0x800, PAGE_SIZE, 0), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(page_table_map(&table_, 0, 0, 0, 0), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(page_table_map(&table_, 1ull << 39, 0, PAGE_SIZE, 0), STATUS_BAD_ARGUMENT);
  EXPECT_EQ(page_table_map(&table_, (1ull << 39) - PAGE_SIZE, 0, 2 * PAGE_SIZE, 0),
            STATUS_BAD_ARGUMENT);
  EXPECT_EQ(page_table_descriptor(&table_, 0, 0), 0u);
}

TEST_F(PageTableDriver, SaysSoWhenTablesDoNotFit) {
  memory_ = {0x100000, 0x102000, {}};
  initialise(48);
  EXPECT_EQ(page_table_map(&table_, 0, 0x40000000, PAGE_SIZE, 0), STATUS_NO_MEMORY);
}

/// DDI 0487 D8.2: at which level a walk begins, and what a block covers.
struct GranuleShape {
  unsigned granule, address_bits, first_level;
  std::uint64_t block;
};
class PageTableGranules : public PageTableDriver, public testing::WithParamInterface<GranuleShape> {
 protected:
  /// The descriptor at which a walk of the SMMU ends. DDI 0487 D8.2 has the lowest bit of an
  /// address that each level resolves.
  std::uint64_t walk(std::uint64_t iova) {
    const std::map<unsigned, std::array<unsigned, 4>> lowest_bits{
        {12, {39, 30, 21, 12}}, {14, {47, 36, 25, 14}}, {16, {52, 42, 29, 16}}};
    const auto& bits = lowest_bits.at(GetParam().granule);
    std::uint64_t table = table_.root;
    for (unsigned level = table_.first_level;; ++level) {
      const unsigned highest = level == table_.first_level ? 63 : bits[level - 1] - 1;
      const std::uint64_t index = (iova & (~0ull >> (63 - highest))) >> bits[level];
      const std::uint64_t descriptor = hardware_.load(table + 8 * index, 8);
      if (level == 3 || (descriptor & 3) != 3) return descriptor;
      table = descriptor & 0xffff'ffff'f000;
    }
  }
};
INSTANTIATE_TEST_SUITE_P(
    All, PageTableGranules,
    testing::Values(GranuleShape{12, 39, 1, 0x200000}, GranuleShape{12, 40, 0, 0x200000},
                    GranuleShape{14, 36, 2, 0x2000000}, GranuleShape{14, 47, 1, 0x2000000},
                    GranuleShape{14, 48, 0, 0x2000000}, GranuleShape{16, 42, 2, 0x20000000},
                    GranuleShape{16, 48, 1, 0x20000000}));

TEST_P(PageTableGranules, MapPagesAndBlocks) {
  const GranuleShape& shape = GetParam();
  memory_ = {0x100000, 0x400000, {}};
  ASSERT_EQ(page_table_initialise_granule(&table_, &memory_, shape.address_bits, shape.granule),
            STATUS_OK);
  EXPECT_EQ(table_.first_level, shape.first_level);
  EXPECT_EQ(table_.root % (1u << shape.granule), 0u);
  const std::uint64_t page = 1ull << shape.granule;
  const std::uint64_t last = (1ull << shape.address_bits) - page;
  ASSERT_EQ(page_table_map(&table_, last, 5 * page, page, MAP_WRITE), STATUS_OK);
  EXPECT_EQ(lookup(last + page - 1), 6 * page - 1);
  EXPECT_EQ(descriptor(last, 3) & 3, 3u);
  EXPECT_EQ(walk(last) & 0xffff'ffff'f003, 5 * page | 3);
  EXPECT_EQ(page_table_map(&table_, page / 2, 0, page, 0), STATUS_BAD_ARGUMENT);
  ASSERT_EQ(page_table_map(&table_, shape.block, 4 * shape.block, shape.block + page,
                           MAP_WRITE | MAP_BLOCKS),
            STATUS_OK);
  EXPECT_EQ(descriptor(shape.block, 2) & 3, 1u);
  EXPECT_EQ(walk(2 * shape.block - 1) & 0xffff'ffff'f003, 4 * shape.block | 1);
  EXPECT_EQ(walk(2 * shape.block) & 0xffff'ffff'f003, 5 * shape.block | 3);
  EXPECT_EQ(lookup(2 * shape.block - 1), 5 * shape.block - 1);
  EXPECT_EQ(lookup(2 * shape.block), 5 * shape.block);
  EXPECT_EQ(lookup(2 * shape.block + page), ~0ull);
}

}  // namespace
}  // namespace doorbell::sw
