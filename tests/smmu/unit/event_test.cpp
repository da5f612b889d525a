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

TEST(EventRecord, DecodesWhatItEncodes) {
  for (const EventType type :
       {EventType::F_UUT, EventType::F_WALK_EABT, EventType::F_TRANSLATION, EventType::F_ADDR_SIZE,
        EventType::F_ACCESS, EventType::F_PERMISSION}) {
    Event e = sample(type);
    if (type != EventType::F_WALK_EABT) e.fetch_address = 0;
    EXPECT_EQ(decode_event(encode(e)), e) << to_string(type);
  }
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

}  // namespace
}  // namespace doorbell::smmu
