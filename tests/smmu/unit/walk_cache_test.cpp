#include "doorbell/smmu/arch/walk_cache.h"

#include <gtest/gtest.h>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/command.h"

namespace doorbell::smmu {
namespace {

using Removed = std::array<std::size_t, 4>;

constexpr std::uint64_t va = 0x1234'5678'9000;
constexpr TranslationTag tag{.stream_id = 8, .asid = 5};

std::array<CacheGeometry, 4> geometry() {
  const CacheGeometry one{256, 4, ReplacementPolicy::random, 1};
  return {one, one, one, one};
}

class WalkCacheTest : public testing::Test {
 protected:
  WalkCacheTest() {
    for (unsigned level = 0; level < 3; ++level) {
      cache.insert(tag, va, level, WalkPosition{level + 1, 0x1000ULL * (level + 1), {}});
    }
    Leaf leaf;
    leaf.output_base = 0xabc'd000;
    cache.insert(tag, va, 3, leaf);
  }
  /// Level of the deepest hit, or 9.
  unsigned deepest(std::uint64_t address, const TranslationTag& t = tag) {
    WalkCache::Hit hit{WalkPosition{}, 0};
    return cache.lookup(t, address, 0, hit) ? hit.level : 9;
  }
  Invalidation by_va(bool leaf) {
    Invalidation i;
    i.scope = Invalidation::Scope::va;
    i.asid = 5;
    i.first = i.last = va;
    i.leaf = leaf;
    return i;
  }
  WalkCache cache{geometry()};
};

TEST_F(WalkCacheTest, DeepestHitWins) {
  EXPECT_EQ(deepest(va), 3u);
  EXPECT_EQ(deepest(va + 0x1000), 2u);
  EXPECT_EQ(deepest(va + (1ULL << 21)), 1u);
  EXPECT_EQ(deepest(va + (1ULL << 30)), 0u);
  EXPECT_EQ(deepest(va + (1ULL << 39)), 9u);
  EXPECT_EQ(deepest(va, {.stream_id = 8, .asid = 6}), 9u);
}

TEST_F(WalkCacheTest, StreamsOfOneAsidShare) {
  EXPECT_EQ(deepest(va, {.stream_id = 9, .asid = 5}), 3u);
}

// A range that begins in the middle of a larger granule takes its descriptor, too.
TEST_F(WalkCacheTest, ARangeReachesEveryGranule) {
  for (const GranuleShift granule : {14u, 16u}) {
    WalkCache other{geometry()};
    TranslationTag large = tag;
    large.granule = granule;
    for (unsigned level = 1; level < 4; ++level) {
      other.insert(tag, 0x4000'0000, level, WalkPosition{});
      other.insert(large, va, level, WalkPosition{});
      Invalidation inside = by_va(false);
      inside.first = inside.last =
          (va & ~low_mask(level_shift(granule, level))) + low_mask(level_shift(granule, level));
      inside.granule = granule == 14 ? 16 : 14;
      EXPECT_EQ(other.invalidate(inside)[level], 0u) << granule << ", level " << level;
      inside.granule = granule;
      EXPECT_EQ(other.invalidate(inside)[level], 1u) << granule << ", level " << level;
    }
  }
}

TEST_F(WalkCacheTest, HitsKeepWhereTheWalkGoesOn) {
  WalkCache::Hit hit{WalkPosition{}, 0};
  ASSERT_TRUE(cache.lookup(tag, va + 0x1000, 0, hit));
  EXPECT_EQ(std::get<WalkPosition>(hit.step).table, 0x3000u);
  EXPECT_EQ(std::get<WalkPosition>(hit.step).level, 3u);
  ASSERT_TRUE(cache.lookup(tag, va, 0, hit));
  EXPECT_EQ(std::get<Leaf>(hit.step).output_base, 0xabc'd000u);
}

TEST_F(WalkCacheTest, LevelsAboveTheStartAreNotUsed) {
  WalkCache::Hit hit{WalkPosition{}, 0};
  EXPECT_FALSE(cache.lookup(tag, va + (1ULL << 30), 1, hit));
}

TEST_F(WalkCacheTest, LeafInvalidationSparesTables) {
  EXPECT_EQ(cache.invalidate(by_va(true)), (Removed{0, 0, 0, 1}));
  EXPECT_EQ(deepest(va), 2u);
}

TEST_F(WalkCacheTest, TableInvalidationTakesThePath) {
  EXPECT_EQ(cache.invalidate(by_va(false)), (Removed{1, 1, 1, 1}));
  EXPECT_EQ(cache.size(), 0u);
}

TEST_F(WalkCacheTest, OtherAddressesKeepTheirTables) {
  cache.insert(tag, va + (1ULL << 30), 1, WalkPosition{2, 0x9000, {}});
  cache.invalidate(by_va(false));
  EXPECT_EQ(deepest(va + (1ULL << 30)), 1u);
}

TEST_F(WalkCacheTest, ByAsidAndAll) {
  Invalidation i;
  i.scope = Invalidation::Scope::asid;
  i.asid = 6;
  EXPECT_EQ(cache.invalidate(i), Removed{});
  i.asid = 5;
  EXPECT_EQ(cache.invalidate(i), (Removed{1, 1, 1, 1}));
}

TEST_F(WalkCacheTest, ConfigurationInvalidationLeavesDescriptors) {
  Invalidation i;
  i.scope = Invalidation::Scope::ste;
  i.last_stream = ~0u;
  EXPECT_EQ(cache.invalidate(i), Removed{});
}

TEST_F(WalkCacheTest, LimitsOfTheTablesAboveAreKept) {
  const TableLimits limits{.read_only = true, .unprivileged_execute_never = true};
  cache.insert(tag, va, 2, WalkPosition{3, 0x3000, limits});
  WalkCache::Hit hit{WalkPosition{}, 0};
  ASSERT_TRUE(cache.lookup(tag, va + 0x1000, 0, hit));
  EXPECT_EQ(std::get<WalkPosition>(hit.step).limits, limits);
}

TEST_F(WalkCacheTest, AddressesOfOneAsidSpareAnothersButForGlobalPages) {
  TranslationTag other = tag;
  other.asid = 6;
  Leaf leaf;
  cache.insert(other, va, 3, leaf);
  EXPECT_EQ(cache.invalidate(by_va(true)), (Removed{0, 0, 0, 1}));
  EXPECT_EQ(deepest(va, other), 3u);
  leaf.not_global = false;
  cache.insert(other, va, 3, leaf);
  EXPECT_EQ(cache.invalidate(by_va(true)), (Removed{0, 0, 0, 1}));
  cache.insert(other, va, 3, Leaf{});
  Invalidation i = by_va(true);
  i.scope = Invalidation::Scope::va_all;
  EXPECT_EQ(cache.invalidate(i), (Removed{0, 0, 0, 1}));
}

TEST_F(WalkCacheTest, ARangeHasItsFirstAndItsLastByte) {
  for (const unsigned pages : {3u, 1000u}) {  // fewer and more than the cache holds
    WalkCache pages_of{geometry()};
    for (unsigned n = 0; n < 5; ++n)
      pages_of.insert(tag, va + 0x1000 * n, 3, Leaf{});
    Invalidation i = by_va(true);
    i.first = va + 0x1fff;
    i.last = va + 0x1000 * pages;
    EXPECT_EQ(pages_of.invalidate(i)[3], pages == 3 ? 3u : 4u);
  }
}

TEST_F(WalkCacheTest, LevelHintsTakeLeavesOfThatLevelAndTablesAboveIt) {
  Invalidation i = by_va(false);
  i.granule = 12;
  i.level = 2;
  EXPECT_EQ(cache.invalidate(i), (Removed{1, 1, 0, 0}));
  i.level = 3;
  EXPECT_EQ(cache.invalidate(i), (Removed{0, 0, 1, 1}));
}

TEST(WalkCache, SaysWhyAnEntryIsGone) {
  const CacheGeometry one{1, 1, ReplacementPolicy::lru, 1};
  WalkCache cache({one, one, one, one});
  EXPECT_EQ(cache.why_missing(tag, va, 0), 0);
  cache.insert(tag, va, 3, Leaf{});
  EXPECT_TRUE(cache.insert(tag, va + 0x1000, 3, Leaf{}));
  EXPECT_EQ(cache.why_missing(tag, va, 0), WalkCache::evicted);
  Invalidation i;
  i.scope = Invalidation::Scope::asid;
  i.command = Opcode::CMD_TLBI_NH_ASID;
  i.asid = 5;
  cache.invalidate(i);
  EXPECT_EQ(cache.why_missing(tag, va + 0x1000, 0),
            WalkCache::invalidated(Opcode::CMD_TLBI_NH_ASID));
  EXPECT_EQ(cache.why_missing(tag, va + 0x2000, 0), 0);
}

TEST_F(WalkCacheTest, ALevelCanBeLeftOut) {
  auto shape = geometry();
  shape[3].entries = 0;
  CacheCounts counts;
  WalkCache without(shape, {nullptr, nullptr, nullptr, &counts});
  without.insert(tag, va, 3, Leaf{});
  WalkCache::Hit hit{WalkPosition{}, 0};
  EXPECT_FALSE(without.lookup(tag, va, 0, hit));
  EXPECT_EQ(counts.misses(), 0u) << "nothing is asked that isn't there";
}

// With stage 2 below it a descriptor of stage 1 holds an IPA: it is no one's without.
TEST_F(WalkCacheTest, WhatOneStageKeepsIsNotTheOthers) {
  TranslationTag nested = tag;
  nested.stages = Stages::both;
  EXPECT_EQ(deepest(va, nested), 9u);
  TranslationTag el2 = tag;
  el2.world = World::el2_e2h;
  EXPECT_EQ(deepest(va, el2), 9u);
  TranslationTag guest = tag;
  guest.vmid = 3;
  EXPECT_EQ(deepest(va, guest), 9u);
}

TEST(WalkCache, OfStage2GoesByIpa) {
  WalkCache stage2(geometry(), {}, Invalidation::only(Stages::stage2));
  const TranslationTag guest{.vmid = 3, .stages = Stages::stage2};
  Leaf leaf;
  stage2.insert(guest, va, 3, leaf);
  Invalidation of_guest;
  EXPECT_EQ(stage2.invalidate(of_guest.of_guest(3)), Removed{});
  Invalidation ipa{.scope = Invalidation::Scope::ipa,
                   .stages = Invalidation::only(Stages::stage2),
                   .vmid = std::uint16_t{4},
                   .first = va,
                   .last = va};
  EXPECT_EQ(stage2.invalidate(ipa), Removed{});
  ipa.vmid = 3;
  EXPECT_EQ(stage2.invalidate(ipa), (Removed{0, 0, 0, 1}));
}

/// A leaf of 4 KiB granules.
Leaf leaf_of_level(unsigned level) {
  Leaf leaf;
  leaf.level = level;
  leaf.size_log2 = level_shift(12, level);
  return leaf;
}

// What IDR3.BBML = 1 must find (IHI 0070 3.21.1.2): two leaves for one address.
TEST(WalkCache, KnowsWhatALeafOverlaps) {
  constexpr CacheGeometry geometry{64, 4, ReplacementPolicy::round_robin, 1};
  WalkCache cache({geometry, geometry, geometry, geometry});
  constexpr TranslationTag mine{.asid = 5}, other{.asid = 6};
  constexpr std::uint64_t MiB = 1 << 20;
  cache.insert(mine, 4 * MiB, 2, WalkPosition{.level = 3});
  cache.insert(mine, 4 * MiB + 0x5000, 3, leaf_of_level(3));
  cache.insert(mine, 8 * MiB, 2, leaf_of_level(2));
  EXPECT_TRUE(cache.overlaps(mine, 4 * MiB + 0x1000, leaf_of_level(2)));
  EXPECT_TRUE(cache.overlaps(mine, 0, leaf_of_level(1)));
  EXPECT_TRUE(cache.overlaps(mine, 9 * MiB, leaf_of_level(3)));
  EXPECT_FALSE(cache.overlaps(mine, 4 * MiB + 0x6000, leaf_of_level(3))) << "a table is no leaf";
  EXPECT_FALSE(cache.overlaps(mine, 8 * MiB, leaf_of_level(2))) << "it is that leaf";
  EXPECT_FALSE(cache.overlaps(mine, 6 * MiB, leaf_of_level(2)));
  EXPECT_FALSE(cache.overlaps(mine, 1024 * MiB, leaf_of_level(1)));
  EXPECT_FALSE(cache.overlaps(other, 4 * MiB, leaf_of_level(2)));
  EXPECT_EQ(cache.size(), 3u) << "looking changes nothing";
}

}  // namespace
}  // namespace doorbell::smmu
