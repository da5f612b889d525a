// Replacement policies and the set-associative array under TLB, walk and configuration caches.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "doorbell/smmu/arch/associative_cache.h"

namespace doorbell::smmu {
namespace {

struct Key {
  std::uint64_t page = 0;
  bool operator==(const Key&) const = default;
  std::uint64_t set_hash() const { return page; }
  std::uint64_t group() const { return page / 4; }
};
using Cache = AssociativeCache<Key, int>;

/// Looks `page` up and fills it in on a miss: demand filling.
bool access(Cache& cache, std::uint64_t page) {
  if (cache.find({page}) != nullptr) return true;
  cache.insert({page}, 0);
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
  for (const auto policy : {ReplacementPolicy::lru, ReplacementPolicy::round_robin,
                            ReplacementPolicy::plru, ReplacementPolicy::random}) {
    Cache cache({64, 64, policy, 1});
    EXPECT_EQ(cyclic_hit_rate(cache, 64), 1.0);
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
  Cache cache({8, 8, ReplacementPolicy::plru, 1});
  for (unsigned page = 0; page < 1000; ++page) {
    access(cache, page);
    access(cache, page / 2 + 100'000);
    EXPECT_NE(cache.peek({page / 2 + 100'000}), nullptr);
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

TEST(AssociativeCache, GroupsAreErasedAlone) {
  Cache cache({64, 64, ReplacementPolicy::lru, 1});
  for (unsigned page = 0; page < 40; ++page)
    access(cache, page);
  const auto all = [](const Key&, const int&) { return true; };
  EXPECT_EQ(cache.erase_group(3, all), 4u);  // pages 12 to 15
  EXPECT_EQ(cache.peek({13}), nullptr);
  EXPECT_NE(cache.peek({16}), nullptr);
  EXPECT_EQ(cache.erase_group(3, all), 0u);
  EXPECT_EQ(cache.erase_if(all), 36u);
  EXPECT_EQ(cache.size(), 0u);
}

TEST(AssociativeCache, GroupsSurviveEvictionsAndReuse) {
  Cache cache({16, 4, ReplacementPolicy::random, 3});
  const auto all = [](const Key&, const int&) { return true; };
  for (unsigned round = 0; round < 2000; ++round) {
    access(cache, round * 29 % 97);
    if (round % 7 == 0) cache.erase_group(round % 25, all);
    std::set<std::uint64_t> present;
    for (std::uint64_t page = 0; page < 97; ++page) {
      if (cache.peek({page}) != nullptr) present.insert(page);
    }
    ASSERT_EQ(present.size(), cache.size());
  }
}

TEST(AssociativeCache, InsertingAKeyAgainReplacesItsValue) {
  Cache cache({4, 4, ReplacementPolicy::lru, 1});
  cache.insert({1}, 10);
  EXPECT_FALSE(cache.insert({1}, 20).evicted);
  EXPECT_EQ(*cache.find({1}), 20);
  EXPECT_EQ(cache.size(), 1u);
}

}  // namespace
}  // namespace doorbell::smmu
