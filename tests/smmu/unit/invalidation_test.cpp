// Scope of invalidations (IHI 0070 4.4) and the log that keeps stale walks out of the caches.
#include "doorbell/smmu/arch/invalidation.h"

#include <gtest/gtest.h>

#include <string>

#include "doorbell/smmu/arch/command.h"
#include "doorbell/smmu/arch/invalidation_log.h"

namespace doorbell::smmu {
namespace {

constexpr TranslationTag tag{.stream_id = 8, .asid = 5};
constexpr TranslationTag of_substream{
    .stream_id = 8, .asid = 5, .substream_id = 3, .substream_valid = true};
constexpr TranslationTag global{.stream_id = 8, .asid = 5, .global = true};

Invalidation va(std::uint64_t first, std::uint64_t bytes = 1, bool leaf = true) {
  Invalidation i;
  i.scope = Invalidation::Scope::va;
  i.asid = 5;
  i.first = first;
  i.last = first + bytes - 1;
  i.leaf = leaf;
  return i;
}

// What a TBU holds was made with one CD: without a SubstreamID, that of index 0 (IHI 0070 4.3.3).
TEST(Invalidation, ACdTakesTheTranslationsOfItsSubstream) {
  Invalidation i{.scope = Invalidation::Scope::cd, .first_stream = 8, .last_stream = 8};
  EXPECT_TRUE(i.matches_leaf(tag, 0, 12, 3) && i.matches_leaf(of_substream, 0, 12, 3));
  i.all_substreams = false;
  EXPECT_TRUE(i.matches_leaf(tag, 0, 12, 3));
  EXPECT_FALSE(i.matches_leaf(of_substream, 0, 12, 3));
  i.substream_id = 3;
  EXPECT_FALSE(i.matches_leaf(tag, 0, 12, 3));
  EXPECT_TRUE(i.matches_leaf(of_substream, 0, 12, 3));
}

TEST(Invalidation, ByAsidSparesGlobalAndOtherEntries) {
  Invalidation i;
  i.scope = Invalidation::Scope::asid;
  i.asid = 5;
  EXPECT_TRUE(i.matches_leaf(tag, 0x1000, 12, 3));
  EXPECT_FALSE(i.matches_leaf(global, 0x1000, 12, 3));
  i.asid = 6;
  EXPECT_FALSE(i.matches_leaf(tag, 0x1000, 12, 3));
}

TEST(Invalidation, ByAddressTakesGlobalEntriesOfAnyAsid) {
  Invalidation i = va(0x1000);
  i.asid = 6;
  EXPECT_FALSE(i.matches_leaf(tag, 0x1000, 12, 3));
  EXPECT_TRUE(i.matches_leaf(global, 0x1000, 12, 3));
  i.scope = Invalidation::Scope::va_all;
  EXPECT_TRUE(i.matches_leaf(tag, 0x1000, 12, 3));
}

TEST(Invalidation, AnAddressMatchesTheBlockThatMapsIt) {
  EXPECT_TRUE(va(0x20'3000).matches_leaf(tag, 0x20'0000, 21, 2));
  EXPECT_FALSE(va(0x40'0000).matches_leaf(tag, 0x20'0000, 21, 2));
}

TEST(Invalidation, RangeEdges) {
  const Invalidation i = va(0x3000, 0x2000);
  EXPECT_FALSE(i.matches_leaf(tag, 0x2000, 12, 3));
  EXPECT_TRUE(i.matches_leaf(tag, 0x3000, 12, 3));
  EXPECT_TRUE(i.matches_leaf(tag, 0x4000, 12, 3));
  EXPECT_FALSE(i.matches_leaf(tag, 0x5000, 12, 3));
}

TEST(Invalidation, LeafSparesTableDescriptors) {
  EXPECT_FALSE(va(0x1000, 1, true).matches_table(tag, 0, 21, 2));
  EXPECT_TRUE(va(0x1000, 1, false).matches_table(tag, 0, 21, 2));
}

TEST(Invalidation, LevelHintNamesLeavesOfThatLevelAndTablesAboveIt) {
  Invalidation i = va(0x0, 1, false);
  i.level = 2;
  i.granule = 12;
  EXPECT_TRUE(i.matches_leaf(tag, 0, 21, 2));
  EXPECT_FALSE(i.matches_leaf(tag, 0, 12, 3));
  EXPECT_FALSE(i.matches_leaf(tag, 0, 30, 1));
  EXPECT_TRUE(i.matches_table(tag, 0, 39, 0));
  EXPECT_TRUE(i.matches_table(tag, 0, 30, 1));
  EXPECT_FALSE(i.matches_table(tag, 0, 21, 2));
}

TEST(Invalidation, GranuleHintSparesOtherGranules) {
  Invalidation i = va(0x0);
  i.granule = 16;
  EXPECT_FALSE(i.matches_leaf(tag, 0, 12, 3));
}

TEST(Invalidation, ConfigurationTakesTheTranslationsOfItsStreams) {
  Invalidation i;
  i.scope = Invalidation::Scope::ste;
  i.first_stream = 8;
  i.last_stream = 9;
  EXPECT_TRUE(i.matches_leaf(tag, 0x1000, 12, 3));
  EXPECT_FALSE(i.matches_leaf({.stream_id = 10, .asid = 5}, 0x1000, 12, 3));
  EXPECT_FALSE(i.matches_table(tag, 0, 21, 2));
}

TEST(Invalidation, TheLastByteOfAPageIsOfIt) {
  EXPECT_TRUE(va(0x1fff).matches_leaf(tag, 0x1000, 12, 3));
  EXPECT_FALSE(va(0x1fff).matches_leaf(tag, 0x2000, 12, 3));
  EXPECT_TRUE(va(0x1000).matches_leaf(tag, 0x1000, 12, 3));
  EXPECT_FALSE(va(0x0, 0x1000).matches_leaf(tag, 0x1000, 12, 3));
}

TEST(Invalidation, StreamRangesHaveBothEnds) {
  Invalidation i;
  i.scope = Invalidation::Scope::ste;
  i.first_stream = 8;
  i.last_stream = 11;
  for (std::uint32_t stream = 6; stream < 14; ++stream)
    EXPECT_EQ(i.covers_stream(stream), stream >= 8 && stream <= 11) << stream;
}

TEST(Invalidation, ByAsidTakesTablesAndAllTakesGlobalEntries) {
  Invalidation i;
  i.scope = Invalidation::Scope::asid;
  i.asid = 5;
  EXPECT_TRUE(i.matches_table(tag, 0, 21, 2));
  i.asid = 6;
  EXPECT_FALSE(i.matches_table(tag, 0, 21, 2));
  i.scope = Invalidation::Scope::all;
  EXPECT_TRUE(i.matches_table(tag, 0, 21, 2));
  EXPECT_TRUE(i.matches_leaf(global, 0x1000, 12, 3));
}

TEST(InvalidationLog, RemembersSixtyFour) {
  InvalidationLog log;
  for (int n = 0; n < 10; ++n)
    log.record(va(0x1000));  // before the start, and in the way of the next ones
  const auto start = log.epoch();
  for (int n = 0; n < 63; ++n)
    log.record(va(0x9000));
  EXPECT_FALSE(log.leaf_affected(start, tag, 0x1000, 12, 3));
  log.record(va(0x9000));
  EXPECT_FALSE(log.leaf_affected(start, tag, 0x1000, 12, 3));
  EXPECT_TRUE(log.leaf_affected(start, tag, 0x9000, 12, 3));
  log.record(va(0x9000));
  EXPECT_TRUE(log.leaf_affected(start, tag, 0x1000, 12, 3));
  EXPECT_TRUE(log.table_affected(start, tag));
  EXPECT_TRUE(log.configuration_affected(start, 77));
}

// A configuration that has changed takes the leaves of its stream along, and no tables: those
// belong to the ASID.
TEST(InvalidationLog, AConfigurationAffectsTheLeavesOfItsStream) {
  InvalidationLog log;
  const auto start = log.epoch();
  Invalidation i;
  i.scope = Invalidation::Scope::cd;
  i.first_stream = i.last_stream = 8;
  log.record(i);
  EXPECT_TRUE(log.leaf_affected(start, tag, 0x1000, 12, 3));
  EXPECT_FALSE(log.leaf_affected(start, {.stream_id = 9, .asid = 5}, 0x1000, 12, 3));
  EXPECT_FALSE(log.table_affected(start, tag));
}

TEST(InvalidationLog, OnlyWhatComesAfterTheStartCounts) {
  InvalidationLog log;
  log.record(va(0x1000));
  const auto start = log.epoch();
  EXPECT_FALSE(log.leaf_affected(start, tag, 0x1000, 12, 3));
  log.record(va(0x2000));
  EXPECT_FALSE(log.leaf_affected(start, tag, 0x1000, 12, 3));
  EXPECT_TRUE(log.leaf_affected(start, tag, 0x2000, 12, 3));
}

TEST(InvalidationLog, ATableInvalidationAffectsEveryWalkOfTheAsid) {
  InvalidationLog log;
  const auto start = log.epoch();
  log.record(va(0x2000, 1, false));
  EXPECT_TRUE(log.leaf_affected(start, tag, 0x7fff'0000, 12, 3));
  EXPECT_TRUE(log.table_affected(start, tag));
  EXPECT_FALSE(log.table_affected(start, {.stream_id = 8, .asid = 9}));
}

TEST(InvalidationLog, ConfigurationOfAStream) {
  InvalidationLog log;
  const auto start = log.epoch();
  Invalidation i;
  i.scope = Invalidation::Scope::cd;
  i.first_stream = i.last_stream = 8;
  log.record(i);
  EXPECT_TRUE(log.configuration_affected(start, 8));
  EXPECT_FALSE(log.configuration_affected(start, 9));
}

TEST(InvalidationLog, WhatIsForgottenCountsAsAffected) {
  InvalidationLog log;
  const auto start = log.epoch();
  for (int n = 0; n < 65; ++n)
    log.record(va(0x9000));
  EXPECT_TRUE(log.leaf_affected(start, tag, 0x1000, 12, 3));
  EXPECT_FALSE(log.leaf_affected(log.epoch(), tag, 0x1000, 12, 3));
}

// Which translations each command reaches (IHI 0070 4.4.2 to 4.4.4, 3.17), by who they belong to.
struct Reach {
  Opcode opcode;
  bool E2H;
  std::uint16_t asid;
  const char* taken;  ///< Of each of `owners`, t if its translations are taken.
};

TEST(Invalidation, EachCommandReachesItsWorldStagesAndGuest) {
  const auto owner = [](World world, Stages stages, std::uint16_t vmid) {
    return TranslationTag{.asid = 5, .vmid = vmid, .world = world, .stages = stages};
  };
  const TranslationTag owners[] = {
      owner(World::el1, Stages::stage1, 7),    owner(World::el1, Stages::both, 7),
      owner(World::el1, Stages::stage2, 7),    owner(World::el1, Stages::both, 8),
      owner(World::el1, Stages::stage2, 8),    owner(World::el2, Stages::stage1, 0),
      owner(World::el2_e2h, Stages::stage1, 0)};
  const Reach reaches[] = {
      {Opcode::CMD_TLBI_NH_ALL, false, 0, "tt....."},
      {Opcode::CMD_TLBI_NH_ASID, false, 5, "tt....."},
      {Opcode::CMD_TLBI_NH_ASID, false, 6, "......."},
      {Opcode::CMD_TLBI_NH_VA, false, 5, "tt....."},
      {Opcode::CMD_TLBI_NH_VA, false, 6, "......."},
      {Opcode::CMD_TLBI_NH_VAA, false, 6, "tt....."},
      {Opcode::CMD_TLBI_S2_IPA, false, 0, "..t...."},
      {Opcode::CMD_TLBI_S12_VMALL, false, 0, "ttt...."},
      {Opcode::CMD_TLBI_NSNH_ALL, false, 0, "ttttt.."},
      {Opcode::CMD_TLBI_EL2_ALL, false, 0, ".....tt"},
      {Opcode::CMD_TLBI_EL2_ALL, true, 0, ".....tt"},
      {Opcode::CMD_TLBI_EL2_VA, false, 6, ".....t."},
      {Opcode::CMD_TLBI_EL2_VA, true, 5, "......t"},
      {Opcode::CMD_TLBI_EL2_VA, true, 6, "......."},
      {Opcode::CMD_TLBI_EL2_VAA, false, 6, ".....t."},
      {Opcode::CMD_TLBI_EL2_VAA, true, 6, "......t"},
      {Opcode::CMD_TLBI_EL2_ASID, false, 5, "......t"},
      {Opcode::CMD_TLBI_EL2_ASID, true, 6, "......."},
  };
  Features features;
  features.stage2 = true;
  for (const Reach& reach : reaches) {
    const Command sent{
        .opcode = reach.opcode, .vmid = 7, .asid = reach.asid, .address = 0x4000'0000};
    const auto command = decode_command(encode(sent), features);
    ASSERT_TRUE(command) << to_string(reach.opcode);
    const Invalidation i = command->invalidation(reach.E2H);
    std::string leaves, tables;
    for (const TranslationTag& one : owners) {
      leaves += i.matches_leaf(one, 0x4000'0000, 12, 3) ? 't' : '.';
      tables += i.matches_table(one, 0x4000'0000, 21, 2) ? 't' : '.';
      EXPECT_FALSE(i.by_address() && i.matches_leaf(one, 0x4000'1000, 12, 3));
    }
    EXPECT_EQ(leaves, reach.taken) << to_string(reach.opcode) << ' ' << reach.E2H;
    EXPECT_EQ(tables, reach.taken) << to_string(reach.opcode) << ' ' << reach.E2H;
  }
}

TEST(InvalidationLog, AnIpaOvertakesWalksOfStage2Alone) {
  InvalidationLog log;
  const auto start = log.epoch();
  log.record(Command{.opcode = Opcode::CMD_TLBI_S2_IPA, .vmid = 7}.invalidation());
  EXPECT_TRUE(log.table_affected(start, {.vmid = 7, .stages = Stages::stage2}));
  EXPECT_FALSE(log.table_affected(start, {.vmid = 8, .stages = Stages::stage2}));
  EXPECT_FALSE(log.table_affected(start, {.vmid = 7, .stages = Stages::both}));
}

// A level-1 descriptor leads to many streams: a CFGI of any of them may have been of it.
TEST(InvalidationLog, KnowsWhatOvertookTheDescriptorOfARangeOfStreams) {
  InvalidationLog log;
  log.record({.scope = Invalidation::Scope::ste, .first_stream = 0x1ff, .last_stream = 0x1ff});
  EXPECT_TRUE(log.configuration_affected(0, 0x100, 0x1ff));
  EXPECT_FALSE(log.configuration_affected(0, 0x200, 0x2ff));
  EXPECT_FALSE(log.configuration_affected(1, 0x100, 0x1ff));
  log.record(va(0x4000));
  EXPECT_FALSE(log.configuration_affected(1, 0, ~0u)) << "of translations";
}

// IHI 0070 4.3, 4.4: more may go than a command names, but nothing may stay that it names.
TEST(OverInvalidation, NoneIsWhatWasAskedFor) {
  EXPECT_EQ(widen(va(0x4000), OverInvalidation::none), va(0x4000));
}
TEST(OverInvalidation, ByAsidTakesAllAddressesWithTheGlobalOnes) {
  Invalidation asked = va(0x4000);
  asked.granule = 16;
  asked.level = 2;
  const Invalidation wide = widen(asked, OverInvalidation::asid);
  TranslationTag other = tag;
  other.asid = 6;
  for (const std::uint64_t page : {0x4000ULL, 0x8000ULL, ~0xfffULL}) {
    EXPECT_TRUE(wide.matches_leaf(tag, page, 12, 3));
    EXPECT_TRUE(wide.matches_leaf(global, page, 12, 3));
    EXPECT_FALSE(wide.matches_leaf(other, page, 12, 3));
    EXPECT_TRUE(wide.matches_table(tag, page, 30, 1));
  }
}
TEST(OverInvalidation, OfACdTakesAllOfItsStream) {
  const Invalidation asked{.scope = Invalidation::Scope::cd,
                           .first_stream = 8,
                           .last_stream = 8,
                           .substream_id = 3,
                           .all_substreams = false,
                           .leaf = true};
  const Invalidation wide = widen(asked, OverInvalidation::asid);
  EXPECT_TRUE(wide.covers_cd(8, 4));
  EXPECT_FALSE(wide.covers_cd(9, 3));
  EXPECT_FALSE(wide.leaf);
  EXPECT_EQ(wide.scope, Invalidation::Scope::cd);
}
TEST(OverInvalidation, AllIsEveryTranslationOrEveryConfiguration) {
  TranslationTag other{.stream_id = 9, .asid = 77, .vmid = 4, .granule = 14};
  other.stages = Stages::stage2;
  other.world = World::el2;
  const Invalidation tlbi = widen(va(0x4000), OverInvalidation::all);
  EXPECT_FALSE(tlbi.of_configuration());
  EXPECT_TRUE(tlbi.matches_leaf(other, 0x8000, 14, 3) && tlbi.matches_table(other, 0, 30, 1));
  const Invalidation cfgi =
      widen({.scope = Invalidation::Scope::cd, .leaf = true}, OverInvalidation::all);
  EXPECT_TRUE(cfgi.of_configuration() && cfgi.covers_cd(~0u, 5) && !cfgi.leaf);
  EXPECT_EQ(cfgi.scope, Invalidation::Scope::ste);
}

}  // namespace
}  // namespace doorbell::smmu
