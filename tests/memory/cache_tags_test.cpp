#include "doorbell/memory/arch/cache_tags.h"

#include <gtest/gtest.h>

namespace doorbell::memory {
namespace {

TEST(CacheTags, AnAccessHoldsItsLine) {
  CacheTags tags(1024, 2, 64);
  EXPECT_FALSE(tags.access(0x100).hit);
  EXPECT_TRUE(tags.access(0x13f).hit);
  EXPECT_FALSE(tags.access(0x140).hit);
}

TEST(CacheTags, AHitLeavesTheOthersWhereTheyAre) {
  CacheTags tags(3 * 64, 3, 64);  // one set
  for (const std::uint64_t line : {0, 1, 2, 0, 1})
    tags.access(64 * line);
  for (const std::uint64_t line : {2, 0, 1})
    EXPECT_TRUE(tags.access(64 * line).hit) << line;
}

TEST(CacheTags, ALineThatFindsRoomEvictsNone) {
  CacheTags tags(4 * 64, 2, 64);  // two sets
  for (const std::uint64_t line : {0, 1, 2, 3})
    EXPECT_FALSE(tags.access(64 * line).evicted) << line;
  for (const std::uint64_t line : {0, 1, 2, 3})
    EXPECT_TRUE(tags.access(64 * line).hit) << line;
  EXPECT_TRUE(tags.access(64 * 4).evicted);
}

TEST(CacheTags, TheLeastRecentlyUsedOfASetGoesFirst) {
  CacheTags tags(2 * 64, 2, 64);  // one set
  tags.access(0);
  tags.access(64);
  tags.access(0);
  EXPECT_TRUE(tags.access(128).evicted);  // 64 goes
  EXPECT_TRUE(tags.access(0).hit);
  EXPECT_FALSE(tags.access(64).hit);
}

TEST(CacheTags, ACyclicScanOfMoreThanItHoldsNeverHits) {
  CacheTags tags(64 * 64, 64, 64);
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t line = 0; line < 65; ++line)
      EXPECT_FALSE(tags.access(64 * line).hit);
  }
}

}  // namespace
}  // namespace doorbell::memory
