#include "doorbell/gic/arch/its_base_registers.h"

#include <gtest/gtest.h>

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::gic {
namespace {

constexpr std::uint64_t V = 1ULL << 63, Indirect = 1ULL << 62;

TEST(ItsBase, OfTwoLevelsLeadsByThePageOfTheFirst) {
  for (const unsigned page_code : {0u, 1u, 2u}) {
    for (const unsigned entry_bytes : {2u, 4u, 8u, 16u}) {
      const std::uint64_t page = 4096ULL << 2 * page_code;
      const std::uint64_t BASER =
          V | Indirect | std::uint64_t{entry_bytes - 1} << 48 | 0x4000'0000 | page_code << 8 | 1;
      const ItsTable table = table_of(BASER);
      EXPECT_TRUE(table.indirect);
      EXPECT_EQ(table.entries(), 2 * page / 8 * (page / entry_bytes));
      const std::uint64_t index = 3 * (page / entry_bytes) + 5;
      EXPECT_EQ(table.level1_address(index), 0x4000'0000u + 3 * 8);
      EXPECT_EQ(table.address_in(V | 0x8000'0000, index), 0x8000'0000u + 5 * entry_bytes);
      EXPECT_EQ(table.address_in(0x8000'0000, index), std::nullopt) << "not valid";
    }
  }
}

TEST(ItsBase, APageOfTheSecondLevelHas52BitsAndNoneBelowItsSize) {
  ItsTable table{.valid = true, .indirect = true, .bytes = 4096};
  EXPECT_EQ(table.address_in(V | 0x000F'FFFF'FFFF'F000, 0), 0x000F'FFFF'FFFF'F000u);
  EXPECT_EQ(table.address_in(V | 0x7FF0'0000'0000'0FFF, 1), 8u) << "bits 62:52 and 11:0 are RES0";
  table.page_bytes = 65536;
  EXPECT_EQ(table.address_in(V | 0x000F'FFFF'FFFF'F000, 0), 0x000F'FFFF'FFFF'0000u);
}

TEST(ItsBase, AddressBitsBelowThePageAreRES0) {
  EXPECT_EQ(table_of(0x4000'3000).base, 0x4000'3000u) << "4 KiB";
  EXPECT_EQ(table_of(0x4000'7000 | 1 << 8).base, 0x4000'4000u) << "16 KiB";
  EXPECT_EQ(table_of(0x4000'7000 | 2 << 8).base, 0x0007'0000'4000'0000u) << "64 KiB: bits 51:48";
  EXPECT_EQ(table_of(0xFFFF'FFFF'F000).base, 0xFFFF'FFFF'F000u) << "48 bits with small pages";
}

/// What stays of a write to a GITS_BASERn of devices.
std::uint64_t kept(void (*change)(ItsSupport&), std::uint64_t value) {
  ItsSupport support;
  change(support);
  return kept_BASER(support, reset_BASER(support, type_device, 8), value);
}
constexpr std::uint64_t fixed = 1ULL << 56 | 7ULL << 48;

TEST(ItsBase, IsAsWrittenButForTypeAndEntrySize) {
  const std::uint64_t value = V | Indirect | 7ULL << 59 | 5ULL << 53 | 0x1234'5000 | 1 << 10 | 3;
  EXPECT_EQ(kept([](ItsSupport&) {}, value | 6ULL << 56 | 3ULL << 48), value | fixed);
}

TEST(ItsBase, MayBeFlatAlone) {
  EXPECT_EQ(kept([](ItsSupport& it) { it.two_levels = false; }, V | Indirect), V | fixed);
}

TEST(ItsBase, MayHaveOnePageSize) {
  for (const std::uint64_t written : {0, 1, 2, 3}) {
    EXPECT_EQ(kept([](ItsSupport& it) { it.page_sizes = ItsPageSizes::only_4K; }, written << 8),
              fixed);
    EXPECT_EQ(kept([](ItsSupport& it) { it.page_sizes = ItsPageSizes::only_16K; }, written << 8),
              fixed | 1 << 8);
    EXPECT_EQ(kept([](ItsSupport& it) { it.page_sizes = ItsPageSizes::only_64K; }, written << 8),
              fixed | 2 << 8);
  }
}

TEST(ItsBase, MayHaveOneShareability) {
  for (const std::uint64_t written : {0, 1, 2}) {
    EXPECT_EQ(kept([](ItsSupport& it) { it.shareability = ItsShareability::inner; }, written << 10),
              fixed | 1 << 10);
    EXPECT_EQ(kept([](ItsSupport& it) { it.shareability = ItsShareability::outer; }, written << 10),
              fixed | 2 << 10);
  }
}

TEST(ItsBase, WithoutShareabilityIsNonCacheable) {
  const auto none = [](ItsSupport& it) { it.shareability = ItsShareability::none; };
  EXPECT_EQ(kept(none, 7ULL << 59 | 5ULL << 53 | 1 << 10), fixed | 1ULL << 59);
  EXPECT_EQ(kept(none, 1ULL << 59), fixed | 1ULL << 59) << "bit-exact, as Linux writes it then";
  EXPECT_EQ(kept(none, 0), fixed) << "Device memory stays that";
  ItsSupport support;
  none(support);
  EXPECT_EQ(kept_CBASER(support, V | 7ULL << 59 | 0x5000'0000 | 1 << 10 | 15),
            V | 1ULL << 59 | 0x5000'0000 | 15);
}

}  // namespace
}  // namespace doorbell::gic
