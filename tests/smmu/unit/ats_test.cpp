// What an SMMU is to ATCs (IHI 0070 3.9.1.2, 3.9.1.3, 13.6, 13.7), by what is in memory alone.
#include "doorbell/smmu/arch/ats.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "doorbell/smmu/arch/untimed_access.h"

namespace doorbell::smmu {
namespace {

using dti_ats::Status;

constexpr std::uint64_t stream_table = 0x8000, context = 0x9000, tables = 0x1'0000;
constexpr std::uint64_t host_tables = 0x2'0000;
constexpr std::uint64_t va = 0x1234'5678'9000, ipa = 0x4abc'd000, pa = 0x1'4abc'd000;
constexpr std::uint64_t AF = 1 << 10, unprivileged = 1 << 6, read_only = 1 << 7;
constexpr std::uint64_t UXN = 1ULL << 54, PXN = 1ULL << 53;
constexpr std::uint64_t EATS(std::uint64_t value) {
  return value << 28;
}
constexpr std::uint64_t S1DSS_bypass = 1, S1CDMax = 4ULL << 59;

/// Stream 1 by a table of STEs; its stage 1 maps `va` to `ipa`, and stage 2 the second GiB to `pa`.
class Ats : public testing::Test {
 protected:
  Ats() {
    features.output_address_bits = 48;
    features.stage2 = features.ats = features.split_stage_ats = true;
    features.substream_id_bits = 8;
    configure(5, EATS(1));
    memory[stream_table + 80] = 25ULL << 32 | 1ULL << 38 | 5ULL << 48 | 1ULL << 51;
    memory[stream_table + 88] = host_tables;
    for (const std::uint64_t cd : {context, context + 64}) {
      memory[cd] = 16 | 1u << 30 | 1u << 31 | 5ULL << 32 | 1ULL << 41 | 1ULL << 46;
      memory[cd + 8] = tables;
    }
    for (unsigned level = 0; level < 3; ++level)
      memory[descriptor(level)] = (tables + 0x1000 * (level + 1)) | 3;
    page(AF | unprivileged | UXN | PXN);
    constexpr std::uint64_t block = 1 | 0xf << 2 | 3 << 6 | 3 << 8 | AF | 1ULL << 54;
    memory[host_tables] = block;
    memory[host_tables + 8] = 0x1'4000'0000 | block;
  }
  static std::uint64_t descriptor(unsigned level) {
    return tables + 0x1000 * level + 8 * (va >> (39 - 9 * level) & 0x1ff);
  }
  void configure(std::uint64_t config, std::uint64_t word1, std::uint64_t more = 0) {
    memory[stream_table + 64] = 1 | config << 1 | context | more;
    memory[stream_table + 72] = word1;
  }
  void page(std::uint64_t flags) { memory[descriptor(3)] = ipa | 3 | flags; }
  TranslationOutcome outcome(const TranslationQuery& query) {
    global.features = features;
    UntimedAccess access([this](std::uint64_t at) -> std::optional<std::uint64_t> {
      if (at == unreadable) return std::nullopt;
      return memory[at];
    });
    return run_now(translate(global, query, access));
  }
  /// How a request ends, the second question included.
  TranslationOutcome ask(const dti_ats::TranslationRequest& request) {
    query = query_of(request, request.address, false, features);
    TranslationOutcome result = outcome(query);
    if (!denies_write(query, result)) return result;
    query = query_of(request, request.address, true, features);
    return outcome(query);
  }
  Status status(const dti_ats::TranslationRequest& request) { return status_of(ask(request)); }
  dti_ats::Translation grant(const dti_ats::TranslationRequest& request) {
    const TranslationOutcome result = ask(request);
    EXPECT_EQ(status_of(result), Status::successful);
    return translation_of(request, query, result, features);
  }
  std::string rights(const dti_ats::TranslationRequest& request) {
    const dti_ats::Translation t = grant(request);
    return std::string(t.read ? "R" : "-") + (t.write ? "W" : "-") + (t.execute ? "X" : "-") +
           (t.privileged ? "p" : "");
  }
  EventType event(const TranslationQuery& what) {
    const TranslationOutcome result = outcome(what);
    return result.suppressed ? EventType::none : result.event.type;
  }

