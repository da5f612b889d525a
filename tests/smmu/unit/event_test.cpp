// Event records (IHI 0070 7.3), read with the masks of Linux's arm-smmu-v3.h (EVTQ_0_ID and so on).
#include "doorbell/smmu/arch/event.h"

#include <gtest/gtest.h>

#include "tests/smmu/unit/bits.h"

namespace doorbell::smmu {
namespace {

constexpr std::uint64_t EVTQ_0_ID = genmask(7, 0);
constexpr std::uint64_t EVTQ_0_SSV = 1ULL << 11;
constexpr std::uint64_t EVTQ_0_SSID = genmask(31, 12);
constexpr std::uint64_t EVTQ_0_SID = genmask(63, 32);
constexpr std::uint64_t EVTQ_1_STALL = 1ULL << 31;
constexpr std::uint64_t EVTQ_1_PnU = 1ULL << 33;
constexpr std::uint64_t EVTQ_1_InD = 1ULL << 34;
constexpr std::uint64_t EVTQ_1_RnW = 1ULL << 35;
constexpr std::uint64_t EVTQ_1_S2 = 1ULL << 39;
constexpr std::uint64_t EVTQ_1_CLASS = genmask(41, 40);
constexpr std::uint64_t EVTQ_1_TT_READ = 1ULL << 44;

Event sample(EventType type) {
  Event e;
  e.type = type;
  e.stream.stream_id = 0x1234;
  e.access.write = true;
  e.input_address = 0xffff'8000'1234'5678;
  e.fetch_address = 0x0000'0abc'def0'1238;
  return e;
}

TEST(EventRecord, TranslationFaultOfAWriteIsWhatLinuxDecodes) {
  const EventRecord r = encode(sample(EventType::F_TRANSLATION));
  EXPECT_EQ(field_get(EVTQ_0_ID, r[0]), 0x10u);
  EXPECT_EQ(field_get(EVTQ_0_SID, r[0]), 0x1234u);
  EXPECT_EQ(r[0] & (EVTQ_0_SSV | EVTQ_0_SSID), 0u);
  EXPECT_EQ(field_get(EVTQ_1_CLASS, r[1]), 2u);  // IN
  EXPECT_EQ(r[1] & ~EVTQ_1_CLASS, 0u);           // a write, unprivileged data, stage 1, no stall
  EXPECT_EQ(r[2], 0xffff'8000'1234'5678u);
  EXPECT_EQ(r[3], 0u);
}

TEST(EventRecord, AccessAttributes) {
  Event e = sample(EventType::F_PERMISSION);
  e.access = {.write = false, .privileged = true, .instruction = true};
  const EventRecord r = encode(e);
  EXPECT_EQ(field_get(EVTQ_0_ID, r[0]), 0x13u);
  EXPECT_EQ(r[1] & (EVTQ_1_RnW | EVTQ_1_InD | EVTQ_1_PnU), EVTQ_1_RnW | EVTQ_1_InD | EVTQ_1_PnU);
  EXPECT_EQ(r[1] & (EVTQ_1_STALL | EVTQ_1_S2 | EVTQ_1_TT_READ), 0u);
}

TEST(EventRecord, InstructionIsZeroForWrites) {
  Event e = sample(EventType::F_ACCESS);
  e.access = {.write = true, .privileged = false, .instruction = true};
  EXPECT_EQ(encode(e)[1] & (EVTQ_1_InD | EVTQ_1_RnW), 0u);
}

TEST(EventRecord, WalkAbortIsOfClassTtdAndHasTheDescriptorsAddress) {
  const EventRecord r = encode(sample(EventType::F_WALK_EABT));
  EXPECT_EQ(field_get(EVTQ_0_ID, r[0]), 0x0bu);
  EXPECT_EQ(field_get(EVTQ_1_CLASS, r[1]), 1u);
  EXPECT_EQ(r[2], 0xffff'8000'1234'5678u);
  EXPECT_EQ(r[3], 0x0000'0abc'def0'1238u);
}

TEST(EventRecord, FetchFaultsHaveTheFetchAddressAndNothingOfTheAccess) {
  for (const auto& [type, number] :
       {std::pair{EventType::F_STE_FETCH, 0x03u}, std::pair{EventType::F_CD_FETCH, 0x09u}}) {
    const EventRecord r = encode(sample(type));
    EXPECT_EQ(field_get(EVTQ_0_ID, r[0]), number);
    EXPECT_EQ(r[1], 0u);
    EXPECT_EQ(r[2], 0u);
    EXPECT_EQ(r[3], 0x0000'0abc'def0'1238u);
  }
}

TEST(EventRecord, ConfigurationErrorsNameTheStreamAlone) {
  for (const auto& [type, number] :
       {std::pair{EventType::C_BAD_STREAMID, 0x02u}, std::pair{EventType::C_BAD_STE, 0x04u},
        std::pair{EventType::F_STREAM_DISABLED, 0x06u}, std::pair{EventType::C_BAD_CD, 0x0au}}) {
    const EventRecord r = encode(sample(type));
    EXPECT_EQ(r[0], std::uint64_t{0x1234} << 32 | number);
    EXPECT_EQ(r[1] | r[2] | r[3], 0u);
  }
}

TEST(EventRecord, SubstreamId) {
  Event e = sample(EventType::C_BAD_STE);
  e.stream.substream_valid = true;
  e.stream.substream_id = 0xabcde;
  EXPECT_EQ(encode(e)[0] & EVTQ_0_SSV, EVTQ_0_SSV);
  EXPECT_EQ(field_get(EVTQ_0_SSID, encode(e)[0]), 0xabcdeu);
  e.type = EventType::C_BAD_SUBSTREAMID;  // has no SSV: the field is always valid (7.3.9)
  EXPECT_EQ(encode(e)[0] & EVTQ_0_SSV, 0u);
  EXPECT_EQ(field_get(EVTQ_0_SSID, encode(e)[0]), 0xabcdeu);
  e.type = EventType::F_STREAM_DISABLED;  // has no SubstreamID (7.3.7)
  EXPECT_EQ(field_get(EVTQ_0_SSID, encode(e)[0]), 0u);
}

TEST(EventRecord, NumbersOfTheTranslationFaultsAreLinuxs) {
  EXPECT_EQ(static_cast<int>(EventType::F_TRANSLATION), 0x10);  // EVT_ID_TRANSLATION_FAULT
  EXPECT_EQ(static_cast<int>(EventType::F_ADDR_SIZE), 0x11);    // EVT_ID_ADDR_SIZE_FAULT
  EXPECT_EQ(static_cast<int>(EventType::F_ACCESS), 0x12);       // EVT_ID_ACCESS_FAULT
  EXPECT_EQ(static_cast<int>(EventType::F_PERMISSION), 0x13);   // EVT_ID_PERMISSION_FAULT
}

// IHI 0070 7.3.13 to 7.3.16: S2, CLASS and the bits of IPA that say which granule.
TEST(EventRecord, FaultsOfStage2HaveTheirClassAndTheIpa) {
  for (const EventType type : {EventType::F_TRANSLATION, EventType::F_ADDR_SIZE,
                               EventType::F_ACCESS, EventType::F_PERMISSION}) {
    for (const EventClass what : {EventClass::cd, EventClass::ttd, EventClass::in}) {
      Event e = sample(type);
      e.stage2 = true;
      e.event_class = what;
      e.ipa = 0xfff1'2345'6789'abcd;
      const EventRecord r = encode(e);
      EXPECT_EQ(r[1] & EVTQ_1_S2, EVTQ_1_S2);
      EXPECT_EQ(field_get(EVTQ_1_CLASS, r[1]), static_cast<unsigned>(what));
      EXPECT_EQ(r[3], 0x00f1'2345'6789'a000u);
      const bool read = type == EventType::F_PERMISSION && what == EventClass::ttd;
      EXPECT_EQ((r[1] & EVTQ_1_TT_READ) != 0, read);
      e.table_write = read;
      EXPECT_EQ(encode(e)[1] & EVTQ_1_TT_READ, 0u);
      EXPECT_EQ(encode(decode_event(encode(e))), encode(e));
    }
  }
}

// Its descriptor's address is in the place of the IPA (7.3.12).
TEST(EventRecord, AWalkOfStage2ThatAbortsHasTheDescriptorsAddress) {
  Event e = sample(EventType::F_WALK_EABT);
  e.stage2 = true;
  e.event_class = EventClass::cd;
  e.ipa = 0x1000;
  const EventRecord r = encode(e);
  EXPECT_EQ(field_get(EVTQ_1_CLASS, r[1]), 0u);
  EXPECT_EQ(r[3], 0x0000'0abc'def0'1238u);
}

/// An event and the 32 bytes that stand for it, as doublewords.
struct Record {
  Event event;
  EventRecord words;
};
constexpr Stream plain{0x1234, 0, false}, with_substream{0xa5a5'0001, 0xabcde, true};
constexpr std::uint64_t va = 0xab00'8000'1234'5678, address = 0x000a'bcde'f012'3458;

const Record records[] = {
    {{.type = EventType::F_UUT,
      .stream = with_substream,
      .access = {.write = true, .privileged = true},
      .input_address = va,
      .reason = 0x1234},
     {0xa5a5'0001'abcd'e801, 0x0000'0002'0000'1234, va, 0}},
    {{.type = EventType::C_BAD_STREAMID, .stream = with_substream},
     {0xa5a5'0001'abcd'e802, 0, 0, 0}},
    {{.type = EventType::F_STE_FETCH, .stream = plain, .fetch_address = address, .reason = 7},
     {0x0000'1234'0000'0003, 7, 0, address}},
    {{.type = EventType::C_BAD_STE, .stream = plain}, {0x0000'1234'0000'0004, 0, 0, 0}},
    {{.type = EventType::F_BAD_ATS_TREQ,
      .stream = plain,
      .access = {.write = true},
      .input_address = va,
      .span = 3},
     {0x0000'1234'0000'0005, 0x0000'0018'0000'0003, va, 0}},
    {{.type = EventType::F_STREAM_DISABLED, .stream = plain}, {0x0000'1234'0000'0006, 0, 0, 0}},
    {{.type = EventType::F_TRANSL_FORBIDDEN, .stream = plain, .input_address = va},
     {0x0000'1234'0000'0007, 0x0000'0008'0000'0000, va, 0}},
    {{.type = EventType::C_BAD_SUBSTREAMID, .stream = with_substream},
     {0xa5a5'0001'abcd'e008, 0, 0, 0}},
    {{.type = EventType::F_CD_FETCH, .stream = with_substream, .fetch_address = address},
     {0xa5a5'0001'abcd'e809, 0, 0, address}},
    {{.type = EventType::C_BAD_CD, .stream = plain}, {0x0000'1234'0000'000a, 0, 0, 0}},
    // Stage 1: CLASS TT, though other stage 1 faults have IN (7.3.12).
    {{.type = EventType::F_WALK_EABT,
      .stream = plain,
      .access = {.write = true},
      .input_address = va,
      .fetch_address = address,
      .event_class = EventClass::ttd},
     {0x0000'1234'0000'000b, 0x0000'0100'0000'0000, va, address}},
    // Stage 2, of what a transaction, a stage 1 table and a CD wanted.
    {{.type = EventType::F_WALK_EABT,
      .stream = plain,
      .input_address = va,
      .fetch_address = address,
      .stage2 = true},
     {0x0000'1234'0000'000b, 0x0000'0288'0000'0000, va, address}},
    {{.type = EventType::F_WALK_EABT,
      .stream = plain,
      .input_address = va,
      .fetch_address = address,
      .stage2 = true,
      .event_class = EventClass::cd},
     {0x0000'1234'0000'000b, 0x0000'0088'0000'0000, va, address}},
    {{.type = EventType::F_TRANSLATION,
      .stream = with_substream,
      .access = {.privileged = true, .instruction = true},
      .input_address = va},
     {0xa5a5'0001'abcd'e810, 0x0000'020e'0000'0000, va, 0}},
    {{.type = EventType::F_TRANSLATION,
      .stream = plain,
      .access = {.write = true},
      .input_address = va,
      .stage2 = true,
      .ipa = 0x000a'bcde'f012'3000},
     {0x0000'1234'0000'0010, 0x0000'0280'0000'0000, va, 0x000a'bcde'f012'3000}},
    {{.type = EventType::F_ADDR_SIZE,
      .stream = plain,
      .input_address = va,
      .stage2 = true,
      .event_class = EventClass::cd,
      .ipa = 0x1000,
      .stall = true,
      .stag = 0xbeef},
     {0x0000'1234'0000'0011, 0x0000'0088'8000'beef, va, 0x1000}},
    {{.type = EventType::F_ACCESS,
      .stream = plain,
      .access = {.write = true},
      .input_address = va,
      .stall = true,
      .stag = 1},
     {0x0000'1234'0000'0012, 0x0000'0200'8000'0001, va, 0}},
    {{.type = EventType::F_PERMISSION,
      .stream = plain,
      .input_address = va,
      .stage2 = true,
      .event_class = EventClass::ttd,
      .ipa = 0x1000,
      .table_write = true},
     {0x0000'1234'0000'0013, 0x0000'0188'0000'0000, va, 0x1000}},
    {{.type = EventType::F_PERMISSION,
      .stream = plain,
      .input_address = va,
      .stage2 = true,
      .event_class = EventClass::ttd,
      .ipa = 0x1000},
     {0x0000'1234'0000'0013, 0x0000'1188'0000'0000, va, 0x1000}},
    {{.type = EventType::F_TLB_CONFLICT,
      .stream = plain,
      .input_address = va,
      .stage2 = true,
      .ipa = 0x1000,
      .reason = 2},
     {0x0000'1234'0000'0020, 0x0000'0088'0000'0002, va, 0x1000}},
    {{.type = EventType::E_PAGE_REQUEST, .stream = plain, .input_address = 0xffff'0000'0000'1000},
     {0x0000'1234'0000'0024, 0, 0xffff'0000'0000'1000, 0}},
};

TEST(EventRecord, IsToTheBitWhatTheArchitectureSays) {
  for (const Record& r : records) {
    EXPECT_EQ(encode(r.event), r.words) << to_string(r.event.type);
    EXPECT_EQ(decode_event(r.words), r.event) << to_string(r.event.type);
  }
}

TEST(EventRecord, OfEveryTypeThereIs) {
  for (const EventLayout& layout : event_layouts()) {
    EXPECT_EQ(to_string(layout.type), layout.name);
    EXPECT_TRUE(layout.section.starts_with("IHI 0070 7.3.")) << layout.name;
    bool tested = false;
    for (const Record& r : records)
      tested |= r.event.type == layout.type;
    EXPECT_TRUE(tested) << layout.name;
  }
  EXPECT_EQ(to_string(static_cast<EventType>(0x7f)), "reserved");
}

// The IPA is of a page: bits [55:12]. InputAddr keeps the tag byte and the offset.
TEST(EventRecord, AddressesAreAsWideAsTheirFields) {
  Event e{.type = EventType::F_TRANSLATION, .input_address = va, .stage2 = true};
  e.ipa = 0xffff'ffff'ffff'ffff;
  EXPECT_EQ(encode(e)[3], 0x00ff'ffff'ffff'f000u);
  EXPECT_EQ(encode(e)[2], va);
  e = {.type = EventType::F_WALK_EABT, .fetch_address = 0xffff'ffff'ffff'ffff};
  EXPECT_EQ(encode(e)[3], 0x00ff'ffff'ffff'fff8u);
}

// IHI 0070 7.3.1.
TEST(EventMerging, OfIdenticalRecordsWhereTheStreamLetsThem) {
  const Event fault{.type = EventType::F_TRANSLATION, .stream = plain, .input_address = 0x5008};
  EXPECT_TRUE(may_merge(fault, fault, true));
  EXPECT_FALSE(may_merge(fault, fault, false));
  Event other = fault;
  other.input_address = 0x5ff0;  // the offset in the page is IGNORED
  EXPECT_TRUE(may_merge(fault, other, true));
  other.input_address = 0x6008;
  EXPECT_FALSE(may_merge(fault, other, true));
  other = fault;
  other.access.write = true;
  EXPECT_FALSE(may_merge(fault, other, true));
  other = fault;
  other.stream.stream_id = 0x1235;
  EXPECT_FALSE(may_merge(fault, other, true));
  other = fault;
  other.type = EventType::F_ACCESS;
  EXPECT_FALSE(may_merge(fault, other, true));
  other = fault;
  other.stall = true;
  EXPECT_FALSE(may_merge(other, other, true));
}

TEST(EventMerging, OfWhatComesBeforeAnSteWhateverMevSays) {
  for (const EventLayout& layout : event_layouts()) {
    const Event event{.type = layout.type, .stream = plain};
    const bool early = layout.type == EventType::F_UUT ||
                       layout.type == EventType::C_BAD_STREAMID ||
                       layout.type == EventType::F_STE_FETCH || layout.type == EventType::C_BAD_STE;
    EXPECT_EQ(may_merge(event, event, false), early) << layout.name;
    EXPECT_TRUE(may_merge(event, event, true)) << layout.name;
  }
  const Event first{.type = EventType::F_UUT, .input_address = 0x1000};
  const Event second{.type = EventType::F_UUT, .input_address = 0x1008};
  EXPECT_FALSE(may_merge(first, second, true));  // InputAddr[11:0] isn't IGNORED there
}

}  // namespace
}  // namespace doorbell::smmu
