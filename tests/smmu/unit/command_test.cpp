// Commands (IHI 0070 chapter 4), built with the masks of Linux's arm-smmu-v3.h (CMDQ_0_OP and so
// on).
#include "doorbell/smmu/arch/command.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/smmu/unit/bits.h"

namespace doorbell::smmu {
namespace {

constexpr std::uint64_t CMDQ_CFGI_0_SID = genmask(63, 32);
constexpr std::uint64_t CMDQ_CFGI_0_SSID = genmask(31, 12);
constexpr std::uint64_t CMDQ_CFGI_1_LEAF = 1;
constexpr std::uint64_t CMDQ_CFGI_1_RANGE = genmask(4, 0);
constexpr std::uint64_t CMDQ_TLBI_0_NUM = genmask(16, 12);
constexpr std::uint64_t CMDQ_TLBI_0_SCALE = genmask(24, 20);
constexpr std::uint64_t CMDQ_TLBI_0_VMID = genmask(47, 32);
constexpr std::uint64_t CMDQ_TLBI_0_ASID = genmask(63, 48);
constexpr std::uint64_t CMDQ_TLBI_1_LEAF = 1;
constexpr std::uint64_t CMDQ_TLBI_1_TTL = genmask(9, 8);
constexpr std::uint64_t CMDQ_TLBI_1_TG = genmask(11, 10);
constexpr std::uint64_t CMDQ_SYNC_0_CS = genmask(13, 12);
constexpr std::uint64_t CMDQ_SYNC_0_MSH = genmask(23, 22);
constexpr std::uint64_t CMDQ_SYNC_0_MSIATTR = genmask(27, 24);
constexpr std::uint64_t CMDQ_SYNC_0_MSIDATA = genmask(63, 32);

const Features features;

std::optional<Command> decode(std::uint64_t w0, std::uint64_t w1) {
  return decode_command({w0, w1}, features);
}

TEST(CommandDecode, CfgiSteOfLinux) {
  const auto c = decode(0x03 | field_prep(CMDQ_CFGI_0_SID, 0x108), CMDQ_CFGI_1_LEAF);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->opcode, Opcode::CMD_CFGI_STE);
  EXPECT_EQ(c->stream.stream_id, 0x108u);
  EXPECT_TRUE(c->leaf);
  const Invalidation i = c->invalidation();
  EXPECT_TRUE(i.of_configuration());
  EXPECT_TRUE(i.covers_stream(0x108));
  EXPECT_FALSE(i.covers_stream(0x109));
}

TEST(CommandDecode, CfgiAllIsRange31) {
  const auto c = decode(0x04 | field_prep(CMDQ_CFGI_0_SID, 77), field_prep(CMDQ_CFGI_1_RANGE, 31));
  ASSERT_TRUE(c);
  const Invalidation i = c->invalidation();
  EXPECT_EQ(i.scope, Invalidation::Scope::ste);
  EXPECT_EQ(i.first_stream, 0u);
  EXPECT_EQ(i.last_stream, 0xffff'ffffu);
}

TEST(CommandDecode, CfgiSteRangeIsAlignedToItsSize) {
  const auto c =
      decode(0x04 | field_prep(CMDQ_CFGI_0_SID, 0x10b), field_prep(CMDQ_CFGI_1_RANGE, 2));
  ASSERT_TRUE(c);
  EXPECT_EQ(c->invalidation().first_stream, 0x108u);  // 2^(2+1) streams
  EXPECT_EQ(c->invalidation().last_stream, 0x10fu);
}

TEST(CommandDecode, CfgiCdAndCdAll) {
  const auto c = decode(0x05 | field_prep(CMDQ_CFGI_0_SID, 9) | field_prep(CMDQ_CFGI_0_SSID, 0),
                        CMDQ_CFGI_1_LEAF);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->invalidation().scope, Invalidation::Scope::cd);
  EXPECT_EQ(decode(0x06 | field_prep(CMDQ_CFGI_0_SID, 9), 0)->invalidation().scope,
            Invalidation::Scope::cd);
}

TEST(CommandDecode, TlbiNhVaWithoutRangeNamesOneAddress) {
  const auto c = decode(0x12 | field_prep(CMDQ_TLBI_0_ASID, 5) | field_prep(CMDQ_TLBI_0_VMID, 0),
                        0x0000'0000'ffff'e000 | CMDQ_TLBI_1_LEAF);
  ASSERT_TRUE(c);
  const Invalidation i = c->invalidation();
  EXPECT_EQ(i.scope, Invalidation::Scope::va);
  EXPECT_EQ(i.asid, 5u);
  EXPECT_TRUE(i.leaf);
  EXPECT_EQ(i.first, 0xffff'e000u);
  EXPECT_EQ(i.last, 0xffff'e000u);
  EXPECT_EQ(i.granule, 0u);
}

TEST(CommandDecode, TlbiRangeIsNumPlusOneShiftedByScaleGranules) {
  const auto c =
      decode(0x12 | field_prep(CMDQ_TLBI_0_NUM, 2) | field_prep(CMDQ_TLBI_0_SCALE, 5) |
                 field_prep(CMDQ_TLBI_0_ASID, 1),
             0x1000'0000 | field_prep(CMDQ_TLBI_1_TG, 1) | field_prep(CMDQ_TLBI_1_TTL, 3));
  ASSERT_TRUE(c);
  const Invalidation i = c->invalidation();
  EXPECT_EQ(i.last - i.first + 1, (2u + 1u) << (5 + 12));
  EXPECT_EQ(i.level, 3u);
  EXPECT_EQ(i.granule, 12u);
}

TEST(CommandDecode, RangeFieldsAreIgnoredWithoutTg) {
  const auto c = decode(0x12 | field_prep(CMDQ_TLBI_0_NUM, 2) | field_prep(CMDQ_TLBI_0_SCALE, 5),
                        0x1000'0000 | field_prep(CMDQ_TLBI_1_TTL, 3));
  ASSERT_TRUE(c);
  EXPECT_EQ(c->invalidation().first, c->invalidation().last);
  EXPECT_EQ(c->invalidation().level, 0u);
}

TEST(CommandDecode, ReservedRangeCombinationIsIllegal) {
  EXPECT_FALSE(decode(0x12, 0x1000'0000 | field_prep(CMDQ_TLBI_1_TG, 1)));
  EXPECT_TRUE(
      decode(0x12, 0x1000'0000 | field_prep(CMDQ_TLBI_1_TG, 1) | field_prep(CMDQ_TLBI_1_TTL, 3)));
  // 16 KiB, level 1 is read as no hint, and so this is reserved as well (4.4.1.1).
  EXPECT_FALSE(
      decode(0x12, 0x1000'0000 | field_prep(CMDQ_TLBI_1_TG, 2) | field_prep(CMDQ_TLBI_1_TTL, 1)));
}

TEST(CommandDecode, RangesOfStreamsFromTwoToAlmostAll) {
  const auto range = [](unsigned size, std::uint32_t stream) {
    return decode(0x04 | field_prep(CMDQ_CFGI_0_SID, stream), field_prep(CMDQ_CFGI_1_RANGE, size))
        ->invalidation();
  };
  EXPECT_EQ(range(0, 9).first_stream, 8u);
  EXPECT_EQ(range(0, 9).last_stream, 9u);
  EXPECT_EQ(range(30, 0x8000'0001).first_stream, 0x8000'0000u);
  EXPECT_EQ(range(30, 0x8000'0001).last_stream, 0xffff'ffffu);
}

TEST(CommandDecode, RangeOfAnOddNumberOfPages) {
  const auto range = [](unsigned num, unsigned scale, unsigned tg) {
    const Invalidation i =
        decode(0x13 | field_prep(CMDQ_TLBI_0_NUM, num) | field_prep(CMDQ_TLBI_0_SCALE, scale),
               0x1'0000'0000 | field_prep(CMDQ_TLBI_1_TG, tg) | field_prep(CMDQ_TLBI_1_TTL, 3))
            ->invalidation();
    EXPECT_EQ(i.first, 0x1'0000'0000u);
    return i.last - i.first + 1;
  };
  EXPECT_EQ(range(0, 0, 1), 0x1000u);
  EXPECT_EQ(range(4, 0, 1), 0x5000u);
  EXPECT_EQ(range(31, 0, 1), 0x2'0000u);
  EXPECT_EQ(range(0, 5, 1), 0x2'0000u);
  EXPECT_EQ(range(31, 31, 1), 1ULL << 48);
  EXPECT_EQ(range(2, 1, 2), 0x1'8000u);  // 16 KiB granules
  EXPECT_EQ(range(2, 1, 3), 0x6'0000u);  // 64 KiB granules
}

TEST(CommandDecode, ARangeEndsWithTheAddressSpace) {
  const Invalidation i = decode(0x13 | field_prep(CMDQ_TLBI_0_NUM, 1),
                                0xffff'ffff'ffff'f000 | field_prep(CMDQ_TLBI_1_TG, 1))
                             ->invalidation();
  EXPECT_EQ(i.first, 0xffff'ffff'ffff'f000u);
  EXPECT_EQ(i.last, ~0ULL);
}

TEST(CommandDecode, WithoutRangeInvalidationItsFieldsAreReserved) {
  Features plain;
  plain.range_invalidation = false;
  const auto c = decode_command(
      {0x12 | field_prep(CMDQ_TLBI_0_NUM, 2), 0x1000'0000 | field_prep(CMDQ_TLBI_1_TG, 1)}, plain);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->invalidation().first, c->invalidation().last);
}

TEST(CommandDecode, AsidsOf8BitsHaveNoUpperHalf) {
  for (const std::uint64_t code : {0x11, 0x12}) {
    const CommandWords words{code | 0x1234ULL << 48, 0};
    EXPECT_EQ(decode_command(words, Features{})->asid, 0x1234);
    EXPECT_EQ(decode_command(words, Features{.asid_16 = false})->asid, 0x34);
  }
}

TEST(CommandDecode, SubstreamIdCountsWithSsvAndAlwaysInCfgiCd) {
  const std::uint64_t ssid = field_prep(CMDQ_CFGI_0_SSID, 7);
  Features substreams;
  substreams.substream_id_bits = 20;
  const auto of = [&](std::uint64_t w0) { return decode_command({w0, 0}, substreams); };
  EXPECT_FALSE(of(0x01 | ssid)->stream.substream_valid);
  EXPECT_TRUE(of(0x01 | ssid | 1u << 11)->stream.substream_valid);
  EXPECT_TRUE(of(0x05 | ssid)->stream.substream_valid);
  EXPECT_EQ(of(0x05 | ssid)->stream.substream_id, 7u);
  EXPECT_EQ(of(0x05 | ssid)->invalidation().substream_id, 7u);
  EXPECT_FALSE(of(0x05 | ssid)->invalidation().all_substreams);
  EXPECT_TRUE(of(0x06)->invalidation().all_substreams);  // CFGI_CD_ALL
}

TEST(CommandDecode, CommandsAreCalledAsTheSpecificationDoes) {
  EXPECT_EQ(to_string(Opcode::CMD_ATC_INV), "CMD_ATC_INV");
  EXPECT_EQ(to_string(Opcode::CMD_TLBI_NSNH_ALL), "CMD_TLBI_NSNH_ALL");
  EXPECT_EQ(to_string(static_cast<Opcode>(0x7f)), "reserved");
}

// IHI 0070 4.2, 4.5.1, 4.5.2: SSV = 1 without substreams is as SSV = 0, or of no effect; an ATC is
// not asked for a PASID that it never used.
TEST(CommandDecode, WithoutSubstreamsSsvIsIgnored) {
  const std::uint64_t ssid = field_prep(CMDQ_CFGI_0_SSID, 7) | 1u << 11;
  Features features;
  features.ats = features.page_requests = true;
  for (const std::uint64_t opcode : {0x01, 0x02, 0x40, 0x41}) {
    features.substream_id_bits = 0;
    const auto command = decode_command({opcode | ssid | 1u << 9, 0}, features);
    EXPECT_EQ(command->stream, Stream{}) << opcode;
    EXPECT_FALSE(command->global) << "G is IGNORED then";
    features.substream_id_bits = 3;
    EXPECT_EQ(decode_command({opcode | ssid, 0}, features)->stream, (Stream{0, 7, true})) << opcode;
  }
}

// IHI 0070 4.1.7: bits beyond IDR1.SSIDSIZE may be ignored; without substreams the one CD is meant.
TEST(CommandDecode, SubstreamIdsOutOfRange) {
  const std::uint64_t w0 = 0x05 | field_prep(CMDQ_CFGI_0_SSID, 0x17);
  EXPECT_EQ(decode(w0, 0)->invalidation().substream_id, 0u);
  Features four;
  four.substream_id_bits = 4;
  EXPECT_EQ(decode_command({w0, 0}, four)->invalidation().substream_id, 7u);
}

TEST(CommandDecode, TlbiByAsidAndAll) {
  EXPECT_EQ(decode(0x11 | field_prep(CMDQ_TLBI_0_ASID, 7), 0)->invalidation().asid, 7u);
  EXPECT_EQ(decode(0x11, 0)->invalidation().scope, Invalidation::Scope::asid);
  EXPECT_EQ(decode(0x10, 0)->invalidation().scope, Invalidation::Scope::all);
  EXPECT_EQ(decode(0x30, 0)->invalidation().scope, Invalidation::Scope::all);
  EXPECT_EQ(decode(0x13, 0x5000)->invalidation().scope, Invalidation::Scope::va_all);
}

TEST(CommandDecode, SyncOfLinuxWithMsi) {
  const auto c =
      decode(0x46 | field_prep(CMDQ_SYNC_0_CS, 1) | field_prep(CMDQ_SYNC_0_MSH, 3) |
                 field_prep(CMDQ_SYNC_0_MSIATTR, 0xf) | field_prep(CMDQ_SYNC_0_MSIDATA, 0xcafe),
             0x0000'0008'8888'8880);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->signal, Command::CompletionSignal::SIG_IRQ);
  EXPECT_EQ(c->msi_address, 0x0000'0008'8888'8880u);
  EXPECT_EQ(c->msi_data, 0xcafeu);
}

TEST(CommandDecode, WithoutMsiASyncHasNoAddress) {
  Features without = features;
  without.msi = false;
  const auto c = decode_command({0x46 | field_prep(CMDQ_SYNC_0_CS, 1), 0x8888'8880}, without);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->signal, Command::CompletionSignal::SIG_IRQ);
  EXPECT_EQ(c->msi_address, 0u);
}

TEST(CommandDecode, SyncWithSevNoneAndReserved) {
  EXPECT_EQ(decode(0x46 | field_prep(CMDQ_SYNC_0_CS, 2), 0)->signal,
            Command::CompletionSignal::SIG_SEV);
  EXPECT_EQ(decode(0x46, 0)->signal, Command::CompletionSignal::SIG_NONE);
  EXPECT_FALSE(decode(0x46 | field_prep(CMDQ_SYNC_0_CS, 3), 0));
}

TEST(CommandDecode, PrefetchConfigIsLegal) {
  EXPECT_EQ(decode(0x01 | field_prep(CMDQ_CFGI_0_SID, 4), 0)->stream.stream_id, 4u);
}

// Reserved opcodes and those of features that IDR0 doesn't report (4.1.3): EL2, EL3, stage 2, ATS,
// PRI, stalls, Secure, and everything beyond.
TEST(CommandDecode, IllegalOpcodes) {
  for (unsigned opcode = 0; opcode < 256; ++opcode) {
    const bool legal = (opcode >= 0x01 && opcode <= 0x06) || (opcode >= 0x10 && opcode <= 0x13) ||
                       opcode == 0x30 || opcode == 0x46;
    EXPECT_EQ(decode(opcode, 0).has_value(), legal) << std::hex << opcode;
  }
}

TEST(CommandDecode, SecureStreamsAreIllegalOnThisQueue) {
  EXPECT_FALSE(decode(0x03 | 1u << 10, 0));
  EXPECT_FALSE(decode(0x01 | 1u << 10, 0));
}

/// A command of an SMMU with everything, as its two doublewords.
struct Row {
  CommandWords words;
  Command command;
};
constexpr Stream stream{0x8765'4321, 0, false}, with_substream{0x8765'4321, 0xabcde, true};
constexpr std::uint64_t va = 0xffff'8000'1234'5000;

const Row rows[] = {
    {{0x8765'4321'abcd'e801, 0}, {.opcode = Opcode::CMD_PREFETCH_CONFIG, .stream = with_substream}},
    {{0x8765'4321'0000'0002, va},
     {.opcode = Opcode::CMD_PREFETCH_ADDR, .stream = stream, .address = va}},
    {{0x8765'4321'0000'0003, 1}, {.opcode = Opcode::CMD_CFGI_STE, .stream = stream, .leaf = true}},
    {{0x8765'4321'0000'0004, 31},
     {.opcode = Opcode::CMD_CFGI_STE_RANGE, .stream = stream, .range = 31}},
    {{0x8765'4321'abcd'e005, 1},
     {.opcode = Opcode::CMD_CFGI_CD, .stream = with_substream, .leaf = true}},
    {{0x8765'4321'0000'0006, 0}, {.opcode = Opcode::CMD_CFGI_CD_ALL, .stream = stream}},
    {{0x0000'beef'0000'0010, 0}, {.opcode = Opcode::CMD_TLBI_NH_ALL, .vmid = 0xbeef}},
    {{0xcafe'beef'0000'0011, 0},
     {.opcode = Opcode::CMD_TLBI_NH_ASID, .vmid = 0xbeef, .asid = 0xcafe}},
    {{0xcafe'beef'01f1'f012, va | 0xf01},
     {.opcode = Opcode::CMD_TLBI_NH_VA,
      .leaf = true,
      .vmid = 0xbeef,
      .asid = 0xcafe,
      .address = va,
      .num = 31,
      .scale = 31,
      .tg = 3,
      .ttl = 3}},
    {{0x0000'beef'0020'2013, va | 0x600},
     {.opcode = Opcode::CMD_TLBI_NH_VAA,
      .vmid = 0xbeef,
      .address = va,
      .num = 2,
      .scale = 2,
      .tg = 1,
      .ttl = 2}},
    {{0x20, 0}, {.opcode = Opcode::CMD_TLBI_EL2_ALL}},
    {{0xcafe'0000'0000'0021, 0}, {.opcode = Opcode::CMD_TLBI_EL2_ASID, .asid = 0xcafe}},
    {{0xcafe'0000'0000'0022, va | 1},
     {.opcode = Opcode::CMD_TLBI_EL2_VA, .leaf = true, .asid = 0xcafe, .address = va}},
    {{0x23, va}, {.opcode = Opcode::CMD_TLBI_EL2_VAA, .address = va}},
    {{0x0000'beef'0000'0028, 0}, {.opcode = Opcode::CMD_TLBI_S12_VMALL, .vmid = 0xbeef}},
    {{0x0000'beef'0000'002a, 0x1234'5001},
     {.opcode = Opcode::CMD_TLBI_S2_IPA, .leaf = true, .vmid = 0xbeef, .address = 0x1234'5000}},
    {{0x30, 0}, {.opcode = Opcode::CMD_TLBI_NSNH_ALL}},
    {{0x8765'4321'abcd'ea40, va | 52},
     {.opcode = Opcode::CMD_ATC_INV,
      .stream = with_substream,
      .address = va,
      .global = true,
      .size = 52}},
    {{0x8765'4321'abcd'e841, 0x21ff},
     {.opcode = Opcode::CMD_PRI_RESP,
      .stream = with_substream,
      .group = 0x1ff,
      .response = Command::PageResponse::success}},
    {{0x8765'4321'0000'1044, 0xbeef},
     {.opcode = Opcode::CMD_RESUME, .stream = stream, .stag = 0xbeef, .retry = true}},
    {{0x8765'4321'0000'2044, 0xbeef},
     {.opcode = Opcode::CMD_RESUME, .stream = stream, .stag = 0xbeef, .abort = true}},
    {{0x8765'4321'0000'0045, 0}, {.opcode = Opcode::CMD_STALL_TERM, .stream = stream}},
    {{0xcafe'0000'0000'1046, 0x8'8888'8880},
     {.opcode = Opcode::CMD_SYNC,
      .signal = Command::CompletionSignal::SIG_IRQ,
      .msi_data = 0xcafe'0000,
      .msi_address = 0x8'8888'8880}},
};

Features everything() {
  Features f;
  f.stage2 = f.ats = f.page_requests = true;
  f.substream_id_bits = 20;
  f.stall_model = StallModel::configurable;
  return f;
}

TEST(CommandWords, AreToTheBitWhatTheArchitectureSays) {
  for (const Row& row : rows) {
    EXPECT_EQ(decode_command(row.words, everything()), row.command)
        << to_string(row.command.opcode);
    EXPECT_EQ(encode(row.command), row.words) << to_string(row.command.opcode);
  }
}

TEST(CommandWords, OfEveryCommandThereIs) {
  for (const CommandLayout& layout : command_layouts()) {
    EXPECT_EQ(to_string(layout.opcode), layout.name);
    EXPECT_TRUE(layout.section.starts_with("IHI 0070 4.")) << layout.name;
    bool tested = false;
    for (const Row& row : rows)
      tested |= row.command.opcode == layout.opcode;
    EXPECT_TRUE(tested) << layout.name;
    // SSec = 1 is ILLEGAL on this queue for whatever names a stream (4.1.6).
    const CommandWords secure{static_cast<std::uint64_t>(layout.opcode) | 1u << 10, 0};
    EXPECT_EQ(decode_command(secure, everything()).has_value(), !layout.stream) << layout.name;
  }
}

// What a missing feature makes CERROR_ILL, and nothing else does.
TEST(CommandDecode, CommandsOfMissingFeaturesAreIllegal) {
  struct Missing {
    void (*take)(Features&);
    std::vector<unsigned> opcodes;
  };
  const Missing missing[] = {
      {[](Features& f) { f.stage1 = false; },
       {0x05, 0x06, 0x10, 0x11, 0x12, 0x13, 0x20, 0x21, 0x22, 0x23}},
      {[](Features& f) { f.stage2 = false; }, {0x20, 0x21, 0x22, 0x23, 0x28, 0x2a}},
      {[](Features& f) { f.ats = false; }, {0x40, 0x41}},
      {[](Features& f) { f.page_requests = false; }, {0x41}},
      {[](Features& f) { f.stall_model = StallModel::terminate; }, {0x44, 0x45}},
  };
  for (const Missing& row : missing) {
    Features f = everything();
    row.take(f);
    for (unsigned opcode = 0; opcode < 256; ++opcode) {
      const bool gone = std::ranges::find(row.opcodes, opcode) != row.opcodes.end();
      const bool legal = decode_command({opcode, 0}, everything()).has_value();
      EXPECT_EQ(decode_command({opcode, 0}, f).has_value(), legal && !gone) << opcode;
    }
  }
}

TEST(CommandDecode, AReservedPageResponseIsIllegal) {
  EXPECT_TRUE(decode_command({0x41, 2u << 12}, everything()));
  EXPECT_FALSE(decode_command({0x41, 3u << 12}, everything()));
}

TEST(CommandDecode, GlobalCountsWithASubstreamAlone) {
  EXPECT_FALSE(decode_command({0x40 | 1u << 9, 0}, everything())->global);
  EXPECT_TRUE(decode_command({0x40 | 1u << 9 | 1u << 11, 0}, everything())->global);
}

// IHI 0070 4.4: without stage 2 there are no VMIDs.
TEST(CommandDecode, WithoutStage2ThereAreNoVmids) {
  EXPECT_EQ(decode(0x10 | 0x1234ULL << 32, 0)->vmid, 0);
}

TEST(CommandDecode, VmidsOf8BitsHaveNoUpperHalf) {
  Features f = everything();
  f.vmid_16 = false;
  EXPECT_EQ(decode_command({0x28 | 0x1234ULL << 32, 0}, f)->vmid, 0x34);
}

}  // namespace
}  // namespace doorbell::smmu