  GlobalConfiguration global{.enabled = true, .ATSCHK = true, .stream_table = {stream_table, 2}};
  Features features;
  TranslationQuery query;
  std::map<std::uint64_t, std::uint64_t> memory;
  std::uint64_t unreadable = ~0ULL;
  dti_ats::TranslationRequest to_write{.stream = {1}, .address = va};
  dti_ats::TranslationRequest to_read{.stream = {1}, .no_write = true, .address = va};
};

// 3.9.1.2, first table.
TEST_F(Ats, StreamsWithoutAtsAreUnsupported) {
  const auto denied_with = [this](EventType type) {
    const TranslationOutcome result = ask(to_write);
    EXPECT_EQ(status_of(result), Status::unsupported_request);
    EXPECT_EQ(result.event.type, type);
  };
  configure(0, EATS(1));
  denied_with(EventType::none);
  configure(4, EATS(1));
  denied_with(EventType::F_BAD_ATS_TREQ);
  for (const std::uint64_t eats : {0, 3}) {
    configure(5, EATS(eats));
    denied_with(EventType::F_BAD_ATS_TREQ);
  }
  configure(7, EATS(2));
  EXPECT_EQ(status(to_write), Status::successful);
  global.ATSCHK = false;
  denied_with(EventType::F_BAD_ATS_TREQ);
  configure(5, EATS(1));
  EXPECT_EQ(status(to_write), Status::successful) << "whatever ATSCHK says";
  global.enabled = false;
  denied_with(EventType::F_BAD_ATS_TREQ);
}

// 3.9.1.2, second table: errors abort, what isn't there is a success without rights.
TEST_F(Ats, ErrorsAbortAndDeniedPagesSucceedWithNothing) {
  dti_ats::TranslationRequest with_pasid = to_write;
  with_pasid.stream = {1, 3, true};
  EXPECT_EQ(status({.stream = {4}, .address = va}), Status::completer_abort) << "C_BAD_STREAMID";
  EXPECT_EQ(status({.stream = {0}, .address = va}), Status::completer_abort) << "C_BAD_STE";
  EXPECT_EQ(status(with_pasid), Status::completer_abort) << "C_BAD_SUBSTREAMID";
  configure(5, EATS(1), S1CDMax);
  EXPECT_EQ(status(to_write), Status::completer_abort) << "F_STREAM_DISABLED";
  configure(5, EATS(1));
  for (const std::uint64_t at : {stream_table + 64, context, descriptor(2)}) {
    unreadable = at;
    EXPECT_EQ(status(to_write), Status::completer_abort) << std::hex << at;
  }
  unreadable = ~0ULL;
  memory[context] ^= 1u << 31;
  EXPECT_EQ(status(to_write), Status::completer_abort) << "C_BAD_CD";
  memory[context] ^= 1u << 31;
  const auto nothing = [this] {
    const dti_ats::Translation t = grant(to_write);
    EXPECT_FALSE(t.read || t.write || t.execute);
    EXPECT_EQ(t.log2_size, 12u) << "STU";
  };
  page(unprivileged);  // F_ACCESS
  nothing();
  page(0);
  memory[descriptor(3)] = 0;  // F_TRANSLATION
  nothing();
  memory[descriptor(3)] = 1ULL << 47 | ipa | 3 | AF | unprivileged;
  features.output_address_bits = 44;  // F_ADDR_SIZE
  nothing();
  features.output_address_bits = 48;
  page(AF | unprivileged);
  memory[host_tables + 8] = 0;
  configure(7, EATS(1));
  nothing();
  memory[host_tables] = 0;  // of the CD's fetch
  nothing();
  features.granule_4k = false;
  EXPECT_EQ(translation_of(to_write, query, {}, features).log2_size, 14u);
}

// 3.12: ATCs are answered, whatever the configuration has transactions do.
TEST_F(Ats, WhatWouldStallIsDenied) {
  constexpr std::uint64_t S = 1ULL << 44;
  features.stall_model = StallModel::configurable;
  memory[context] |= S;
  page(unprivileged);  // AF = 0
  EXPECT_EQ(ask(to_write).kind, TranslationOutcome::Kind::stalled);
  EXPECT_EQ(rights(to_write), "---");
}

// The table of 13.7.
TEST_F(Ats, WhatIsGrantedIsWhatThereIs) {
  dti_ats::TranslationRequest with_pasid{.stream = {1, 1, true}, .execute = true, .address = va};
  dti_ats::TranslationRequest privileged{.stream = {1, 1, true}, .privileged = true, .address = va};
  configure(5, EATS(1) | S1DSS_bypass << 1, S1CDMax);  // S1DSS = 0b10: CD 0 of those without
  page(AF | unprivileged);                             // user RW, privileged RW, executable
  EXPECT_EQ(rights(to_write), "RW-");
  EXPECT_EQ(rights(with_pasid), "RWX");
  page(AF | unprivileged | read_only);
  EXPECT_EQ(rights(to_write), "R--");
  EXPECT_EQ(rights(to_read), "R--");
  EXPECT_EQ(rights(privileged), "R--p");
  page(AF);  // user X, privileged RW
  EXPECT_EQ(rights(to_write), "---");
  EXPECT_EQ(rights(with_pasid), "---") << "execute-only is no access";
  EXPECT_EQ(rights(privileged), "RW-p");
  page(AF | unprivileged | UXN);
  EXPECT_EQ(rights(with_pasid), "RW-");
  // What stage 2 lets be written alone isn't executed either.
  page(AF | unprivileged);
  configure(7, EATS(1) | S1DSS_bypass << 1, S1CDMax);
  memory[host_tables + 8] = 0x1'4000'0000 | 1 | 0xf << 2 | 2 << 6 | 3 << 8 | AF;
  EXPECT_EQ(rights(with_pasid), "-W-");
  configure(5, EATS(1) | S1DSS_bypass << 1, S1CDMax);
  page(AF | unprivileged);
  with_pasid.stream = {1};
  with_pasid.privileged = true;
  EXPECT_EQ(rights(with_pasid), "RW-") << "without a PASID neither Exe nor Priv means anything";
}

// 13.7.1: overrides count, but Priv comes back as it was.
TEST_F(Ats, OverridesOfTheStreamCount) {
  features.attribute_permissions_override = true;
  constexpr std::uint64_t to_privileged = 3ULL << 48, to_instruction = 3ULL << 50,
                          to_data = 2ULL << 50;
  dti_ats::TranslationRequest execute{.stream = {1, 1, true}, .execute = true, .address = va};
  const auto stream = [this](std::uint64_t overrides) {
    configure(5, EATS(1) | S1DSS_bypass << 1 | overrides, S1CDMax);
  };
  page(AF);  // user X, privileged RW
  stream(to_privileged);
  EXPECT_EQ(rights(to_write), "RW-");
  stream(to_instruction);
  EXPECT_EQ(rights(execute), "R-X") << "every read is an instruction's";
  page(AF | unprivileged | UXN | read_only);
  stream(to_data);
  EXPECT_EQ(rights(execute), "R-X") << "every instruction's is a read";
}

// 13.6.3, 13.6.4, 13.6.5.
TEST_F(Ats, AddressesAreOfBothStagesUnlessTheyAreSplit) {
  EXPECT_EQ(grant(to_write).address, ipa) << "stage 1 alone";
  configure(7, EATS(1));
  EXPECT_EQ(grant(to_write).address, pa);
  configure(7, EATS(2));
  EXPECT_EQ(grant(to_write).address, ipa);
  memory[host_tables + 8] ^= 2 << 6;  // stage 2 is read-only
  EXPECT_EQ(rights(to_write), "R--") << "by both stages";
  memory[host_tables + 8] ^= 2 << 6;
  configure(6, EATS(1));
  dti_ats::TranslationRequest of_ipa{.stream = {1}, .address = ipa};
  EXPECT_EQ(grant(of_ipa).address, 0x1'4000'0000u);
  EXPECT_EQ(grant(of_ipa).log2_size, 30u);
  configure(7, EATS(2) | S1DSS_bypass, S1CDMax);
  EXPECT_EQ(grant(of_ipa).address, 0x4000'0000u) << "stage 1 is skipped";
  configure(5, EATS(1) | S1DSS_bypass, S1CDMax);
  EXPECT_EQ(rights(to_write), "RW-");
  EXPECT_EQ(grant(to_write).address, va & ~((1ULL << 48) - 1)) << "identity, of all that there is";
  EXPECT_EQ(grant(to_write).log2_size, 48u);
}

// 3.9.1.3: Translated transactions.
TEST_F(Ats, TranslatedTransactionsPassByEats) {
  const TranslationQuery translated{.stream = {.stream_id = 1, .translated = true}, .address = pa};
  const auto passes = [&] {
    const TranslationOutcome result = outcome(translated);
    return result.kind == TranslationOutcome::Kind::translated &&
           result.entry.translate(pa) == pa && result.entry.tag.translated;
  };
  EXPECT_TRUE(passes());
  configure(5, 0);
  EXPECT_FALSE(passes());
  EXPECT_EQ(event(translated), EventType::F_TRANSL_FORBIDDEN);
  configure(4, EATS(1));
  EXPECT_EQ(event(translated), EventType::F_TRANSL_FORBIDDEN);
  configure(0, EATS(1));
  EXPECT_FALSE(passes());
  EXPECT_EQ(event(translated), EventType::none);
  memory[stream_table + 64] = 0;
  EXPECT_FALSE(passes());
  EXPECT_EQ(event(translated), EventType::none) << "C_BAD_STE is silent";
  TranslationQuery nobody = translated;
  nobody.stream.stream_id = 4;
  global.records_bad_streams = true;
  EXPECT_EQ(event(nobody), EventType::none);
  // Safe mode needs the STE alone. It says, too, whether there is to be a SubstreamID, which no
  // Translated transaction has.
  memory[context] = 0;
  configure(5, EATS(1) | S1DSS_bypass, S1CDMax);
  EXPECT_TRUE(passes());
  configure(5, EATS(1), S1CDMax);
  EXPECT_FALSE(passes());
  EXPECT_EQ(event(translated), EventType::none) << "F_STREAM_DISABLED is silent";
  // Fast mode looks at nothing.
  global.ATSCHK = false;
  memory[stream_table + 64] = 0;
  EXPECT_TRUE(passes());
  global.enabled = false;
  EXPECT_FALSE(passes());
  EXPECT_EQ(event(translated), EventType::F_TRANSL_FORBIDDEN);
}

TEST_F(Ats, AddressesBeyondWhatThereIsAreNotPassed) {
  const TranslationQuery far{.stream = {.stream_id = 1, .translated = true}, .address = 1ULL << 48};
  for (const bool checks : {false, true}) {
    global.ATSCHK = checks;
    EXPECT_NE(outcome(far).kind, TranslationOutcome::Kind::translated);
    EXPECT_EQ(event(far), EventType::none);
  }
  configure(7, EATS(2));
  EXPECT_EQ(event(far), EventType::F_ADDR_SIZE) << "an intermediate address";
  EXPECT_FALSE(outcome(far).event.stage2) << "of stage 1: beyond IAS";
}

TEST_F(Ats, WithoutAtsNothingTranslatedIsPassed) {
  features.ats = false;
  global.ATSCHK = false;
  const TranslationQuery translated{.stream = {.stream_id = 1, .translated = true}, .address = pa};
  EXPECT_NE(outcome(translated).kind, TranslationOutcome::Kind::translated);
}

// 13.6.3: with split-stage ATS their addresses are intermediate.
TEST_F(Ats, SplitStageTranslatesTranslatedTransactions) {
  TranslationQuery translated{.stream = {.stream_id = 1, .translated = true}, .address = ipa};
  constexpr std::uint64_t S2R = 1ULL << 58;
  memory[stream_table + 80] |= S2R;
  configure(7, EATS(2));
  EXPECT_EQ(outcome(translated).entry.translate(ipa), pa);
  memory[host_tables + 8] ^= 2 << 6;
  translated.access.write = true;
  EXPECT_EQ(event(translated), EventType::F_PERMISSION);
  EXPECT_TRUE(outcome(translated).event.stage2);
  memory[stream_table + 80] ^= S2R;
  EXPECT_EQ(event(translated), EventType::none);
  global.ATSCHK = false;  // as if EATS = 0, and unchecked
  EXPECT_EQ(outcome(translated).entry.translate(ipa), ipa);
}

// 3.9.1: the Smallest Translation Unit is the smallest granule, and the size of what gives nothing.
TEST(AtsEntries, ThatGiveNothingAreOfTheSmallestGranule) {
  Features f;
  const auto size = [&f] { return translation_of({}, {}, {}, f).log2_size; };
  EXPECT_EQ(size(), 12u);
  f.granule_4k = false;
  EXPECT_EQ(size(), 14u);
  f.granule_16k = false;
  EXPECT_EQ(size(), 16u);
}

// Table 13.5: of a Translated transaction MTCFG, MemAttr and SHCFG replace nothing, as they do of
// an Untranslated one with stage 2 alone; table 13.4: PRIVCFG and INSTCFG do.
TEST_F(Ats, OverridesOfAttributesAreNotForTranslatedTransactions) {
  features.attribute_types_override = features.attribute_permissions_override = true;
  constexpr std::uint64_t device_nGnRnE = 1ULL << 36, INSTCFG_instruction = 3ULL << 50;
  const auto attributes = [this](std::uint64_t config, bool translated) {
    const TranslationOutcome result =
        outcome({.stream = {.stream_id = 1, .translated = translated}, .address = ipa});
    EXPECT_EQ(result.kind, TranslationOutcome::Kind::translated) << config;
    return std::pair(result.entry.attributes, result.entry.leaf.shareability);
  };
  configure(6, 0);
  const auto normal = attributes(6, false);
  configure(6, device_nGnRnE);
  EXPECT_NE(attributes(6, false), normal);
  configure(7, EATS(2));
  EXPECT_EQ(attributes(7, true), normal);
  configure(7, EATS(2) | device_nGnRnE);
  EXPECT_EQ(attributes(7, true), normal);
  // Execute-never in stage 2: XN[1:0] = 0b10 (the block above has it).
  configure(7, EATS(2) | INSTCFG_instruction);
  const TranslationQuery read{.stream = {.stream_id = 1, .translated = true}, .address = ipa};
  EXPECT_EQ(outcome(read).event.type, EventType::F_PERMISSION);
  TranslationQuery write = read;
  write.access.write = true;
  EXPECT_EQ(outcome(write).kind, TranslationOutcome::Kind::translated);
}

// 7.3.6.
TEST(AtsRecord, ABadRequestSaysWhatWasAsked) {
  Event e = bad_request({.stream = {0x1234, 5, true},
                         .no_write = true,
                         .privileged = true,
                         .execute = true,
                         .address = 0x5678'9000,
                         .count = 3},
                        {0x1234, 5, true});
  EXPECT_EQ(encode(e), (EventRecord{0x1234'0000'5805, 0xe'0000'0003, 0x5678'9000, 0}));
  EXPECT_EQ(decode_event(encode(e)), e);
  e = bad_request({.stream = {7}, .address = 0x1000}, {.stream_id = 7});
  EXPECT_EQ(encode(e), (EventRecord{0x7'0000'0005, 0x18'0000'0001, 0x1000, 0}));
}

// 4.5.1: the address is aligned to the size; 52 is everything.
TEST(AtsInvalidation, CoversItsSpan) {
  using Span = std::pair<std::uint64_t, unsigned>;
  const auto span = [](std::uint64_t address, unsigned size) {
    const auto request = invalidation_of(9, {2, 5, true}, true, address, size);
    EXPECT_EQ(request.tag, 9u);
    EXPECT_EQ(request.stream, (dti_ats::Stream{2, 5, true}));
    EXPECT_TRUE(request.global);
    return Span{request.address, request.log2_size};
  };
  EXPECT_EQ(span(0xfedc'ba98'7654'3000, 0), (Span{0xfedc'ba98'7654'3000, 12}));
  EXPECT_EQ(span(0xfedc'ba98'7654'3000, 4), (Span{0xfedc'ba98'7654'0000, 16}));
  EXPECT_EQ(span(0xfedc'ba98'7654'3000, 52), (Span{0, 64}));
  EXPECT_EQ(span(0xfedc'ba98'7654'3000, 63), (Span{0, 64}));
}

// 3.9: PASIDs beyond SSIDSIZE are cut off; without substreams there are none.
TEST(AtsStream, PasidsAreSubstreams) {
  Features f;
  f.substream_id_bits = 8;
  EXPECT_EQ(stream_of(dti_ats::Stream{3, 0x1ff, true}, f), (Stream{3, 0xff, true}));
  EXPECT_EQ(stream_of(dti_ats::Stream{3, 0x1ff, false}, f), Stream{3});
  f.substream_id_bits = 0;
  EXPECT_EQ(stream_of(dti_ats::Stream{3, 0x1ff, true}, f), Stream{3});
}

}  // namespace
}  // namespace doorbell::smmu
