// The associative array under every cache of the model, and its replacement policies.
#include "doorbell/core/arch/associative_cache.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <set>

namespace doorbell {
namespace {

struct Key {
  std::uint64_t page = 0;
  bool operator==(const Key&) const = default;
  std::uint64_t set_hash() const { return page; }
  std::uint64_t group() const { return page / 4; }
  std::uint64_t identity() const { return hash_of(page, 0); }
};
using Cache = AssociativeCache<Key, int>;

constexpr std::initializer_list<ReplacementPolicy> policies{
    ReplacementPolicy::lru, ReplacementPolicy::round_robin, ReplacementPolicy::plru,
    ReplacementPolicy::random};
constexpr auto everything = [](const Key&, const int&) { return true; };

/// Looks `page` up and fills it in on a miss: demand filling.
bool access(Cache& cache, std::uint64_t page) {
  if (cache.look_up({page}) != nullptr) return true;
  cache.insert({page}, static_cast<int>(page));
  return false;
}

/// Hit rate of a cyclic scan of `pages` pages.
double cyclic_hit_rate(Cache& cache, unsigned pages) {
  constexpr unsigned warm = 50, rounds = 400;
  unsigned hits = 0;
  for (unsigned round = 0; round < warm + rounds; ++round) {
    for (unsigned page = 0; page < pages; ++page) {
      if (access(cache, page) && round >= warm) ++hits;
    }
  }
  return static_cast<double>(hits) / (static_cast<double>(rounds) * pages);
}

TEST(Replacement, CyclicScanThroughLruAndRoundRobinNeverHits) {
  for (const auto policy : {ReplacementPolicy::lru, ReplacementPolicy::round_robin}) {
    Cache cache({64, 64, policy, 1});
    EXPECT_EQ(cyclic_hit_rate(cache, 65), 0.0);
  }
}

TEST(Replacement, EverythingHitsWhenItFits) {
  for (const auto policy : policies) {
    for (const unsigned entries : {1u, 2u, 3u, 64u, 100u}) {
      Cache cache({entries, entries, policy, 1});
      EXPECT_EQ(cyclic_hit_rate(cache, entries), 1.0) << entries;
    }
  }
}

// h = (1 - 1/E)^((N-1)(1-h)): the fixed point of random replacement, docs/timing.md V8.
TEST(Replacement, CyclicScanThroughRandomIsTheFixedPoint) {
  const std::pair<unsigned, double> expected[] = {
      {70, 0.845}, {80, 0.635}, {96, 0.420}, {128, 0.203}, {192, 0.059}};
  for (const auto& [pages, rate] : expected) {
    Cache cache({64, 64, ReplacementPolicy::random, 42});
    EXPECT_NEAR(cyclic_hit_rate(cache, pages), rate, 0.02) << pages;
  }
}

TEST(Replacement, RandomIsTheSameForTheSameSeed) {
  Cache a({64, 4, ReplacementPolicy::random, 7}), b({64, 4, ReplacementPolicy::random, 7});
  for (unsigned i = 0; i < 5000; ++i)
    EXPECT_EQ(access(a, i * 37 % 500), access(b, i * 37 % 500));
}

TEST(Replacement, PlruNeverEvictsTheLastUsed) {
  for (const unsigned ways : {2u, 3u, 5u, 8u, 100u}) {
    Cache cache({ways, ways, ReplacementPolicy::plru, 1});
    for (unsigned page = 0; page < 1000; ++page) {
      access(cache, page);
      access(cache, page / 2 + 100'000);
      EXPECT_NE(cache.peek({page / 2 + 100'000}), nullptr);
    }
  }
}

TEST(Replacement, PlruOfFourFollowsItsTree) {
  Replacement r(ReplacementPolicy::plru, 1, 4, 1);
  for (const unsigned way : {0u, 1u, 2u, 3u})
    r.touch(0, way);
  EXPECT_EQ(r.victim(0), 0u);
  r.touch(0, 0);
  EXPECT_EQ(r.victim(0), 2u);
  r.touch(0, 2);
  EXPECT_EQ(r.victim(0), 1u);
}

// Whatever was touched: a tree of eight leaves with five ways has three that are none.
TEST(Replacement, PlruOfFiveWaysNeverNamesASixth) {
  Replacement r(ReplacementPolicy::plru, 2, 5, 1);
  for (unsigned i = 0; i < 1000; ++i) {
    ASSERT_LT(r.victim(1), 5u);
    r.touch(1, i * i % 5);
  }
  std::set<unsigned> victims;
  for (unsigned i = 0; i < 16; ++i) {
    const unsigned way = r.victim(1);
    victims.insert(way);
    r.touch(1, way);
  }
  EXPECT_EQ(victims, (std::set<unsigned>{0, 1, 2, 3, 4})) << "each has its turn";
  EXPECT_EQ(r.victim(0), 0u) << "sets are apart";
}

TEST(Replacement, RoundRobinOfThreeGoesRound) {
  Replacement r(ReplacementPolicy::round_robin, 1, 3, 1);
  for (const unsigned way : {0u, 1u, 2u, 0u})
    EXPECT_EQ(r.victim(0), way);
}

TEST(Replacement, RoundRobinGoesRoundEachSet) {
  Replacement r(ReplacementPolicy::round_robin, 2, 4, 1);
  for (const unsigned way : {0u, 1u, 2u})
    EXPECT_EQ(r.victim(0), way);
  EXPECT_EQ(r.victim(1), 0u);
  EXPECT_EQ(r.victim(0), 3u);
  EXPECT_EQ(r.victim(0), 0u);
  EXPECT_EQ(r.victim(1), 1u);
}

TEST(AssociativeCache, SetsAreApart) {
  Cache cache({16, 4, ReplacementPolicy::lru, 1});  // 4 sets
  for (unsigned i = 0; i < 5; ++i)
    access(cache, i * 4);  // five pages of set 0
  EXPECT_EQ(cache.peek({0}), nullptr);
  EXPECT_NE(cache.peek({16}), nullptr);
  EXPECT_EQ(cache.size(), 4u);
  access(cache, 1);
  EXPECT_EQ(cache.size(), 5u);
}

TEST(AssociativeCache, HasAnyNumberOfSetsAndWays) {
  Cache cache({15, 3, ReplacementPolicy::lru, 1});
  EXPECT_EQ(cache.sets(), 5u);
  EXPECT_EQ(cache.capacity(), 15u);
  for (unsigned page = 0; page < 15; ++page)
    access(cache, page);
  for (unsigned page = 0; page < 15; ++page)
    EXPECT_NE(cache.peek({page}), nullptr) << page;
  access(cache, 15);  // of set 0, as 0, 5 and 10
  EXPECT_EQ(cache.peek({0}), nullptr);
  EXPECT_NE(cache.peek({5}), nullptr);
  EXPECT_EQ(cache.size(), 15u);
}

TEST(AssociativeCache, WithMoreWaysThanEntriesIsFullyAssociative) {
  Cache cache({100, 128, ReplacementPolicy::lru, 1});
  EXPECT_EQ(cache.sets(), 1u);
  EXPECT_EQ(cache.ways(), 100u);
  for (unsigned page = 0; page < 100; ++page)
    access(cache, page * 1024);
  EXPECT_EQ(cache.size(), 100u);
  EXPECT_TRUE(access(cache, 0));
  access(cache, 1'000'000);
  EXPECT_EQ(cache.peek({1024}), nullptr) << "the least recently used";
  EXPECT_NE(cache.peek({0}), nullptr);
}

TEST(AssociativeCache, OfNoEntriesNeverHits) {
  Cache cache({0, 2, ReplacementPolicy::lru, 1});
  EXPECT_EQ(cache.insert({1}, 10).value, nullptr);
  EXPECT_FALSE(cache.insert({2}, 10).evicted);
  EXPECT_EQ(cache.look_up({1}), nullptr);
  EXPECT_EQ(cache.peek({1}), nullptr);
  EXPECT_FALSE(cache.erase({1}));
  EXPECT_EQ(cache.erase_if(everything), 0u);
  EXPECT_EQ(cache.erase_group(0, everything), 0u);
  EXPECT_EQ(cache.set_of({7}), 0u);
  EXPECT_EQ(cache.counts().misses(), 1u);
  EXPECT_EQ(cache.counts().evictions(), 0u);
}

TEST(AssociativeCache, FindIsAUseAndPeekIsNone) {
  Cache cache({2, 2, ReplacementPolicy::lru, 1});
  cache.insert({0}, 0);
  cache.insert({1}, 1);
  EXPECT_NE(cache.peek({0}), nullptr);
  EXPECT_EQ(cache.insert({2}, 2).evicted_key, Key{0});
  EXPECT_NE(cache.find({1}), nullptr);
  EXPECT_EQ(cache.insert({3}, 3).evicted_key, Key{2});
}

TEST(AssociativeCache, GroupsAreErasedAlone) {
  Cache cache({64, 64, ReplacementPolicy::lru, 1});
  for (unsigned page = 0; page < 40; ++page)
    access(cache, page);
  EXPECT_EQ(cache.erase_group(3, everything), 4u);  // pages 12 to 15
  EXPECT_EQ(cache.peek({13}), nullptr);
  EXPECT_NE(cache.peek({16}), nullptr);
  EXPECT_EQ(cache.erase_group(3, everything), 0u);
  EXPECT_EQ(cache.erase_group(4, [](const Key& key, const int&) { return key.page == 17; }), 1u);
  EXPECT_NE(cache.peek({16}), nullptr);
  EXPECT_EQ(cache.erase_if(everything), 35u);
  EXPECT_EQ(cache.size(), 0u);
}

/// What is in a cache, whichever way it is found: few ways are tried one by one, many by identity.
class AnyShape : public testing::TestWithParam<CacheGeometry> {};

TEST_P(AnyShape, HoldsWhatWasNotEvictedNorErased) {
  Cache cache(GetParam());
  std::set<std::uint64_t> expected;
  for (unsigned round = 0; round < 4000; ++round) {
    const std::uint64_t page = round * 29 % 211;
    if (round % 3 == 0) cache.find({round * 17 % 211});
    const auto inserted = cache.insert({page}, static_cast<int>(page));
    if (inserted.evicted) {
      EXPECT_EQ(expected.erase(inserted.evicted_key.page), 1u);
    }
    expected.insert(page);
    if (round % 5 == 0) {
      EXPECT_EQ(cache.erase({round % 211}), expected.erase(round % 211) == 1);
    }
    if (round % 7 == 0) {
      const std::uint64_t group = round % 53;
      std::size_t erased = 0;
      for (std::uint64_t i = 4 * group; i < 4 * group + 4; ++i)
        erased += expected.erase(i);
      EXPECT_EQ(cache.erase_group(group, everything), erased);
    }
    ASSERT_EQ(cache.size(), expected.size());
    for (std::uint64_t i = 0; i < 211; ++i) {
      const int* const found = cache.peek({i});
      ASSERT_EQ(found != nullptr, expected.contains(i)) << round;
      EXPECT_EQ(found == nullptr ? i : static_cast<std::uint64_t>(*found), i);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Geometries, AnyShape,
                         testing::Values(CacheGeometry{1, 1, ReplacementPolicy::lru, 1},
                                         CacheGeometry{16, 4, ReplacementPolicy::random, 3},
                                         CacheGeometry{21, 3, ReplacementPolicy::plru, 3},
                                         CacheGeometry{8, 8, ReplacementPolicy::lru, 1},
                                         CacheGeometry{9, 9, ReplacementPolicy::lru, 1},
                                         CacheGeometry{48, 16, ReplacementPolicy::round_robin, 1},
                                         CacheGeometry{100, 128, ReplacementPolicy::plru, 1}));

// Narrow sets, which are searched by way, and wide ones, which are by identity.
TEST(AssociativeCache, IsAsItWasMadeAfterAReset) {
  for (const auto policy : policies) {
    for (const unsigned ways : {4u, 16u}) {
      Cache used({16, ways, policy, 7});
      for (std::uint64_t page = 0; page < 101; ++page)
        access(used, page * 37);
      used.erase({37 * 100});
      used.reset();
      EXPECT_EQ(used.size(), 0u);
      EXPECT_EQ(used.why_missing({0}), Departures::unknown);
      Cache fresh({16, ways, policy, 7});
      for (std::uint64_t i = 0; i < 1000; ++i) {
        const std::uint64_t page = i * i % 53;
        ASSERT_EQ(access(used, page), access(fresh, page)) << ways << " ways, access " << i;
      }
      EXPECT_EQ(used.erase_group(3, everything), fresh.erase_group(3, everything));
    }
  }
}

TEST(AssociativeCache, InsertingAKeyAgainReplacesItsValue) {
  Cache cache({4, 4, ReplacementPolicy::lru, 1});
  cache.insert({1}, 10);
  EXPECT_FALSE(cache.insert({1}, 20).evicted);
  EXPECT_EQ(*cache.find({1}), 20);
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(cache.counts().evictions(), 0u);
  EXPECT_EQ(cache.why_missing({1}), Departures::unknown) << "it never left";
}

TEST(AssociativeCache, CountsWhatBecomesOfItsEntries) {
  CacheCounts counts;
  Cache cache({2, 2, ReplacementPolicy::lru, 1}, counts);
  for (const std::uint64_t page : {0u, 1u, 0u, 4u, 4u, 8u})
    access(cache, page);
  EXPECT_EQ(counts.hits(), 2u);
  EXPECT_EQ(counts.misses(), 4u);
  EXPECT_EQ(counts.evictions(), 2u);
  cache.find({8});
  cache.find({100});
  EXPECT_EQ(counts.hits() + counts.misses(), 6u) << "find isn't counted";
  cache.erase({100});
  EXPECT_EQ(counts.invalidations(), 0u) << "nothing was there";
  cache.erase({8});
  cache.erase_if(everything);
  EXPECT_EQ(counts.invalidations(), 2u);
}

TEST(AssociativeCache, KnowsWhyAKeyHasLeft) {
  constexpr Departures::Reason of_mine = 7;
  Cache cache({2, 2, ReplacementPolicy::lru, 1});
  for (const std::uint64_t page : {0u, 1u, 2u})
    access(cache, page);
  EXPECT_EQ(cache.why_missing({0}), Departures::evicted);
  EXPECT_EQ(cache.why_missing({3}), Departures::unknown) << "it never was there";
  cache.erase({1});
  cache.erase_group(0, everything, of_mine);
  EXPECT_EQ(cache.why_missing({1}), Departures::invalidated);
  EXPECT_EQ(cache.why_missing({2}), of_mine);
  access(cache, 1);
  access(cache, 4);
  access(cache, 5);
  EXPECT_EQ(cache.why_missing({1}), Departures::evicted) << "the latest reason";
}

}  // namespace
}  // namespace doorbell
