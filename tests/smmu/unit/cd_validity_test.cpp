// What makes a CD ILLEGAL: CdIllegal() of IHI 0070 5.4.2, one row a line of it. Each row changes
// one field of a legal structure. Fields as in arm-smmu-v3.h.
#include <gtest/gtest.h>

#include "doorbell/smmu/arch/context_descriptor.h"
#include "tests/smmu/unit/validity.h"

namespace doorbell::smmu {
namespace {

// CD fields
constexpr std::uint64_t T0SZ = genmask(5, 0), TG0 = genmask(7, 6), EPD0 = 1ULL << 14,
                        ENDI = 1ULL << 15, T1SZ = genmask(21, 16), TG1 = genmask(23, 22),
                        EPD1 = 1ULL << 30, CD_V = 1ULL << 31, IPS = genmask(34, 32),
                        AA64 = 1ULL << 41, HD = 1ULL << 42, HA = 1ULL << 43, S = 1ULL << 44,
                        A = 1ULL << 46, ASID = genmask(63, 48);
constexpr std::uint64_t TTB = genmask(51, 4);

/// Legal with every feature, both halves of 4 KiB and 48 bits.
ConfigurationWords cd_words() {
  ConfigurationWords w{};
  w[0] = 16 | 16 << 16 | field_prep(TG1, 2) | CD_V | field_prep(IPS, 5) | AA64 | 1ULL << 45 | A |
         0x55ULL << 48;
  w[1] = 0x9000'0000;
  w[2] = 0xa000'0000;
  return w;
}

bool cd_illegal(const ConfigurationWords& words, const Features& features, World world = World::el1,
                bool S1STALLD_of_ste = false) {
  StreamTableEntry ste;
  ste.S1STALLD = S1STALLD_of_ste;
  return ContextDescriptor::decode(words, features, world).illegal(ste, features);
}

const Line cd_lines[] = {
    {"V == 0", 0, as_they_are, {0, CD_V, 0}},
    {"A == 0, TERM_MODEL == 1", 0, as_they_are, {0, A, 0}},
    {"S == 1, STALL_MODEL == 01",
     0,
     [](Features& f) { f.stall_model = StallModel::terminate; },
     {0, S, 1}},
    {"S == 0, STALL_MODEL == 10",
     0,
     [](Features& f) { f.stall_model = StallModel::forced; },
     {0, S, 0}},
    {"ENDI == 1, TTENDIAN == 10", 0, as_they_are, {0, ENDI, 1}},
    {"ENDI == 1, one half", 0, as_they_are, {0, ENDI, 1}, {0, EPD0, 1}},
    {"AA64 == 0, TTF == 10", 0, as_they_are, {0, AA64, 0}},
    {"HA == 1, HTTU == 00",
     0,
     [](Features& f) { f.table_updates = TableUpdates::none; },
     {0, HA, 1}},
    {"HD == 1, HTTU == 00",
     0,
     [](Features& f) { f.table_updates = TableUpdates::none; },
     {0, HD, 1}},
    {"HD == 1, HTTU == 01",
     0,
     [](Features& f) { f.table_updates = TableUpdates::access_flag; },
     {0, HD, 1}},
    {"ASID of 16 bits, ASID16 == 0", 0, [](Features& f) { f.asid_16 = false; }, {0, ASID, 0x100}},
    {"T0SZ < 16", 0, as_they_are, {0, T0SZ, 15}},
    {"T0SZ > 39", 0, as_they_are, {0, T0SZ, 40}},
    {"T1SZ < 16", 0, as_they_are, {0, T1SZ, 15}},
    {"T1SZ > 39", 0, as_they_are, {0, T1SZ, 40}},
    {"T0SZ < 16 of 64 KiB, VAX == 00", 0, as_they_are, {0, T0SZ, 15}, {0, TG0, 1}},
    {"T0SZ < 12 of 64 KiB, VAX == 01",
     0,
     [](Features& f) { f.input_address_bits = 52; },
     {0, T0SZ, 11},
     {0, TG0, 1}},
    {"TG0 reserved", 0, as_they_are, {0, TG0, 3}},
    {"TG1 reserved", 0, as_they_are, {0, TG1, 0}},
    {"TG0 of 16 KiB, GRAN16K == 0", 0, [](Features& f) { f.granule_16k = false; }, {0, TG0, 2}},
    {"TG1 of 64 KiB, GRAN64K == 0", 0, [](Features& f) { f.granule_64k = false; }, {0, TG1, 3}},
    {"TTB0 beyond IPS", 0, as_they_are, {1, TTB, 1ULL << (40 - 4)}, {0, IPS, 2}},
    {"TTB1 beyond IPS", 0, as_they_are, {2, TTB, 1ULL << (40 - 4)}, {0, IPS, 2}},
    {"TTB0 beyond OAS",
     0,
     [](Features& f) { f.output_address_bits = 44; },
     {1, TTB, 1ULL << (44 - 4)}},
    {"TTB0 beyond 48 bits, 4 KiB",
     0,
     [](Features& f) { f.output_address_bits = 52; },
     {1, TTB, 1ULL << (48 - 4)},
     {0, IPS, 6}},
};

TEST(CdValidity, EachLineMakesIt) {
  for (const Line& line : cd_lines) {
    Features features = everything();
    line.features(features);
    ConfigurationWords words = cd_words();
    line.other.apply(words);
    if (line.change.value != 0) {
      EXPECT_FALSE(cd_illegal(words, features)) << line.name << ": is ILLEGAL without it";
    }
    line.change.apply(words);
    EXPECT_TRUE(cd_illegal(words, features)) << line.name;
  }
}

TEST(CdValidity, StallsThatTheSteForbids) {
  ConfigurationWords words = cd_words();
  EXPECT_FALSE(cd_illegal(words, everything(), World::el1, true));
  words[0] |= S;
  EXPECT_FALSE(cd_illegal(words, everything()));
  EXPECT_TRUE(cd_illegal(words, everything(), World::el1, true));
}

// Of a half that is off nothing is checked; with TERM_MODEL = 0, A may be 0.
TEST(CdValidity, IgnoredFieldsMakeNone) {
  ConfigurationWords words = cd_words();
  words[0] |= EPD0 | field_prep(T0SZ, 63) | TG0;
  words[1] = TTB;
  EXPECT_FALSE(cd_illegal(words, everything()));
  words[0] |= EPD1 | field_prep(T1SZ, 63) | TG1 | ENDI;
  words[2] = TTB;
  EXPECT_FALSE(cd_illegal(words, everything()));
  words = cd_words();
  words[0] &= ~A;
  Features features = everything();
  features.ignores_writes = true;
  EXPECT_FALSE(cd_illegal(words, features));
}

// IHI 0070 5.4.1: in EL2 TTB0 alone, always, and no ASID.
TEST(CdValidity, OfEl2) {
  Features features = everything();
  features.asid_16 = false;
  ConfigurationWords words = cd_words();
  words[0] |= field_prep(ASID, 0xff00) | field_prep(T1SZ, 63) | TG1;
  words[2] = TTB;
  EXPECT_FALSE(cd_illegal(words, features, World::el2));
  EXPECT_TRUE(cd_illegal(words, features, World::el2_e2h));
  words[0] |= EPD0 | field_prep(T0SZ, 63);  // EPD0 is IGNORED
  EXPECT_TRUE(cd_illegal(words, features, World::el2));
  const auto cd = ContextDescriptor::decode(words, features, World::el2);
  EXPECT_FALSE(cd.regime.table[0].disabled);
  EXPECT_TRUE(cd.regime.table[1].disabled);
  EXPECT_EQ(cd.ASID, 0u);
}

TEST(CdWorld, PanIsOfTwoPrivileges) {
  ConfigurationWords words = cd_words();
  words[0] |= 1ULL << 40;
  const auto pan = [&](World world) {
    return ContextDescriptor::decode(words, everything(), world).regime.PAN;
  };
  EXPECT_TRUE(pan(World::el1));
  EXPECT_TRUE(pan(World::el2_e2h));
  EXPECT_FALSE(pan(World::el2));
}

TEST(CdUpdates, HdNeedsHa) {
  const auto regime = [](std::uint64_t bits) {
    ConfigurationWords words = cd_words();
    words[0] |= bits;
    return ContextDescriptor::decode(words, everything()).regime;
  };
  EXPECT_TRUE(regime(HA).HA);
  EXPECT_FALSE(regime(HA).HD);
  EXPECT_FALSE(regime(HD).HA || regime(HD).HD);  // {HD, HA} = 10 behaves as 00
  EXPECT_TRUE(regime(HA | HD).HD);
}

}  // namespace
}  // namespace doorbell::smmu
