#pragma once

#include <cstdint>

#include "doorbell/core/protocols/dti_ats.h"
#include "doorbell/smmu/arch/procedure.h"

namespace doorbell::smmu {

/// The stream of a message of the root complex. PASIDs beyond what the SMMU has are cut off
/// (IHI 0070 3.9).
Stream stream_of(const dti_ats::Stream& stream, const Features& features);

/// What the n-th translation of a request is asked with: for a write, unless NW or `only_reads`.
/// Without a PASID a request is unprivileged (IHI 0070 13.7).
TranslationQuery query_of(const dti_ats::TranslationRequest& request, std::uint64_t address,
                          bool only_reads, const Features& features);

/// How a translation ends for an ATC (IHI 0070 3.9.1.2).
dti_ats::Status status_of(const TranslationOutcome& outcome);

/// A write was denied: what there is for a read is asked for then, and given (13.7).
bool denies_write(const TranslationQuery& query, const TranslationOutcome& outcome);

/// The entry of a successful completion (13.7.1): what is granted, or nothing in a page of the
/// smallest size.
dti_ats::Translation translation_of(const dti_ats::TranslationRequest& request,
                                    const TranslationQuery& query,
                                    const TranslationOutcome& outcome, const Features& features);

/// The event of a request that is not allowed (7.3.6).
Event bad_request(const dti_ats::TranslationRequest& request, const Stream& stream);

/// What CMD_ATC_INV asks an ATC to drop (4.5.1).
dti_ats::InvalidationRequest invalidation_of(std::uint32_t tag, const Stream& stream, bool global,
                                             std::uint64_t address, unsigned log2_pages);

}  // namespace doorbell::smmu
