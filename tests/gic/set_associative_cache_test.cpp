#include "doorbell/gic/arch/set_associative_cache.h"

#include <gtest/gtest.h>

namespace doorbell::gic {
namespace {

using Cache = SetAssociativeCache<int, int>;

TEST(SetAssociativeCache, FindsWhatWasInserted) {
  Cache cache(8, 2);
  EXPECT_EQ(cache.sets(), 4u);
  EXPECT_EQ(cache.find(3, 3), nullptr);
  EXPECT_FALSE(cache.insert(3, 3, 30));
  ASSERT_NE(cache.find(3, 3), nullptr);
  EXPECT_EQ(*cache.find(3, 3), 30);
}

TEST(SetAssociativeCache, EvictsTheLeastRecentlyUsedOfTheSet) {
  Cache cache(8, 2);
  cache.insert(1, 1, 10);
  cache.insert(5, 5, 50);  // the same set
  cache.find(1, 1);
  EXPECT_TRUE(cache.insert(9, 9, 90));
  EXPECT_NE(cache.find(1, 1), nullptr);
  EXPECT_EQ(cache.find(5, 5), nullptr);
  EXPECT_NE(cache.find(9, 9), nullptr);
}

TEST(SetAssociativeCache, ReplacesAKeyInPlace) {
  Cache cache(2, 2);
  cache.insert(0, 7, 1);
  EXPECT_FALSE(cache.insert(0, 7, 2));
  EXPECT_EQ(*cache.find(0, 7), 2);
  EXPECT_FALSE(cache.insert(0, 8, 3)) << "the other way is still empty";
}

TEST(SetAssociativeCache, PeekLeavesTheOrderAlone) {
  Cache cache(2, 2);
  cache.insert(0, 1, 1);
  cache.insert(0, 2, 2);
  EXPECT_NE(cache.peek(0, 1), nullptr);
  cache.insert(0, 3, 3);
  EXPECT_EQ(cache.peek(0, 1), nullptr);
}

TEST(SetAssociativeCache, Erases) {
  Cache cache(8, 2);
  for (int i = 0; i < 8; ++i)
    cache.insert(static_cast<std::uint64_t>(i), i, i);
  EXPECT_TRUE(cache.erase(2, 2));
  EXPECT_FALSE(cache.erase(2, 2));
  EXPECT_EQ(cache.erase_if([](int key, int) { return key % 2 == 1; }), 4u);
  EXPECT_NE(cache.find(4, 4), nullptr);
  cache.clear();
  EXPECT_EQ(cache.find(4, 4), nullptr);
}

TEST(SetAssociativeCache, OfNoEntriesNeverHits) {
  Cache cache(0, 2);
  EXPECT_FALSE(cache.insert(0, 1, 1));
  EXPECT_EQ(cache.find(0, 1), nullptr);
  EXPECT_FALSE(cache.erase(0, 1));
}

}  // namespace
}  // namespace doorbell::gic
