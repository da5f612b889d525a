// Address translation operations: what is asked, and how the answer is told (IHI 0070 chapter 9,
// 6.3.37 to 6.3.40).
#include "doorbell/smmu/arch/atos.h"

#include <gtest/gtest.h>

#include <map>

#include "doorbell/smmu/arch/registers.h"
#include "doorbell/smmu/arch/untimed_access.h"

namespace doorbell::smmu {
namespace {

constexpr std::uint64_t stage1 = 1 << 10, stage2 = 2 << 10, both = 3 << 10;
constexpr std::uint64_t read = 1 << 8, instruction = 1 << 7, privileged = 1 << 9, httui = 1 << 6;
constexpr std::uint64_t ssid_valid = 1ULL << 52;

Features two_stages() {
  Features f;
  f.stage2 = true;
  f.substream_id_bits = 8;
  f.address_translation = true;
  return f;
}

TEST(Atos, ARequestIsWhatTheRegistersSay) {
  const auto o =
      AddressOperation::decode(0x12'3456'789aULL | ssid_valid,
                               0xfedc'ba98'7654'3000 | both | read | privileged, two_stages());
  ASSERT_TRUE(o);
  EXPECT_EQ(o->query.stream, (Stream{0x3456'789a, 0x12, true}));
  EXPECT_EQ(o->query.address, 0xfedc'ba98'7654'3000u);
  EXPECT_EQ(o->query.access, (Access{.privileged = true}));
  EXPECT_EQ(o->query.purpose, TranslationPurpose::operation);
  EXPECT_FALSE(o->inhibits_updates);
}

// 6.3.39: RnW = 0 is a write, whose InD is ignored.
TEST(Atos, AWriteIsOfData) {
  const auto access = [](std::uint64_t bits) {
    return AddressOperation::decode(0, stage1 | bits, two_stages())->query.access;
  };
  EXPECT_EQ(access(read), Access{});
  EXPECT_EQ(access(read | instruction), (Access{.instruction = true}));
  EXPECT_EQ(access(instruction), (Access{.write = true}));
  EXPECT_TRUE(AddressOperation::decode(0, stage1 | httui, two_stages())->inhibits_updates);
}

// 9.1.3: what no interface, or not this SMMU, can be asked.
TEST(Atos, MalformedRequestsAreInvalid) {
  Features only1 = two_stages(), only2 = two_stages();
  only1.stage2 = false;
  only2.stage1 = false;
  const auto valid = [](std::uint64_t type, const Features& f, std::uint64_t sid = 0) {
    return AddressOperation::decode(sid, type, f).has_value();
  };
  EXPECT_FALSE(valid(0, two_stages()));
  EXPECT_TRUE(valid(stage1, only1));
  EXPECT_FALSE(valid(stage2, only1));
  EXPECT_FALSE(valid(both, only1));
  EXPECT_FALSE(valid(stage1, only2));
  EXPECT_TRUE(valid(stage2, only2));
  EXPECT_FALSE(valid(both, only2));
  EXPECT_TRUE(valid(stage1, two_stages(), ssid_valid));
  EXPECT_FALSE(valid(stage2, two_stages(), ssid_valid));
  EXPECT_TRUE(valid(both, two_stages(), ssid_valid));
  EXPECT_EQ(invalid_request(), 0xff1u);
}

TranslationOutcome translated(std::uint64_t output, unsigned size_log2) {
  TranslationOutcome outcome{.kind = TranslationOutcome::Kind::translated};
  outcome.entry.leaf.output_base = output;
  outcome.entry.leaf.size_log2 = size_log2;
  outcome.entry.leaf.shareability = 3;
  outcome.entry.attributes = 0xff;
  return outcome;
}

// 6.3.40: the lowest set bit of ADDR is the middle of the page, but of 4 KiB.
TEST(Atos, TheSizeOfAPageIsInItsAddress) {
  const AddressOperation o{{.address = 0x5678'9000}};
  const std::uint64_t attributes = 0xffULL << 56 | 3 << 8;
  const auto result = [&](std::uint64_t output, unsigned size) {
    return encode_result(o, translated(output, size), two_stages()) ^ attributes;
  };
  EXPECT_EQ(result(0xabc'd000, 12), 0xabc'd000u);
  EXPECT_EQ(result(0xabc'c000, 14), 0xabc'e000u | 1 << 11);
  EXPECT_EQ(result(0xabc'0000, 16), 0xabc'8000u | 1 << 11);
  EXPECT_EQ(result(0xaa0'0000, 21), 0xab0'0000u | 1 << 11);
  EXPECT_EQ(result(0xfff'c000'0000, 30), 0xfff'e000'0000u | 1 << 11);
}

TEST(Atos, WhatIsNotTranslatedIsTheAddressItself) {
  TranslationOutcome outcome = translated(0, 44);
  outcome.entry.bypass = true;
  const AddressOperation o{{.address = 0x5678'9000}};
  Features f = two_stages();
  EXPECT_EQ(encode_result(o, outcome, f) & 0xff'ffff'ffff'f801, 0x5678'9000u);
  f.granule_4k = f.granule_16k = false;  // the smallest that there is
  EXPECT_EQ(encode_result(o, outcome, f) & 0xff'ffff'ffff'f801, 0x5678'8801u - 1);
}

struct FaultRow {
  TranslationPurpose purpose;
  EventType type;
  bool stage2;
  EventClass event_class;
  std::uint64_t par;
};
constexpr std::uint64_t ipa = 0x1234'5000;
constexpr auto cd = EventClass::cd, tt = EventClass::ttd, in = EventClass::in;
constexpr auto of_1 = TranslationPurpose::stage1_operation,
               of_2 = TranslationPurpose::stage2_operation, of_both = TranslationPurpose::operation;

// The table of 9.1.4: FAULTCODE, REASON and FADDR.
constexpr FaultRow fault_rows[] = {
    {of_1, EventType::F_WALK_EABT, false, in, 0x0b1},
    {of_1, EventType::F_CD_FETCH, false, in, 0x091},
    {of_1, EventType::F_TRANSLATION, false, in, 0x101},
    {of_1, EventType::C_BAD_STE, false, in, 0x041},
    // An abort that stage 2 made.
    {of_1, EventType::F_WALK_EABT, true, cd, 0x091},
    {of_1, EventType::F_ACCESS, true, cd, 0x091},
    {of_1, EventType::F_WALK_EABT, true, tt, 0x0b1},
    {of_1, EventType::F_PERMISSION, true, tt, 0x0b1},
    {of_2, EventType::F_ADDR_SIZE, true, in, 0x117},
    {of_2, EventType::F_ADDR_SIZE, false, in, 0x111},
    {of_2, EventType::F_TRANSLATION, true, in, 0x107},
    {of_2, EventType::F_WALK_EABT, true, in, 0x0b7},
    {of_2, EventType::C_BAD_STREAMID, false, in, 0x027},
    {of_both, EventType::F_PERMISSION, false, in, 0x131},
    {of_both, EventType::F_TRANSLATION, true, cd, ipa | 0x103},
    {of_both, EventType::F_ACCESS, true, tt, ipa | 0x125},
    {of_both, EventType::F_ADDR_SIZE, true, in, ipa | 0x117},
    {of_both, EventType::F_WALK_EABT, false, in, 0x0b1},
    {of_both, EventType::F_WALK_EABT, true, cd, 0x0b3},
    {of_both, EventType::F_WALK_EABT, true, tt, 0x0b5},
    {of_both, EventType::F_WALK_EABT, true, in, 0x0b7},
    {of_both, EventType::F_CD_FETCH, false, in, 0x091},
    {of_both, EventType::F_STREAM_DISABLED, false, in, 0x061},
};

class AtosFault : public testing::TestWithParam<FaultRow> {};
TEST_P(AtosFault, IsToldAsItsRequestHasIt) {
  const FaultRow& row = GetParam();
  TranslationOutcome outcome;
  outcome.event = {
      .type = row.type, .stage2 = row.stage2, .event_class = row.event_class, .ipa = ipa | 0xabc};
  EXPECT_EQ(encode_result({{.purpose = row.purpose}}, outcome, two_stages()), row.par);
}
INSTANTIATE_TEST_SUITE_P(All, AtosFault, testing::ValuesIn(fault_rows));

/// Tables of an SMMU as words of a map.
class AtosOfStream : public testing::Test {
 protected:
  std::uint64_t operation(std::uint64_t sid, std::uint64_t addr) {
    const auto o = AddressOperation::decode(sid, addr, features);
    if (!o) return invalid_request();
    GlobalConfiguration global{
        .features = features, .enabled = true, .stream_table = {stream_table, 2}};
    UntimedAccess access([this](std::uint64_t at) { return std::optional(memory[at]); });
    return encode_result(*o, run_now(translate(global, o->query, access)), features);
  }
  static constexpr std::uint64_t stream_table = 0x8000, context = 0x9000, INV_STAGE = 0xfe1;
  Features features = two_stages();
  std::map<std::uint64_t, std::uint64_t> memory;
};

// 9.1.3: by STE.Config, after the STE and before SubstreamID and CD; S1DSS doesn't matter.
TEST_F(AtosOfStream, StagesThatAreNotConfiguredAreSaidSo) {
  const auto configure = [this](std::uint64_t config, std::uint64_t more = 0) {
    memory[stream_table + 64] = 1 | config << 1 | more;
    memory[stream_table + 80] = 20ULL << 32 | 2ULL << 38 | 4ULL << 48 | 1ULL << 51;
  };
  configure(0);
  for (const std::uint64_t type : {stage1, stage2, both})
    EXPECT_EQ(operation(1, type | read), INV_STAGE);
  configure(4);
  for (const std::uint64_t type : {stage1, stage2, both})
    EXPECT_EQ(operation(1, type | read), INV_STAGE);
  configure(5);  // an invalid CD
  EXPECT_EQ(operation(1, stage1 | read), 0x0a1u);
  EXPECT_EQ(operation(1, stage2 | read), INV_STAGE);
  EXPECT_EQ(operation(1, both | read), INV_STAGE);
  EXPECT_EQ(operation(1 | ssid_valid, both | read), INV_STAGE);
  configure(6);
  EXPECT_EQ(operation(1, stage1 | read), INV_STAGE);
  EXPECT_EQ(operation(1 | ssid_valid, stage1 | read), INV_STAGE);
  EXPECT_EQ(operation(1, stage2 | read), 0x107u);  // there are no tables
  EXPECT_EQ(operation(1, both | read), INV_STAGE);
  memory[stream_table + 64] = 0;
  EXPECT_EQ(operation(1, stage2 | read), 0x047u);
  EXPECT_EQ(operation(0, stage1 | read), 0x041u);
  EXPECT_EQ(operation(4, both | read), 0x021u);
  EXPECT_EQ(operation(1, 0), 0xff1u);
}

// Without the overrides of the STE (9.1.3, 9.1.4).
TEST_F(AtosOfStream, TheOverridesOfTheStreamDoNotCount) {
  features.attribute_permissions_override = features.attribute_types_override = true;
  memory[stream_table + 64] = 1 | 5 << 1 | context | 1ULL << 59;
  memory[stream_table + 72] = 1 | 3ULL << 44 | 1ULL << 36 | 3ULL << 48;  // IS, Device, privileged
  // S1DSS = 1: stage 1 is skipped.
  EXPECT_EQ(operation(1, stage1 | read | 0x7000), 0xffULL << 56 | 0x7000);
  EXPECT_EQ(operation(1, stage1 | read | 1ULL << 44), 0x111u);
}

}  // namespace
}  // namespace doorbell::smmu
