#include "doorbell/smmu/arch/configuration_cache.h"

#include <gtest/gtest.h>

namespace doorbell::smmu {
namespace {

StreamTableEntry ste(unsigned config) {
  return StreamTableEntry::decode({1 | config << 1}, Features{});
}

TEST(ConfigurationCache, ARangeTakesItsStreamsAndNoOther) {
  ConfigurationCache cache({64, 4, ReplacementPolicy::round_robin, 1});
  const StreamConfiguration translated{ste(5), true, {}}, bypassed{ste(4), false, {}};
  for (std::uint32_t stream = 0; stream < 12; ++stream)
    cache.insert(stream, stream % 2 == 0 ? translated : bypassed);
  Invalidation i;
  i.scope = Invalidation::Scope::cd;
  i.first_stream = 3;
  i.last_stream = 6;
  EXPECT_EQ(cache.invalidate(i), 2u);  // CDs of 4 and 6
  EXPECT_EQ(cache.invalidate(i), 0u);
  i.scope = Invalidation::Scope::ste;
  EXPECT_EQ(cache.invalidate(i), 4u);
  for (std::uint32_t stream = 0; stream < 12; ++stream)
    EXPECT_EQ(cache.lookup(stream) != nullptr, stream < 3 || stream > 6) << stream;
  i.scope = Invalidation::Scope::all;  // of translations
  EXPECT_EQ(cache.invalidate(i), 0u);
}

TEST(ConfigurationCache, EachCdOfAStreamIsInvalidatedByItsIndex) {
  ConfigurationCache cache({64, 4, ReplacementPolicy::round_robin, 1});
  const StreamConfiguration c{ste(5), true, {}};
  for (const std::uint32_t index : {0u, 1u, 7u})
    cache.insert(8, c, index);
  cache.insert(9, c, 7);
  Invalidation i{.scope = Invalidation::Scope::cd,
                 .first_stream = 8,
                 .last_stream = 8,
                 .substream_id = 7,
                 .all_substreams = false};
  EXPECT_EQ(cache.invalidate(i), 1u);
  EXPECT_FALSE(cache.lookup(8, 7)->has_cd);
  EXPECT_TRUE(cache.lookup(8, 1)->has_cd);
  EXPECT_TRUE(cache.lookup(9, 7)->has_cd);
  i.all_substreams = true;
  EXPECT_EQ(cache.invalidate(i), 2u);
  i.scope = Invalidation::Scope::ste;
  EXPECT_EQ(cache.invalidate(i), 3u);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(ConfigurationCache, CdAndSteAreInvalidatedApart) {
  ConfigurationCache cache({16, 4, ReplacementPolicy::round_robin, 1});
  StreamConfiguration c{ste(5), true, {}};
  cache.insert(8, c);
  cache.insert(9, c);
  Invalidation i;
  i.scope = Invalidation::Scope::cd;
  i.first_stream = i.last_stream = 8;
  EXPECT_EQ(cache.invalidate(i), 1u);
  ASSERT_NE(cache.lookup(8), nullptr);
  EXPECT_FALSE(cache.lookup(8)->has_cd);
  EXPECT_TRUE(cache.lookup(9)->has_cd);
  i.scope = Invalidation::Scope::ste;
  EXPECT_EQ(cache.invalidate(i), 1u);
  EXPECT_EQ(cache.lookup(8), nullptr);
  EXPECT_NE(cache.lookup(9), nullptr);
  i.first_stream = 0;
  i.last_stream = ~0u;
  EXPECT_EQ(cache.invalidate(i), 1u);
  EXPECT_EQ(cache.size(), 0u);
}

}  // namespace
}  // namespace doorbell::smmu
