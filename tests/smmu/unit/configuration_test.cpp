// Stream table, STE and CD (IHI 0070 5.2, 5.4), written with the masks of Linux's arm-smmu-v3.h.
#include <gtest/gtest.h>

#include "doorbell/smmu/arch/context_descriptor.h"
#include "doorbell/smmu/arch/context_table.h"
#include "doorbell/smmu/arch/stream_table.h"
#include "doorbell/smmu/arch/stream_table_entry.h"
#include "tests/smmu/unit/bits.h"

namespace doorbell::smmu {
namespace {

const Features features;

constexpr std::uint64_t STRTAB_STE_0_CFG = genmask(3, 1);
constexpr std::uint64_t STRTAB_STE_1_S1STALLD = 1ULL << 27;

ConfigurationWords ste_words(unsigned config, std::uint64_t context_pointer = 0x8000'0000) {
  ConfigurationWords w{};
  w[0] = 1 | field_prep(STRTAB_STE_0_CFG, config) | context_pointer;
  w[1] = 2 | 1 << 2 | 1 << 4 | 3 << 6;  // S1DSS, S1CIR, S1COR, S1CSH as Linux sets them
  return w;
}
StreamTableEntry ste(unsigned config) {
  return StreamTableEntry::decode(ste_words(config), features);
}

TEST(StreamTableEntry, ConfigOfLinux) {
  EXPECT_TRUE(ste(0).aborts());
  EXPECT_TRUE(ste(4).bypasses());
  EXPECT_TRUE(ste(5).has_stage1());
  EXPECT_EQ(ste(5).S1ContextPtr, 0x8000'0000u);
}

TEST(StreamTableEntry, ReservedConfigsAbort) {
  for (unsigned config = 0; config < 4; ++config) {
    EXPECT_TRUE(ste(config).aborts());
    EXPECT_FALSE(ste(config).illegal(features));
  }
}

TEST(StreamTableEntry, Illegal) {
  EXPECT_FALSE(ste(4).illegal(features));
  EXPECT_FALSE(ste(5).illegal(features));
  EXPECT_TRUE(ste(6).illegal(features));  // IDR0.S2P is 0
  EXPECT_TRUE(ste(7).illegal(features));
  ConfigurationWords w = ste_words(5);
  w[0] &= ~1ULL;
  EXPECT_TRUE(StreamTableEntry::decode(w, features).illegal(features));
  w = ste_words(5);
  w[1] |= STRTAB_STE_1_S1STALLD;  // STALL_MODEL = 0b01
  EXPECT_TRUE(StreamTableEntry::decode(w, features).illegal(features));
  w = ste_words(4);
  w[1] |= STRTAB_STE_1_S1STALLD;  // IGNORED in bypass
  EXPECT_FALSE(StreamTableEntry::decode(w, features).illegal(features));
  EXPECT_TRUE(StreamTableEntry::decode(ste_words(5, 1ULL << 44), features)
                  .illegal(features));  // beyond OAS
}

// With substreams: what IHI 0070 5.2 says of S1CDMax, S1Fmt and S1DSS.
class Substreams : public testing::Test {
 protected:
  Substreams() { offered.substream_id_bits = 8; }
  StreamTableEntry ste(unsigned max, unsigned dss = 2, unsigned format = 0, unsigned config = 5) {
    ConfigurationWords w{};
    w[0] = 1 | field_prep(STRTAB_STE_0_CFG, config) | format << 4 | 0x8000'0000 |
           std::uint64_t{max} << 59;
    w[1] = dss;
    return StreamTableEntry::decode(w, offered);
  }
  static Stream with(std::uint32_t substream) { return {1, substream, true}; }
  static constexpr Stream without{1, 0, false};
  Features offered;
};

TEST_F(Substreams, AsManyAsSsidsizeAtMost) {
  EXPECT_FALSE(ste(8).illegal(offered));
  EXPECT_TRUE(ste(9).illegal(offered));
  EXPECT_FALSE(ste(9, 2, 0, 4).illegal(offered));  // IGNORED in bypass
  offered.substream_id_bits = 0;
  EXPECT_FALSE(ste(9).illegal(offered));  // IGNORED without substreams
  EXPECT_EQ(ste(9).check_substream(without), EventType::none);
}

TEST_F(Substreams, TwoLevelsWhereTheyAreOffered) {
  offered.two_level_contexts = false;
  EXPECT_TRUE(ste(4, 2, 1).illegal(offered));
  EXPECT_TRUE(ste(4, 2, 2).illegal(offered));
  EXPECT_FALSE(ste(4, 2, 3).illegal(offered));  // reserved: behaves as linear
  EXPECT_FALSE(ste(0, 2, 1).illegal(offered));  // one CD: S1Fmt is IGNORED
  offered.two_level_contexts = true;
  EXPECT_FALSE(ste(4, 2, 1).illegal(offered));
}

TEST_F(Substreams, ASubstreamIdNeedsACd) {
  EXPECT_EQ(ste(4).check_substream(with(15)), EventType::none);
  EXPECT_EQ(ste(4).check_substream(with(16)), EventType::C_BAD_SUBSTREAMID);
  EXPECT_EQ(ste(0).check_substream(with(1)), EventType::C_BAD_SUBSTREAMID);
  EXPECT_EQ(ste(0).check_substream(with(0)), EventType::C_BAD_SUBSTREAMID);
  EXPECT_EQ(ste(4, 2, 0, 4).check_substream(with(1)), EventType::C_BAD_SUBSTREAMID);  // bypass
}

TEST_F(Substreams, S1dssIsForThoseWithout) {
  for (const unsigned dss : {0u, 3u}) {
    EXPECT_EQ(ste(4, dss).check_substream(without), EventType::F_STREAM_DISABLED);
    EXPECT_EQ(ste(4, dss).check_substream(with(0)), EventType::none);
    EXPECT_EQ(ste(0, dss).check_substream(without), EventType::none);  // IGNORED: one CD
  }
  EXPECT_EQ(ste(4, 1).check_substream(without), EventType::none);
  EXPECT_TRUE(ste(4, 1).bypasses(without));
  EXPECT_FALSE(ste(4, 1).bypasses(with(1)));
  EXPECT_FALSE(ste(0, 1).bypasses(without));
  EXPECT_EQ(ste(4, 2).check_substream(without), EventType::none);
  EXPECT_FALSE(ste(4, 2).bypasses(without));
  EXPECT_EQ(ste(4, 2).check_substream(with(0)), EventType::F_STREAM_DISABLED);
  EXPECT_EQ(ste(4, 2).check_substream(with(1)), EventType::none);
  EXPECT_EQ(ste(4, 0).check_substream(with(0)), EventType::none);
}

TEST_F(Substreams, CdsAreInALinearTable) {
  const ContextTable one(ste(0)), many(ste(5));
  EXPECT_FALSE(many.two_level());
  EXPECT_EQ(one.entry_address(0), 0x8000'0000u);
  EXPECT_EQ(many.entry_address(31), 0x8000'0000u + 31 * 64);
  StreamTableEntry misaligned = ste(5);
  misaligned.S1ContextPtr |= 0x7c0;  // below the size of the table: taken as zero
  EXPECT_EQ(ContextTable(misaligned).entry_address(1), 0x8000'0040u);
  misaligned.S1CDMax = 0;
  EXPECT_EQ(ContextTable(misaligned).entry_address(0), 0x8000'07c0u);
}

TEST_F(Substreams, OrInOneOfTwoLevels) {
  offered.substream_id_bits = 20;
  const ContextTable small(ste(20, 2, 1)), large(ste(20, 2, 2));
  EXPECT_TRUE(small.two_level() && large.two_level());
  EXPECT_EQ(small.descriptor_address(0xfffff), 0x8000'0000u + 0x3fff * 8);
  EXPECT_EQ(large.descriptor_address(0xfffff), 0x8000'0000u + 0x3ff * 8);
  const auto leaf = ContextTableDescriptor::decode(0x4'1234'f001);
  EXPECT_EQ(small.entry_address(0x7f, leaf, offered), 0x4'1234'f000u + 0x3f * 64);
  EXPECT_EQ(large.entry_address(0x7ff, leaf, offered), 0x4'1234'0000u + 0x3ff * 64);
  // With no more CDs than a leaf has, index 0 of level 1 alone.
  EXPECT_EQ(ContextTable(ste(6, 2, 1)).descriptor_address(63), 0x8000'0000u);
  EXPECT_EQ(ContextTable(ste(10, 2, 2)).descriptor_address(1023), 0x8000'0000u);
}

TEST_F(Substreams, AnL1cdThatLeadsNowhere) {
  offered.output_address_bits = 40;
  const ContextTable table(ste(8, 2, 1));
  EXPECT_FALSE(table.entry_address(0, ContextTableDescriptor::decode(0x1000), offered));
  EXPECT_FALSE(table.entry_address(0, ContextTableDescriptor::decode(1ULL << 40 | 1), offered));
  EXPECT_TRUE(table.entry_address(0, ContextTableDescriptor::decode(1ULL << 39 | 1), offered));
}

TEST(StreamTable, IndexesAndBounds) {
  const auto table = StreamTable::from_registers(0x4000'0000'8123'4567, 4, features);
  EXPECT_EQ(table.base, 0x8123'4400u);  // aligned to 16 entries of 64 bytes
  EXPECT_TRUE(table.contains(15));
  EXPECT_FALSE(table.contains(16));
  EXPECT_EQ(table.entry_address(3), table.base + 192);
}

TEST(StreamTable, IsNoLargerThanSidsize) {
  const auto table = StreamTable::from_registers(0x8000'0000, 25, features);
  EXPECT_TRUE(table.contains(0xffff));
  EXPECT_FALSE(table.contains(0x1'0000));
}

TEST(StreamTable, OfOneEntryAndOfAllThereAre) {
  const auto one = StreamTable::from_registers(0x8000'0040, 0, features);
  EXPECT_EQ(one.base, 0x8000'0040u);
  EXPECT_TRUE(one.contains(0));
  EXPECT_FALSE(one.contains(1));
  Features wide;
  wide.stream_id_bits = 32;
  const auto all = StreamTable::from_registers(0, 32, wide);
  EXPECT_TRUE(all.contains(0xffff'ffff));
  EXPECT_EQ(all.entry_address(0xffff'ffff), 0x3f'ffff'ffc0u);
  // The base is aligned to what LOG2SIZE says, not to what is used of it.
  EXPECT_EQ(StreamTable::from_registers(0x1'c000'0000, 25, features).base, 0x1'8000'0000u);
  EXPECT_EQ(StreamTable::from_registers(1ULL << 44 | 0x8000'0000, 4, features).base, 0x8000'0000u);
}

// FMT, SPLIT and LOG2SIZE of SMMU_STRTAB_BASE_CFG.
std::uint32_t two_level_cfg(unsigned split, unsigned log2_size) {
  return 1u << 16 | split << 6 | log2_size;
}

TEST(StreamTable, OfTwoLevels) {
  const auto table = StreamTable::from_registers(0x8123'4567, two_level_cfg(8, 16), features);
  ASSERT_TRUE(table.two_level());
  EXPECT_EQ(*table.split, 8u);
  EXPECT_EQ(table.base, 0x8123'4000u);  // 256 descriptors of 8 bytes
  EXPECT_EQ(table.descriptor_address(0x1ff), table.base + 8);
  EXPECT_EQ(table.descriptor_address(0xffff), table.base + 8 * 255);
  EXPECT_TRUE(table.contains(0xffff));
  EXPECT_FALSE(table.contains(0x1'0000));
}

TEST(StreamTable, ReservedFormatsAreLinearAndReservedSplitsSix) {
  for (const std::uint32_t format : {0u, 2u, 3u})
    EXPECT_FALSE(StreamTable::from_registers(0, format << 16 | 8 << 6 | 16, features).two_level());
  for (const unsigned split : {6u, 8u, 10u})
    EXPECT_EQ(StreamTable::from_registers(0, two_level_cfg(split, 16), features).split, split);
  for (const unsigned split : {0u, 7u, 9u, 12u, 31u})
    EXPECT_EQ(StreamTable::from_registers(0, two_level_cfg(split, 16), features).split, 6u);
}

// Level 1 is aligned to its size (6.3.24).
TEST(StreamTable, LevelOneIsAlignedToItsSize) {
  const auto base = [](std::uint64_t address, unsigned split, unsigned log2_size) {
    return StreamTable::from_registers(address, two_level_cfg(split, log2_size), features).base;
  };
  EXPECT_EQ(base(0x8000'0800, 8, 16), 0x8000'0800u);
  EXPECT_EQ(base(0x8000'0400, 8, 16), 0x8000'0000u);
  EXPECT_EQ(base(0x8000'0040, 10, 12), 0x8000'0040u);  // 64 bytes at least
  EXPECT_EQ(base(0x8000'0040, 8, 4), 0x8000'0040u);    // one descriptor
  EXPECT_EQ(base(0x8000'2000, 6, 16), 0x8000'2000u);   // 8 KiB of descriptors
  EXPECT_EQ(base(0x8000'1000, 6, 16), 0x8000'0000u);
}

TEST(StreamTableDescriptor, SpanAndPointer) {
  const auto descriptor = StreamTableDescriptor::decode((0x8123'4567 & ~0x1fULL) | 9);
  EXPECT_EQ(descriptor.span, 9u);
  EXPECT_EQ(descriptor.level_2_table, 0x8123'4000u);  // 256 STEs
  EXPECT_EQ(descriptor.entry_address(0x7'03ff, 8), 0x8123'7fc0u);
  EXPECT_EQ(StreamTableDescriptor::decode(0x8000'0040 | 1).entry_address(0x300, 8), 0x8000'0040u);
}

TEST(StreamTableDescriptor, NothingOutsideOfTheSpan) {
  const auto entry = [](std::uint64_t span, std::uint32_t stream_id, unsigned split) {
    return StreamTableDescriptor::decode(0x8000'0000 | span).entry_address(stream_id, split);
  };
  EXPECT_EQ(entry(0, 0, 8), std::nullopt);
  EXPECT_EQ(entry(1, 1, 8), std::nullopt);
  EXPECT_EQ(entry(5, 15, 8), 0x8000'03c0u);
  EXPECT_EQ(entry(5, 16, 8), std::nullopt);
  EXPECT_EQ(entry(9, 255, 8), 0x8000'3fc0u);
  EXPECT_EQ(entry(10, 0, 8), std::nullopt);  // above SPLIT + 1
  EXPECT_EQ(entry(11, 0x3ff, 10), 0x8000'ffc0u);
  EXPECT_EQ(entry(12, 0, 10), std::nullopt);  // reserved
  EXPECT_EQ(entry(8, 0, 6), std::nullopt);
}

// CD as Linux 6.12 makes it for a 48-bit kernel domain.
ConfigurationWords cd_words() {
  ConfigurationWords w{};
  w[0] = 16 |                       // T0SZ
         1u << 8 | 1u << 10 |       // IRGN0, ORGN0
         3u << 12 |                 // SH0
         1u << 30 |                 // EPD1
         1u << 31 |                 // V
         4ULL << 32 |               // IPS: 44 bits
         1ULL << 41 |               // AA64
         1ULL << 45 | 1ULL << 46 |  // R, A
         1ULL << 47 |               // ASET
         0x55ULL << 48;             // ASID
  w[1] = 0x9000'0000;
  w[3] = 0x0000'0000'0004'ff44;
  return w;
}
bool cd_illegal(const ConfigurationWords& w) {
  return ContextDescriptor::decode(w, features).illegal(ste(5), features);
}

TEST(ContextDescriptor, OfLinux) {
  const auto cd = ContextDescriptor::decode(cd_words(), features);
  EXPECT_FALSE(cd.illegal(ste(5), features));
  EXPECT_EQ(cd.ASID, 0x55u);
  EXPECT_TRUE(cd.R);
  EXPECT_TRUE(cd.A);
  EXPECT_EQ(cd.MAIR, 0x0004'ff44u);
  EXPECT_EQ(cd.regime.output_bits, 44u);
  EXPECT_EQ(cd.regime.table[0].base, 0x9000'0000u);
  EXPECT_EQ(cd.regime.table[0].input_bits, 48u);
  EXPECT_EQ(cd.regime.table[0].granule, 12u);
  EXPECT_FALSE(cd.regime.table[0].disabled);
  EXPECT_TRUE(cd.regime.table[1].disabled);
}

TEST(ContextDescriptor, IpsIsCappedToOas) {
  auto w = cd_words();
  w[0] |= 7ULL << 32;
  EXPECT_EQ(ContextDescriptor::decode(w, features).regime.output_bits, 44u);
  w[0] &= ~(7ULL << 32);
  EXPECT_EQ(ContextDescriptor::decode(w, features).regime.output_bits, 32u);
}

TEST(ContextDescriptor, Illegal) {
  const auto with = [](std::uint64_t set, std::uint64_t clear = 0) {
    auto w = cd_words();
    w[0] = (w[0] & ~clear) | set;
    return w;
  };
  EXPECT_TRUE(cd_illegal(with(0, 1u << 31)));    // V = 0
  EXPECT_TRUE(cd_illegal(with(1ULL << 44)));     // S, without stalls
  EXPECT_TRUE(cd_illegal(with(0, 1ULL << 46)));  // A = 0 with TERM_MODEL
  EXPECT_TRUE(cd_illegal(with(0, 1ULL << 41)));  // AArch32
  EXPECT_TRUE(cd_illegal(with(1ULL << 43)));     // HA without HTTU
  EXPECT_TRUE(cd_illegal(with(1ULL << 42)));     // HD
  EXPECT_TRUE(cd_illegal(with(1u << 15)));       // big-endian
  EXPECT_TRUE(cd_illegal(with(15, 0x3f)));       // T0SZ below 16
  EXPECT_FALSE(cd_illegal(with(39, 0x3f)));
  EXPECT_TRUE(cd_illegal(with(40, 0x3f)));
  EXPECT_TRUE(cd_illegal(with(3u << 6)));  // TG0: reserved
  auto w = cd_words();
  w[1] = 1ULL << 44;  // TTB0 beyond IPS
  EXPECT_TRUE(cd_illegal(w));
}

TEST(ContextDescriptor, AsidsOf8BitsHaveNoUpperHalf) {
  const auto illegal = [](std::uint64_t asid, const Features& f) {
    auto w = cd_words();
    w[0] = (w[0] & ~(0xffffULL << 48)) | asid << 48;
    return ContextDescriptor::decode(w, f).illegal({}, f);
  };
  EXPECT_FALSE(illegal(0x100, Features{}));
  EXPECT_TRUE(illegal(0x100, Features{.asid_16 = false}));
  EXPECT_FALSE(illegal(0xff, Features{.asid_16 = false}));
}

TEST(ContextDescriptor, GranulesAreThoseOffered) {
  constexpr unsigned TG0_4k = 0, TG0_64k = 1, TG0_16k = 2;
  const auto illegal = [](const Features& f, unsigned granule) {
    auto w = cd_words();
    w[0] |= std::uint64_t{granule} << 6;
    return ContextDescriptor::decode(w, f).illegal({}, f);
  };
  for (const unsigned granule : {TG0_4k, TG0_16k, TG0_64k}) {
    EXPECT_FALSE(illegal(Features{}, granule));
    Features without;
    (granule == TG0_4k    ? without.granule_4k
     : granule == TG0_16k ? without.granule_16k
                          : without.granule_64k) = false;
    for (const unsigned other : {TG0_4k, TG0_16k, TG0_64k})
      EXPECT_EQ(illegal(without, other), other == granule);
  }
}

// IHI 0070 3.4: 52 bits come in with VAX, and with granules of 64 KiB only.
TEST(ContextDescriptor, TxszReachesAsFarAsVaxAndTheGranuleSay) {
  Features wide;
  wide.input_address_bits = 52;
  const auto illegal = [](const Features& f, unsigned size, unsigned granule) {
    auto w = cd_words();
    w[0] = (w[0] & ~0x3fULL) | size | std::uint64_t{granule} << 6;
    return ContextDescriptor::decode(w, f).illegal({}, f);
  };
  constexpr unsigned TG0_4k = 0, TG0_64k = 1, TG0_16k = 2;
  EXPECT_FALSE(illegal(wide, 12, TG0_64k));
  EXPECT_TRUE(illegal(wide, 11, TG0_64k));
  EXPECT_TRUE(illegal(wide, 15, TG0_4k));
  EXPECT_TRUE(illegal(wide, 15, TG0_16k));
  EXPECT_TRUE(illegal(Features{}, 15, TG0_64k));
  EXPECT_FALSE(illegal(Features{}, 16, TG0_64k));
}

// IHI 0070 5.4, TTB0: within IPS, and within 48 bits unless the granule is 64 KiB.
TEST(ContextDescriptor, BasesOf52BitsAreOfTheLargestGranule) {
  Features wide;
  wide.output_address_bits = 52;
  const auto illegal = [&](unsigned granule, std::uint64_t base, std::uint64_t ips) {
    auto w = cd_words();
    w[0] = (w[0] & ~(7ULL << 32)) | std::uint64_t{granule} << 6 | ips << 32;
    w[1] = base;
    return ContextDescriptor::decode(w, wide).illegal({}, wide);
  };
  EXPECT_FALSE(illegal(1, 1ULL << 51, 6));
  EXPECT_TRUE(illegal(1, 1ULL << 48, 5));
  EXPECT_FALSE(illegal(1, 1ULL << 47, 5));
  EXPECT_TRUE(illegal(0, 1ULL << 48, 6));
  EXPECT_FALSE(illegal(0, 1ULL << 47, 6));
  EXPECT_TRUE(illegal(2, 1ULL << 48, 6));
}

TEST(ContextDescriptor, FieldsOfADisabledHalfAreIgnored) {
  auto w = cd_words();
  w[0] |= 1u << 14 | 63 | 3u << 6 | 1u << 15;  // EPD0, and nonsense in T0SZ, TG0, ENDI
  w[1] = ~0ULL;
  EXPECT_FALSE(cd_illegal(w));
}

TEST(ContextDescriptor, SecondHalfHasItsOwnGranuleEncoding) {
  auto w = cd_words();
  w[0] &= ~(1ULL << 30);
  w[0] |= 16u << 16 | 2u << 22;  // T1SZ, TG1 = 4 KiB
  w[2] = 0xa000'0000;
  EXPECT_FALSE(cd_illegal(w));
  EXPECT_EQ(ContextDescriptor::decode(w, features).regime.table[1].granule, 12u);
  w[0] &= ~(3u << 22);  // TG1 = 0 is reserved
  EXPECT_TRUE(cd_illegal(w));
}

TEST(ContextDescriptor, TheSecondHalfIsCheckedLikeTheFirst) {
  const auto illegal = [](unsigned size, std::uint64_t base) {
    auto w = cd_words();
    w[0] &= ~(1ULL << 30);
    w[0] |= std::uint64_t{size} << 16 | 2u << 22;
    w[2] = base;
    return cd_illegal(w);
  };
  EXPECT_FALSE(illegal(16, 0xa000'0000));
  EXPECT_TRUE(illegal(15, 0xa000'0000));
  EXPECT_FALSE(illegal(39, 0xa000'0000));
  EXPECT_TRUE(illegal(40, 0xa000'0000));
  EXPECT_FALSE(illegal(16, (1ULL << 44) - 0x1000));
  EXPECT_TRUE(illegal(16, 1ULL << 44));
}

TEST(ContextDescriptor, EachHalfHasItsOwnFields) {
  auto w = cd_words();
  w[0] &= ~(1ULL << 30);
  w[0] |= 25ULL << 16 | 2u << 22 | 1ULL << 39;  // T1SZ, TG1, TBI1
  w[2] = 0xa000'0000 | 1u << 1;                 // TTB1, HAD1
  const auto cd = ContextDescriptor::decode(w, features);
  EXPECT_EQ(cd.regime.table[0].input_bits, 48u);
  EXPECT_EQ(cd.regime.table[1].input_bits, 39u);
  EXPECT_EQ(cd.regime.table[0].base, 0x9000'0000u);
  EXPECT_EQ(cd.regime.table[1].base, 0xa000'0000u);
  EXPECT_FALSE(cd.regime.table[0].hierarchy_off);
  EXPECT_TRUE(cd.regime.table[1].hierarchy_off);
  EXPECT_FALSE(cd.regime.top_byte_ignored[0]);
  EXPECT_TRUE(cd.regime.top_byte_ignored[1]);
  EXPECT_FALSE(cd.regime.table[1].disabled);
}

TEST(ContextDescriptor, ControlBitsOfTheWalk) {
  const auto regime = [](std::uint64_t bits) {
    auto w = cd_words();
    w[0] |= bits;
    return ContextDescriptor::decode(w, features).regime;
  };
  EXPECT_FALSE(regime(0).AFFD || regime(0).WXN || regime(0).PAN);
  EXPECT_TRUE(regime(1ULL << 35).AFFD);
  EXPECT_TRUE(regime(1ULL << 36).WXN);
  EXPECT_TRUE(regime(1ULL << 40).PAN);
}

}  // namespace
}  // namespace doorbell::smmu
