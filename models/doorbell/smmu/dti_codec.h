#pragma once

#include "doorbell/smmu/arch/invalidation.h"
#include "doorbell/smmu/arch/tlb.h"
#include "doorbell/smmu/dti.h"

namespace doorbell::smmu {

/// What the TBU keeps of an answer, and how the TCU says it. DTI tells read, write and execute
/// permission for both privileges at once; where they differ the answer grants less than the
/// tables, and a TBU that finds too little permission asks the TCU again.
TlbEntry to_entry(const dti::TranslationAnswer& answer);
dti::TranslationAnswer to_answer(const TlbEntry& entry);

/// DTI carries no level and no granule hints: a TBU removes what matches without them.
Invalidation to_invalidation(const dti::InvalidationRequest& request);
dti::InvalidationRequest to_request(const Invalidation& invalidation);

}  // namespace doorbell::smmu
