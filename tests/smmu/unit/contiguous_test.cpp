// The Contiguous hint as one entry (DDI 0487 D8.7.1).
#include "doorbell/smmu/arch/contiguous.h"

#include <gtest/gtest.h>

namespace doorbell::smmu {
namespace {

constexpr std::uint64_t KiB = 1 << 10, MiB = 1 << 20, GiB = 1 << 30;

/// Of a descriptor with the hint that maps `address` as a group at `output` does.
Leaf leaf_of(GranuleShift granule, unsigned level, std::uint64_t output, std::uint64_t address,
             std::uint64_t group) {
  Leaf leaf;
  leaf.level = level;
  leaf.size_log2 = level_shift(granule, level);
  leaf.contiguous = true;
  const std::uint64_t page = std::uint64_t{1} << leaf.size_log2;
  leaf.output_base = output + (address & (group - 1) & ~(page - 1));
  return leaf;
}

// Table D8-104, and where the bit is RES0.
TEST(Contiguous, AGroupIsAsLargeAsItsGranuleAndLevelSay) {
  struct {
    GranuleShift granule;
    unsigned level;
    std::uint64_t size;
  } const rows[] = {{12, 1, 16 * GiB}, {12, 2, 32 * MiB},   {12, 3, 64 * KiB},
                    {14, 2, GiB},      {14, 3, 2 * MiB},    {16, 2, 16 * GiB},
                    {16, 3, 2 * MiB},  {16, 1, 4096 * GiB}, {12, 0, 512 * GiB}};
  for (const auto& row : rows) {
    const std::uint64_t output = 3 * row.size;
    const std::uint64_t address = 0x7fff'ffff'ffff & ~(row.size - 1);
    for (const std::uint64_t offset : {std::uint64_t{0}, row.size - 1}) {
      const Leaf leaf = leaf_of(row.granule, row.level, output, address + offset, row.size);
      const Leaf group = as_group(leaf, row.granule, 48, address + offset);
      EXPECT_EQ(std::uint64_t{1} << group.size_log2, row.size) << row.granule << " " << row.level;
      EXPECT_EQ(group.output_base, output);
      EXPECT_EQ(group.level, row.level) << "what a TTL of an invalidation names";
    }
  }
}

TEST(Contiguous, WithoutTheHintALeafStaysAsItIs) {
  Leaf leaf = leaf_of(12, 3, 0x40'0000, 0x2000, 64 * KiB);
  leaf.contiguous = false;
  EXPECT_EQ(as_group(leaf, 12, 48, 0x2000), leaf);
}

// D8.7.1.1: what is misprogrammed maps what its own descriptor says.
TEST(Contiguous, OutputsThatDoNotLineUpAreNoGroup) {
  Leaf leaf = leaf_of(12, 3, 0x40'0000, 0x2000, 64 * KiB);
  leaf.output_base += 4 * KiB;
  EXPECT_EQ(as_group(leaf, 12, 48, 0x2000), leaf);
}
TEST(Contiguous, AGroupThatIsLargerThanTheInputIsNone) {
  const Leaf leaf = leaf_of(12, 2, 32 * MiB, 0x20'0000, 32 * MiB);
  EXPECT_EQ(as_group(leaf, 12, 24, 0x20'0000), leaf);
  EXPECT_EQ(as_group(leaf, 12, 25, 0x20'0000).size_log2, 25u);
}

}  // namespace
}  // namespace doorbell::smmu
