#include "doorbell/smmu/arch/atos.h"

#include "doorbell/smmu/arch/registers.h"

namespace doorbell::smmu {
namespace {

/// A page of 4 KiB as it is; of larger ones the lowest set bit tells the size (IHI 0070 6.3.40).
std::uint64_t encode_address(std::uint64_t address, unsigned size_log2) {
  const std::uint64_t aligned = address & ~low_mask(size_log2) & GATOS_PAR::ADDR.mask();
  if (size_log2 == 12) return aligned;
  return aligned | std::uint64_t{1} << (size_log2 - 1) | GATOS_PAR::Size.make(1);
}

unsigned smallest_granule(const Features& features) {
  for (const GranuleShift granule : {12u, 14u})
    if (offers_granule(features, granule)) return granule;
  return 16;
}

std::uint64_t encode_success(const TranslationQuery& query, const TlbEntry& entry,
                             const Features& features) {
  // Of what isn't translated, any size will do (9.1.3).
  const unsigned size_log2 = entry.bypass ? smallest_granule(features) : entry.leaf.size_log2;
  return encode_address(entry.translate(query.address), size_log2) |
         GATOS_PAR::SH.make(entry.leaf.shareability) | GATOS_PAR::ATTR.make(entry.attributes);
}

std::uint64_t encode_fault(std::uint8_t code, unsigned reason = 0, std::uint64_t address = 0) {
  return GATOS_PAR::FAULT.make(1) | GATOS_PAR::REASON.make(reason) |
         GATOS_PAR::FAULTCODE.make(code) | (address & GATOS_PAR::ADDR.mask());
}

/// REASON of what stage 2 does to what is on its way through: CD, TT or IN.
unsigned reason_of(EventClass event_class) {
  return static_cast<unsigned>(event_class) + 1;
}

/// Of stage 1 alone, what stage 2 does to its fetches is an abort of them.
std::uint64_t encode_stage1_fault(const Event& event) {
  if (!event.stage2) return encode_fault(static_cast<std::uint8_t>(event.type));
  const bool of_cd = event.event_class == EventClass::cd;
  return encode_fault(
      static_cast<std::uint8_t>(of_cd ? EventType::F_CD_FETCH : EventType::F_WALK_EABT));
}

/// Of stage 2 alone all but an address that is beyond what stage 1 could put out.
std::uint64_t encode_stage2_fault(const Event& event) {
  const bool of_input = event.type == EventType::F_ADDR_SIZE && !event.stage2;
  return encode_fault(static_cast<std::uint8_t>(event.type),
                      of_input ? 0 : reason_of(EventClass::in));
}

std::uint64_t encode_nested_fault(const Event& event) {
  if (!event.stage2) return encode_fault(static_cast<std::uint8_t>(event.type));
  return encode_fault(static_cast<std::uint8_t>(event.type), reason_of(event.event_class),
                      is_translation_fault(event.type) ? event.ipa : 0);
}

}  // namespace

std::optional<AddressOperation> AddressOperation::decode(std::uint64_t sid, std::uint64_t addr,
                                                         const Features& features) {
  constexpr TranslationPurpose purposes[] = {
      TranslationPurpose::transaction, TranslationPurpose::stage1_operation,
      TranslationPurpose::stage2_operation, TranslationPurpose::operation};
  const auto type = static_cast<unsigned>(GATOS_ADDR::TYPE.get(addr));
  const bool of_stage1 = (type & 1) != 0, of_stage2 = (type & 2) != 0;
  const bool with_substream = GATOS_SID::SSID_VALID.test(sid);
  if (type == 0 || (of_stage1 && !features.stage1) || (of_stage2 && !features.stage2) ||
      (!of_stage1 && with_substream)) {
    return std::nullopt;
  }
  const bool write = !GATOS_ADDR::RnW.test(addr);
  const Stream stream{.stream_id = static_cast<std::uint32_t>(GATOS_SID::STREAMID.get(sid)),
                      .substream_id = static_cast<std::uint32_t>(GATOS_SID::SUBSTREAMID.get(sid)),
                      .substream_valid = with_substream};
  const Access access{.write = write,
                      .privileged = GATOS_ADDR::PnU.test(addr),
                      .instruction = !write && GATOS_ADDR::InD.test(addr)};
  return AddressOperation{{stream, addr & GATOS_ADDR::ADDR.mask(), access, purposes[type]},
                          GATOS_ADDR::HTTUI.test(addr)};
}

std::uint64_t invalid_request() {
  return encode_fault(INV_REQ);
}

std::uint64_t encode_result(const AddressOperation& operation, const TranslationOutcome& outcome,
                            const Features& features) {
  if (outcome.lacks_stage) return encode_fault(INV_STAGE);
  if (outcome.kind == TranslationOutcome::Kind::translated) {
    return encode_success(operation.query, outcome.entry, features);
  }
  switch (operation.query.purpose) {
    case TranslationPurpose::stage1_operation:
      return encode_stage1_fault(outcome.event);
    case TranslationPurpose::stage2_operation:
      return encode_stage2_fault(outcome.event);
    default:
      return encode_nested_fault(outcome.event);
  }
}

}  // namespace doorbell::smmu
