#include "doorbell/smmu/arch/configuration_cache.h"

#include <gtest/gtest.h>

#include <string>

#include "doorbell/smmu/arch/command.h"
#include "doorbell/smmu/arch/configuration_lookup.h"

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

// 3.21.3: what is cached of a stream, invalid structures among it, ends a look-up only where it
// says all; the SubstreamID is judged by the STE, ahead of the CD (7.3.22).
TEST(ConfigurationCache, KnowsHowALookUpEnds) {
  const Stream plain{.stream_id = 1}, substream{1, 2, true}, far{1, 9, true};
  StreamConfiguration known;
  EXPECT_FALSE(known_end(known, plain)) << "nothing";
  known.bad_ste = true;
  EXPECT_EQ(known_end(known, plain)->type, EventType::C_BAD_STE);
  known = {.has_ste = true};
  EXPECT_EQ(known_end(known, plain)->type, EventType::none) << "it aborts, whatever the CD";
  known.ste.config = StreamTableEntry::Config::stage2;
  EXPECT_EQ(known_end(known, plain)->type, EventType::none) << "without a CD";
  EXPECT_EQ(known_end(known, substream)->type, EventType::C_BAD_SUBSTREAMID);
  known.ste.config = StreamTableEntry::Config::stage1;
  known.ste.S1CDMax = 3;
  EXPECT_EQ(known_end(known, plain)->type, EventType::F_STREAM_DISABLED);
  EXPECT_FALSE(known_end(known, substream)) << "its CD isn't there";
  known.has_cd = true;
  EXPECT_EQ(known_end(known, substream)->type, EventType::none);
  known.has_cd = false;
  known.bad_cd = true;
  EXPECT_EQ(known_end(known, substream)->type, EventType::C_BAD_CD);
  EXPECT_EQ(known_end(known, far)->type, EventType::C_BAD_SUBSTREAMID);
  known.ste.S1DSS = 1;
  EXPECT_EQ(known_end(known, plain)->type, EventType::none) << "it skips stage 1";
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

constexpr auto l1std = LevelOneDescriptor::of_stream(0x12a, 8);        // of 0x100 to 0x1ff
constexpr auto l1cd = LevelOneDescriptor::of_context(0x12a, 0x47, 6);  // of CDs 0x40 to 0x7f
constexpr auto other_l1cd = LevelOneDescriptor::of_context(0x12a, 3, 6);

class LevelOne : public testing::Test {
 protected:
  LevelOne() {
    cache.insert_descriptor(l1std, 0xa);
    cache.insert_descriptor(l1cd, 0xb);
    cache.insert_descriptor(other_l1cd, 0xc);
    cache.insert(0x12a, {ste(5), true, {}, true}, 0x47);
  }
  /// Which of the four are left.
  std::string left_after(const Invalidation& invalidation) {
    cache.invalidate(invalidation);
    std::string left;
    if (cache.find_descriptor(l1std)) left += "L1STD ";
    if (cache.find_descriptor(l1cd)) left += "L1CD ";
    if (cache.find_descriptor(other_l1cd)) left += "other ";
    const StreamConfiguration* const structures = cache.lookup(0x12a, 0x47);
    if (structures != nullptr) left += structures->has_cd ? "STE+CD" : "STE";
    return left;
  }
  static Invalidation of(Opcode opcode, Stream stream, bool leaf) {
    return Command{.opcode = opcode, .stream = stream, .leaf = leaf}.invalidation(false);
  }
  ConfigurationCache cache{{64, 4, ReplacementPolicy::round_robin, 1}};
};

TEST_F(LevelOne, AreFoundByWhatTheyLeadTo) {
  EXPECT_EQ(cache.find_descriptor(LevelOneDescriptor::of_stream(0x1ff, 8)), 0xau);
  EXPECT_EQ(cache.find_descriptor(LevelOneDescriptor::of_stream(0x200, 8)), std::nullopt);
  EXPECT_EQ(cache.find_descriptor(LevelOneDescriptor::of_stream(0x12a, 6)), std::nullopt);
  EXPECT_EQ(cache.find_descriptor(LevelOneDescriptor::of_context(0x12a, 0x40, 6)), 0xbu);
  EXPECT_EQ(cache.find_descriptor(LevelOneDescriptor::of_context(0x12b, 0x40, 6)), std::nullopt);
}

// IHI 0070 4.3.1: Leaf = 1 needn't touch L1STDs, but the CDs and L1CDs of the stream go.
TEST_F(LevelOne, LeafOfAnSteSparesTheWayToIt) {
  EXPECT_EQ(left_after(of(Opcode::CMD_CFGI_STE, {.stream_id = 0x12b}, true)),
            "L1STD L1CD other STE+CD");
  EXPECT_EQ(left_after(of(Opcode::CMD_CFGI_STE, {.stream_id = 0x12a}, true)), "L1STD ");
}
TEST_F(LevelOne, AnSteTakesTheWayToIt) {
  EXPECT_EQ(left_after(of(Opcode::CMD_CFGI_STE, {.stream_id = 0x200}, false)),
            "L1STD L1CD other STE+CD");
  EXPECT_EQ(left_after(of(Opcode::CMD_CFGI_STE, {.stream_id = 0x1ff}, false)), "L1CD other STE+CD");
}
TEST_F(LevelOne, ARangeOfStreamsTakesWhatLeadsToAny) {
  Command range{.opcode = Opcode::CMD_CFGI_STE_RANGE, .stream = {.stream_id = 0x180}, .range = 2};
  EXPECT_EQ(left_after(range.invalidation(false)), "L1CD other STE+CD");
}
// 4.3.3, 4.3.4
TEST_F(LevelOne, ACdTakesTheWayToIt) {
  EXPECT_EQ(left_after(of(Opcode::CMD_CFGI_CD, {0x12a, 0x47, true}, true)), "L1STD L1CD other STE");
  EXPECT_EQ(left_after(of(Opcode::CMD_CFGI_CD, {0x12a, 0x80, true}, false)),
            "L1STD L1CD other STE");
  EXPECT_EQ(left_after(of(Opcode::CMD_CFGI_CD, {0x12a, 0x7f, true}, false)), "L1STD other STE");
  EXPECT_EQ(left_after(of(Opcode::CMD_CFGI_CD_ALL, {.stream_id = 0x12b}, false)),
            "L1STD other STE");
  EXPECT_EQ(left_after(of(Opcode::CMD_CFGI_CD_ALL, {.stream_id = 0x12a}, false)), "L1STD STE");
}

TEST(ConfigurationCache, ACdThatIsKnownToBeBadGoesWithItsInvalidation) {
  ConfigurationCache cache({16, 4, ReplacementPolicy::round_robin, 1});
  cache.insert(8, {ste(5), false, {}, true, false, true});
  const Invalidation cd{.scope = Invalidation::Scope::cd, .first_stream = 8, .last_stream = 8};
  EXPECT_EQ(cache.invalidate(cd), 1u);
  EXPECT_FALSE(cache.lookup(8)->bad_cd);
}

}  // namespace
}  // namespace doorbell::smmu
