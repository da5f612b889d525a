#include "doorbell/smmu/arch/ats.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::smmu {
namespace {

/// STU: the smallest granule that there is (IHI 0070 3.9.1).
unsigned smallest_translation(const Features& features) {
  for (const GranuleShift granule : {12u, 14u})
    if (offers_granule(features, granule)) return granule;
  return 16;
}

}  // namespace

Stream stream_of(const dti_ats::Stream& stream, const Features& features) {
  const bool has_substream = stream.has_pasid && features.substream_id_bits != 0;
  const auto pasids = static_cast<std::uint32_t>(low_mask(features.substream_id_bits));
  return {.stream_id = stream.stream_id,
          .substream_id = has_substream ? stream.pasid & pasids : 0,
          .substream_valid = has_substream};
}

TranslationQuery query_of(const dti_ats::TranslationRequest& request, std::uint64_t address,
                          bool only_reads, const Features& features) {
  const Stream stream = stream_of(request.stream, features);
  const Access access{.write = !request.no_write && !only_reads,
                      .privileged = stream.substream_valid && request.privileged};
  return {stream, address, access, TranslationPurpose::ats_request};
}

dti_ats::Status status_of(const TranslationOutcome& outcome) {
  using dti_ats::Status;
  if (outcome.kind == TranslationOutcome::Kind::translated) return Status::successful;
  if (outcome.denies_ats) return Status::unsupported_request;
  // What a page is denied for is no error; what is wrong with structures or memory is (3.9.1.2).
  return is_translation_fault(outcome.event.type) ? Status::successful : Status::completer_abort;
}

bool denies_write(const TranslationQuery& query, const TranslationOutcome& outcome) {
  return query.access.write && outcome.kind != TranslationOutcome::Kind::translated &&
         outcome.event.type == EventType::F_PERMISSION;
}

dti_ats::Translation translation_of(const dti_ats::TranslationRequest& request,
                                    const TranslationQuery& query,
                                    const TranslationOutcome& outcome, const Features& features) {
  const bool privileged = query.access.privileged;
  dti_ats::Translation entry{.log2_size = smallest_translation(features), .privileged = privileged};
  if (outcome.kind != TranslationOutcome::Kind::translated) return entry;
  const Leaf& leaf = outcome.entry.leaf;
  entry.read = leaf.permissions.allow({.privileged = privileged});
  entry.write = leaf.permissions.allow({.write = true, .privileged = privileged});
  // Execute-only can't be said, and is no access.
  entry.execute = entry.read && query.stream.substream_valid && request.execute &&
                  leaf.permissions.allow({.privileged = privileged, .instruction = true});
  if (!entry.read && !entry.write) return entry;
  entry.log2_size = leaf.size_log2;
  entry.address = outcome.ats_address & ~low_mask(entry.log2_size);
  return entry;
}

Event bad_request(const dti_ats::TranslationRequest& request, const Stream& stream) {
  return {.type = EventType::F_BAD_ATS_TREQ,
          .stream = stream,
          .access = {.write = !request.no_write,
                     .privileged = request.privileged && stream.substream_valid,
                     .instruction = request.execute && stream.substream_valid},
          .input_address = request.address,
          .span = static_cast<std::uint8_t>(request.count)};
}

dti_ats::InvalidationRequest invalidation_of(std::uint32_t tag, const Stream& stream, bool global,
                                             std::uint64_t address, unsigned log2_pages) {
  // More than everything isn't defined; everything is on the safe side.
  const unsigned log2_size = std::min(12 + log2_pages, 64u);
  return {.tag = tag,
          .stream = {stream.stream_id, stream.substream_id, stream.substream_valid},
          .global = global,
          .address = address & ~low_mask(log2_size),
          .log2_size = log2_size};
}

}  // namespace doorbell::smmu
