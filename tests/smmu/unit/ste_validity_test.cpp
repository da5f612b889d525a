// What makes an STE ILLEGAL: SteIllegal() of IHI 0070 5.2.2, one row a line of it. Each row changes
// one field of a legal structure. Fields as in arm-smmu-v3.h.
#include <gtest/gtest.h>

#include "doorbell/smmu/arch/stream_table_entry.h"
#include "tests/smmu/unit/validity.h"

namespace doorbell::smmu {
namespace {

constexpr unsigned bypass = 4, stage1 = 5, stage2 = 6, nested = 7;

// STE fields
constexpr std::uint64_t V = 1, Config = genmask(3, 1), S1Fmt = genmask(5, 4),
                        S1ContextPtr = genmask(55, 6), S1CDMax = genmask(63, 59);
constexpr std::uint64_t S2FWB = 1ULL << 25, S1STALLD = 1ULL << 27, EATS = genmask(29, 28),
                        STRW = genmask(31, 30);
constexpr std::uint64_t S2VMID = genmask(15, 0), S2T0SZ = genmask(37, 32), S2SL0 = genmask(39, 38),
                        S2TG = genmask(47, 46), S2PS = genmask(50, 48), S2AA64 = 1ULL << 51,
                        S2ENDI = 1ULL << 52, S2HD = 1ULL << 55, S2HA = 1ULL << 56, S2S = 1ULL << 57,
                        S2R = 1ULL << 58;
constexpr std::uint64_t S2TTB = genmask(51, 4);

/// Legal with every feature: 4 KiB at stage 2, 40 bits from level 1, two concatenated tables.
ConfigurationWords ste_words(unsigned config) {
  ConfigurationWords w{};
  w[0] = V | field_prep(Config, config) | 0x8000'0000 | field_prep(S1CDMax, 4);
  w[1] = 2 | 1 << 2 | 1 << 4 | 3 << 6;
  w[2] = 7 | field_prep(S2T0SZ, 24) | field_prep(S2SL0, 1) | field_prep(S2PS, 5) | S2AA64 | S2R;
  w[3] = 0x9000'0000;
  return w;
}

bool ste_illegal(const ConfigurationWords& words, const Features& features) {
  return StreamTableEntry::decode(words, features).illegal(features);
}

const Line ste_lines[] = {
    {"V == 0", nested, as_they_are, {0, V, 0}},
    {"S1P == 0", stage1, [](Features& f) { f.stage1 = false; }, nothing},
    {"S1P == 0, nested", nested, [](Features& f) { f.stage1 = false; }, nothing},
    {"S2P == 0", stage2, [](Features& f) { f.stage2 = false; }, nothing},
    {"S2P == 0, nested", nested, [](Features& f) { f.stage2 = false; }, nothing},
    {"EATS == 10, Config != 111", stage1, as_they_are, {1, EATS, 2}},
    {"EATS == 10, stage 2 alone", stage2, as_they_are, {1, EATS, 2}},
    {"EATS == 10, S2S == 1", nested, as_they_are, {1, EATS, 2}, {2, S2S, 1}},
    {"EATS == 10, NS1ATS == 1",
     nested,
     [](Features& f) { f.split_stage_ats = false; },
     {1, EATS, 2}},
    {"EATS == 01, S2S == 1", nested, as_they_are, {1, EATS, 1}, {2, S2S, 1}},
    {"EATS == 01, S2S == 1, stage 2 alone", stage2, as_they_are, {1, EATS, 1}, {2, S2S, 1}},
    {"STRW == 01", stage1, as_they_are, {1, STRW, 1}},
    {"STRW == 11", stage1, as_they_are, {1, STRW, 3}},
    {"S1STALLD == 1, STALL_MODEL == 01",
     stage1,
     [](Features& f) { f.stall_model = StallModel::terminate; },
     {1, S1STALLD, 1}},
    {"S1STALLD == 1, STALL_MODEL == 10",
     stage1,
     [](Features& f) { f.stall_model = StallModel::forced; },
     {1, S1STALLD, 1}},
    {"S1CDMax > SSIDSIZE", stage1, as_they_are, {0, S1CDMax, 9}},
    {"S1Fmt == 01, CD2L == 0",
     stage1,
     [](Features& f) { f.two_level_contexts = false; },
     {0, S1Fmt, 1}},
    {"S1Fmt == 10, CD2L == 0",
     nested,
     [](Features& f) { f.two_level_contexts = false; },
     {0, S1Fmt, 2}},
    {"S1ContextPtr beyond OAS", stage1, as_they_are, {0, S1ContextPtr, 1ULL << (48 - 6)}},
    {"S1ContextPtr beyond IAS", nested, as_they_are, {0, S1ContextPtr, 1ULL << (48 - 6)}},
    {"S2S == 1, STALL_MODEL == 01",
     stage2,
     [](Features& f) { f.stall_model = StallModel::terminate; },
     {2, S2S, 1}},
    {"S2S == 0, STALL_MODEL == 10",
     stage2,
     [](Features& f) { f.stall_model = StallModel::forced; },
     {2, S2S, 0}},
    {"S2AA64 == 0, TTF == 10", stage2, as_they_are, {2, S2AA64, 0}},
    {"S2HA == 1, HTTU == 00",
     stage2,
     [](Features& f) { f.table_updates = TableUpdates::none; },
     {2, S2HA, 1}},
    {"S2HD == 1, HTTU == 00",
     stage2,
     [](Features& f) { f.table_updates = TableUpdates::none; },
     {2, S2HD, 1}},
    {"S2HD == 1, HTTU == 01",
     stage2,
     [](Features& f) { f.table_updates = TableUpdates::access_flag; },
     {2, S2HD, 1}},
    {"S2TG reserved", stage2, as_they_are, {2, S2TG, 3}},
    {"S2TG of 4 KiB, GRAN4K == 0", stage2, [](Features& f) { f.granule_4k = false; }, nothing},
    {"S2TG of 16 KiB, GRAN16K == 0",
     stage2,
     [](Features& f) { f.granule_16k = false; },
     {2, S2TG, 2}},
    {"S2TG of 64 KiB, GRAN64K == 0",
     stage2,
     [](Features& f) { f.granule_64k = false; },
     {2, S2TG, 1}},
    {"S2TTB beyond S2PS", stage2, as_they_are, {3, S2TTB, 1ULL << (40 - 4)}, {2, S2PS, 2}},
    {"S2TTB beyond OAS",
     stage2,
     [](Features& f) { f.output_address_bits = 44; },
     {3, S2TTB, 1ULL << (44 - 4)}},
    {"S2TTB beyond 48 bits, 4 KiB",
     stage2,
     [](Features& f) { f.output_address_bits = 52; },
     {3, S2TTB, 1ULL << (48 - 4)},
     {2, S2PS, 6}},
    {"S2T0SZ > 39", stage2, as_they_are, {2, S2T0SZ, 40}, {2, S2T0SZ | S2SL0, 39}},
    {"S2T0SZ < 16",
     stage2,
     [](Features& f) { f.output_address_bits = 52; },
     {2, S2T0SZ, 15},
     {2, S2T0SZ | S2SL0, 16 | 2 << 6}},
    {"S2T0SZ < 64 - IAS", stage2, [](Features& f) { f.output_address_bits = 40; }, {2, S2T0SZ, 23}},
    {"S2SL0 below what S2T0SZ needs", stage2, as_they_are, {2, S2SL0, 0}},
    {"S2SL0 above what S2T0SZ allows", stage2, as_they_are, {2, S2SL0, 2}, {2, S2T0SZ, 25}},
    {"S2SL0 reserved", stage2, as_they_are, {2, S2SL0, 3}},
    {"S2ENDI == 1, TTENDIAN == 10", stage2, as_they_are, {2, S2ENDI, 1}},
    {"S2VMID of 16 bits, VMID16 == 0",
     stage2,
     [](Features& f) { f.vmid_16 = false; },
     {2, S2VMID, 0x100}},
    {"S2VMID of 16 bits, stage 1 alone",
     stage1,
     [](Features& f) { f.vmid_16 = false; },
     {2, S2VMID, 0x100}},
};

TEST(SteValidity, EachLineMakesIt) {
  for (const Line& line : ste_lines) {
    Features features = everything();
    line.features(features);
    ConfigurationWords words = ste_words(line.config);
    line.other.apply(words);
    const bool of_features_alone = line.change.mask == 0;
    EXPECT_FALSE(ste_illegal(words, of_features_alone ? everything() : features) &&
                 line.change.value != 0)
        << line.name << ": is ILLEGAL without it";
    line.change.apply(words);
    EXPECT_TRUE(ste_illegal(words, features)) << line.name;
  }
}

// The same, of the fields that a stage's absence, or a feature's, makes IGNORED.
const Line ste_ignored[] = {
    {"all of an aborting STE", 0, as_they_are, {2, S2AA64, 0}, {0, S1CDMax, 31}},
    {"S2VMID of an aborting STE", 0, [](Features& f) { f.vmid_16 = false; }, {2, S2VMID, 0xff00}},
    {"STRW of an aborting STE", 0, as_they_are, {1, STRW, 1}},
    {"EATS of an aborting STE", 0, as_they_are, {1, EATS, 2}},
    {"S1* in bypass", bypass, as_they_are, {0, S1CDMax, 31}, {0, S1ContextPtr, 1ULL << 49}},
    {"S1* with stage 2 alone", stage2, as_they_are, {0, S1CDMax, 31}, {1, S1STALLD, 1}},
    {"S2* with stage 1 alone", stage1, as_they_are, {2, S2AA64, 0}, {2, S2TG, 3}},
    {"S2VMID in bypass", bypass, [](Features& f) { f.vmid_16 = false; }, {2, S2VMID, 0x100}},
    {"S2VMID of EL2",
     stage1,
     [](Features& f) { f.vmid_16 = false; },
     {2, S2VMID, 0x100},
     {1, STRW, 2}},
    {"S2VMID without stage 2",
     stage1,
     [](Features& f) { f.vmid_16 = f.stage2 = false; },
     {2, S2VMID, 0x100}},
    {"STRW with stage 2", nested, as_they_are, {1, STRW, 3}},
    {"STRW in bypass", bypass, as_they_are, {1, STRW, 3}},
    {"STRW without Hyp", stage1, [](Features& f) { f.stage2 = false; }, {1, STRW, 3}},
    {"EATS without ATS", stage1, [](Features& f) { f.ats = false; }, {1, EATS, 2}},
    {"EATS in bypass", bypass, as_they_are, {1, EATS, 2}},
    {"EATS == 11 without DPT", nested, as_they_are, {1, EATS, 3}},
    {"S1Fmt with S1CDMax == 0",
     stage1,
     [](Features& f) { f.two_level_contexts = false; },
     {0, S1Fmt, 1},
     {0, S1CDMax, 0}},
    {"S1Fmt == 11 is linear",
     stage1,
     [](Features& f) { f.two_level_contexts = false; },
     {0, S1Fmt, 3}},
    {"S1CDMax without substreams",
     stage1,
     [](Features& f) { f.substream_id_bits = 0; },
     {0, S1CDMax, 31}},
};

TEST(SteValidity, IgnoredFieldsMakeNone) {
  for (const Line& line : ste_ignored) {
    Features features = everything();
    line.features(features);
    ConfigurationWords words = ste_words(line.config);
    line.other.apply(words);
    line.change.apply(words);
    EXPECT_FALSE(ste_illegal(words, features)) << line.name;
  }
}

// Legal at their very ends.
const Line ste_legal[] = {
    {"EATS == 10", nested, as_they_are, {1, EATS, 2}},
    {"EATS == 01, stage 1 alone", stage1, as_they_are, {1, EATS, 1}},
    {"STRW == 10", stage1, as_they_are, {1, STRW, 2}},
    {"S1STALLD where stalls are a choice", stage1, as_they_are, {1, S1STALLD, 1}},
    {"S1CDMax == SSIDSIZE", stage1, as_they_are, {0, S1CDMax, 8}},
    {"S1ContextPtr at the top", stage1, as_they_are, {0, S1ContextPtr, (1ULL << 42) - 1}},
    {"S2S where stalls are a choice", stage2, as_they_are, {2, S2S, 1}},
    {"S2S where they are forced",
     stage2,
     [](Features& f) { f.stall_model = StallModel::forced; },
     {2, S2S, 1}},
    {"S2HD", stage2, as_they_are, {2, S2HD, 1}, {2, S2HA, 1}},
    {"S2HA, HTTU == 01",
     stage2,
     [](Features& f) { f.table_updates = TableUpdates::access_flag; },
     {2, S2HA, 1}},
    {"S2FWB", nested, as_they_are, {1, S2FWB, 1}},
    {"S2T0SZ == 39", stage2, as_they_are, {2, S2T0SZ, 39}, {2, S2SL0, 0}},
    {"S2T0SZ == 64 - IAS", stage2, as_they_are, {2, S2T0SZ, 16}, {2, S2SL0, 2}},
    {"16 concatenated tables", stage2, as_they_are, {2, S2T0SZ, 21}},
    {"two entries", stage2, as_they_are, {2, S2T0SZ, 33}},
    {"52 bits of 64 KiB",
     stage2,
     [](Features& f) { f.output_address_bits = 52; },
     {2, S2T0SZ | S2SL0 | S2TG, 12 | 2 << 6 | 1 << 14},
     {2, S2PS, 6}},
    {"S2TTB at the top of S2PS", stage2, as_they_are, {3, S2TTB, (1ULL << 36) - 1}, {2, S2PS, 2}},
    {"S2VMID of 8 bits", stage2, [](Features& f) { f.vmid_16 = false; }, {2, S2VMID, 0xff}},
};

TEST(SteValidity, WhatIsLegalAtItsEnds) {
  for (const unsigned config : {0u, bypass, stage1, stage2, nested})
    EXPECT_FALSE(ste_illegal(ste_words(config), everything())) << config;
  for (const Line& line : ste_legal) {
    Features features = everything();
    line.features(features);
    ConfigurationWords words = ste_words(line.config);
    line.other.apply(words);
    line.change.apply(words);
    EXPECT_FALSE(ste_illegal(words, features)) << line.name;
  }
}

TEST(SteStage2, IsDecoded) {
  ConfigurationWords words = ste_words(nested);
  words[1] |= S2FWB;
  words[2] |= S2HA | S2S | 1ULL << 53 | 1ULL << 54;  // S2AFFD, S2PTW
  const auto ste = StreamTableEntry::decode(words, everything());
  const Stage2Regime& r = ste.stage2;
  EXPECT_TRUE(ste.has_stage1() && ste.has_stage2());
  EXPECT_EQ(r.S2TTB, 0x9000'0000u);
  EXPECT_EQ(r.input_bits, 40u);
  EXPECT_EQ(r.start_level, 1u);
  EXPECT_EQ(r.granule, 12u);
  EXPECT_EQ(r.output_bits, 48u);
  EXPECT_EQ(r.S2VMID, 7u);
  EXPECT_TRUE(r.S2HA && r.S2S && r.S2R && r.S2AFFD && r.S2PTW && r.S2FWB);
  EXPECT_FALSE(r.S2HD);
  words[2] = (words[2] & ~S2HA) | S2HD;  // {S2HA, S2HD} = 01 behaves as 00
  EXPECT_FALSE(StreamTableEntry::decode(words, everything()).stage2.S2HD);
  // S2PTW is IGNORED without stage 1.
  words[0] = (words[0] & ~Config) | field_prep(Config, stage2);
  EXPECT_FALSE(StreamTableEntry::decode(words, everything()).stage2.S2PTW);
}

TEST(SteWorld, FollowsStrwAndE2h) {
  const auto world = [](unsigned strw, bool E2H, unsigned config, const Features& features) {
    ConfigurationWords words = ste_words(config);
    words[1] |= field_prep(STRW, strw);
    return StreamTableEntry::decode(words, features).world(E2H);
  };
  EXPECT_EQ(world(0, false, stage1, everything()), World::el1);
  EXPECT_EQ(world(0, true, stage1, everything()), World::el1);
  EXPECT_EQ(world(2, false, stage1, everything()), World::el2);
  EXPECT_EQ(world(2, true, stage1, everything()), World::el2_e2h);
  EXPECT_EQ(world(2, true, nested, everything()), World::el1);
  EXPECT_EQ(world(2, true, stage1, Features{}), World::el1);  // IDR0.Hyp = 0
}

TEST(SteOverrides, AreDecodedWhereOffered) {
  ConfigurationWords words = ste_words(bypass);
  words[1] |= 0xbULL << 32 | 1ULL << 36 | 0xdULL << 37 | 2ULL << 44 | 3ULL << 48 | 2ULL << 50;
  const AttributeOverrides found = StreamTableEntry::decode(words, everything()).overrides;
  EXPECT_EQ(
      found,
      (AttributeOverrides{
          .MTCFG = true, .MemAttr = 0xb, .SHCFG = 2, .ALLOCCFG = 0xd, .PRIVCFG = 3, .INSTCFG = 2}));
  EXPECT_EQ(StreamTableEntry::decode(words, Features{}).overrides, AttributeOverrides{});
}

TEST(SteFaultsAndPages, AreDecodedWhereOffered) {
  ConfigurationWords words = ste_words(nested);
  words[1] |= 1ULL << 18 | 1ULL << 19 | field_prep(EATS, 2) | S1STALLD;  // PPAR, MEV
  Features features = everything();
  features.page_requests = true;
  const auto ste = StreamTableEntry::decode(words, features);
  EXPECT_TRUE(ste.MEV && ste.PPAR && ste.S1STALLD);
  EXPECT_EQ(ste.EATS, 2u);
  EXPECT_EQ(ste.S1CIR, 1u);
  EXPECT_EQ(ste.S1COR, 1u);
  EXPECT_EQ(ste.S1CSH, 3u);
  EXPECT_FALSE(StreamTableEntry::decode(words, Features{}).PPAR);
  EXPECT_EQ(StreamTableEntry::decode(words, Features{}).EATS, 0u);
  // 8.1 asks for PPAR of any valid STE: a stream that aborts still has page requests answered.
  words[0] &= ~0xeULL;
  EXPECT_TRUE(StreamTableEntry::decode(words, features).aborts());
  EXPECT_TRUE(StreamTableEntry::decode(words, features).PPAR);
}

}  // namespace
}  // namespace doorbell::smmu
