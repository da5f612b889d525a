// What a device of a guest's choice sends by ATS and PRI, with structures and tables that are all
// of the input (IHI 0070 3.9, 8, 13.7).
#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/ats.h"
#include "doorbell/smmu/arch/page_request.h"
#include "tests/fuzz/any_tables.h"
#include "tests/fuzz/smmu_input.h"
#include "tests/fuzz/smmu_structures.h"

namespace doorbell::fuzz {
namespace {

using dti_ats::Status;
using Kind = smmu::TranslationOutcome::Kind;

dti_ats::Stream stream_of(Input& input) {
  const std::uint32_t stream_id = input.byte();
  const bool has_pasid = input.flag();
  return {stream_id, static_cast<std::uint32_t>(input.take(3) & low_mask(20)), has_pasid};
}

/// A device and what it is told, by an SMMU and tables that stay as they are.
class Device {
 public:
  explicit Device(Input& input) {
    global_.features = features_of(input);
    global_.features.ats = true;
    const std::uint8_t choice = input.byte();
    global_.enabled = (choice & 1) == 0;
    global_.ATSCHK = (choice & 2) == 0;
    global_.E2H = (choice & 4) != 0;
    global_.contiguous_entries = (choice & 8) != 0;
    global_.aborts_when_disabled = (choice & 0x20) != 0;
    global_.stream_table = {.base = 0x1'0000, .log2_size = 8};
    if ((choice & 0x10) != 0) global_.stream_table.split = 6;
    request_.stream = stream_of(input);
    const std::uint8_t flags = input.byte();
    request_.no_write = (flags & 1) != 0;
    request_.privileged = (flags & 2) != 0;
    request_.execute = (flags & 4) != 0;
    request_.address = input.doubleword();
    calm_ = (flags & 8) == 0;
    tables_ = input.rest();
  }
  const smmu::Features& features() const { return global_.features; }

  smmu::TranslationOutcome translate(const smmu::TranslationQuery& query) const {
    Input input(tables_);
    AnyTables tables(input);
    if (calm_) tables.calm();
    const smmu::TranslationOutcome outcome = run_now(smmu::translate(global_, query, tables));
    require(tables.accesses() < 64 * 40, "a translation ends");
    return outcome;
  }
  void ask() {
    query_ = query_of(request_, request_.address, false, features());
    smmu::TranslationOutcome outcome = translate(query_);
    if (denies_write(query_, outcome)) {
      query_ = query_of(request_, request_.address, true, features());
      outcome = translate(query_);
    }
    const Status status = status_of(outcome);
    const bool denied = outcome.event.type == smmu::EventType::F_BAD_ATS_TREQ;
    require(!denied || status == Status::unsupported_request, "7.3.6: a UR response is made");
    require(global_.enabled || status == Status::unsupported_request, "SMMUEN = 0");
    if (status != Status::successful) return;
    const auto given = translation_of(request_, query_, outcome, features());
    check(given);
    if (calm_ && features().table_updates == smmu::TableUpdates::none) compare(given);
  }

 private:
  void check(const dti_ats::Translation& given) const {
    const bool has_pasid = request_.stream.has_pasid && features().substream_id_bits != 0;
    require(given.privileged == (has_pasid && request_.privileged), "Priv is as requested");
    require(!given.execute || (has_pasid && request_.execute && given.read), "Exe implies R");
    require(!given.global && !given.untranslated_only && !given.no_snoop, "G, U and N are 0");
    require((given.address & low_mask(given.log2_size)) == 0, "it is aligned to its size");
    require(given.log2_size >= 12 && given.log2_size <= features().output_address_bits, "size");
    require((given.address & ~low_mask(features().output_address_bits)) == 0, "it is within OAS");
  }
  /// What is granted is what the function could do by itself, to the same place; R = 0 and, where
  /// it asked, W = 0 are what it couldn't.
  void compare(const dti_ats::Translation& given) const {
    const std::uint64_t translated = given.address | (request_.address & low_mask(given.log2_size));
    for (const bool write : {false, true}) {
      if (write && request_.no_write) continue;
      smmu::TranslationQuery own = query_;
      own.purpose = smmu::TranslationPurpose::transaction;
      own.access.write = write;
      const smmu::TranslationOutcome ordinary = translate(own);
      const bool granted = write ? given.write : given.read;
      require(granted == (ordinary.kind == Kind::translated), "what is granted is what it may do");
      if (!granted || own.access.privileged || features().attribute_permissions_override) continue;
      const smmu::TranslationOutcome later =
          translate({.stream = {.stream_id = request_.stream.stream_id, .translated = true},
                     .address = translated,
                     .access = {.write = write}});
      if (later.kind != Kind::translated) {
        // For want of a SubstreamID; where configuration isn't looked at it always passes.
        require(global_.ATSCHK && own.stream.substream_valid, "what is granted passes");
        continue;
      }
      require(later.entry.translate(translated) == ordinary.entry.translate(own.address),
              "it ends at the same place");
    }
  }

  smmu::GlobalConfiguration global_;
  dti_ats::TranslationRequest request_;
  smmu::TranslationQuery query_;
  bool calm_ = false;
  std::span<const std::uint8_t> tables_;
};

}  // namespace

void run_ats_request(std::span<const std::uint8_t> bytes) {
  Input input(bytes);
  Device(input).ask();
}

void run_ats_translated(std::span<const std::uint8_t> bytes) {
  Input input(bytes);
  const std::uint8_t access = input.byte();
  const std::uint64_t address = input.doubleword();
  const std::uint32_t stream_id = input.byte();
  const Device device(input);
  const smmu::TranslationOutcome outcome =
      device.translate({.stream = {.stream_id = stream_id, .translated = true},
                        .address = address,
                        .access = {.write = (access & 1) != 0}});
  require(outcome.kind != Kind::stalled && outcome.kind != Kind::raz_wi, "it passes or aborts");
  if (outcome.kind != Kind::translated) return;
  const std::uint64_t output = outcome.entry.translate(address);
  require((output & ~low_mask(device.features().output_address_bits)) == 0, "it is within OAS");
  require(outcome.entry.tag.translated, "it is kept apart from Untranslated ones");
}

void run_page_request(std::span<const std::uint8_t> bytes) {
  Input input(bytes);
  smmu::Features features = features_of(input);
  features.ats = features.page_requests = true;
  const std::uint16_t flags = static_cast<std::uint16_t>(input.take(2));
  const auto flag = [flags](unsigned n) { return (flags >> n & 1) != 0; };
  const dti_ats::PageRequest request{.stream = stream_of(input),
                                     .address = input.doubleword() & ~low_mask(12),
                                     .read = flag(0),
                                     .write = flag(1),
                                     .execute = flag(2),
                                     .privileged = flag(3),
                                     .last = flag(4),
                                     .group = static_cast<unsigned>(input.take(2)) & 0x1ff};
  const smmu::PageRequestRecord record = encode(request, features);
  const bool has_pasid = (record[0] >> 63) != 0;
  require((record[0] >> 62 & 1) == request.last, "Last");
  require(has_pasid || (record[0] >> 58 & 3) == 0, "8: X and Priv are 0");

  const auto refusal =
      flag(5) ? smmu::PageRequestRefusal::overflow : smmu::PageRequestRefusal::disabled;
  const auto response =
      automatic_response(request, refusal, {.valid = flag(6), .PPAR = flag(7)}, features);
  require(!response || !request.is_stop_marker(), "8.2: Stop Markers are not answered");
  if (!response) return;
  require(response->group == request.group, "8.2: the same group");
  require(response->stream.stream_id == request.stream.stream_id, "8.2: the same function");
  const bool failure = response->code == dti_ats::ResponseCode::response_failure;
  require(!failure || !response->stream.has_pasid, "8.2: a failure has no PASID");
  require(!response->stream.has_pasid || response->stream == request.stream, "8.2: its PASID");
  require(failure || flag(5), "8.2: without a queue all fail");
}

}  // namespace doorbell::fuzz
