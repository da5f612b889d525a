#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "doorbell/core/arch/journey.h"
#include "doorbell/smmu/arch/access.h"
#include "doorbell/smmu/arch/invalidation.h"
#include "doorbell/smmu/arch/tlb.h"

namespace doorbell::smmu {

/// Between a TBU (initiator) and its TCU (target): after the AMBA Distributed Translation Interface
/// (IHI 0088), whose message names are kept. A translation is asked for with a token of the TBU's;
/// tokens are the credits of this protocol.
namespace dti {

/// FLOW of a request: what becomes of a transaction whose fault is to stall.
enum class Flow : std::uint8_t {
  no_stall,  ///< It is terminated with an abort.
  stall,     ///< The answer comes when its stall has ended.
};

/// DTI_TBU_TRANS_REQ: a translation is asked for.
struct TranslationRequest {
  std::uint32_t token = 0;  ///< Of the TBU; comes back in the answer.
  Stream stream;
  std::uint64_t address = 0;  ///< Input address (IA), bytes.
  Access access;
  Flow flow = Flow::no_stall;
  JourneyHandle journey;  ///< Of the MSI that waits for it; null for anything else.
};

/// DTI_TBU_TRANS_RESP or DTI_TBU_TRANS_FAULT.
struct TranslationAnswer {
  /// Of what is terminated the event is recorded, suppressed or lost already.
  enum class Result : std::uint8_t {
    translated,
    abort,   ///< Answer the transaction with an error.
    raz_wi,  ///< Answer it as if it had been done: reads give zero, writes do nothing.
  };
  std::uint32_t token = 0;
  Result result = Result::abort;
  bool may_cache = true;  ///< False: an invalidation overtook it; use once, if at all.
  TlbEntry entry;         ///< What a translated one may do, and where, in all of its page or block.
};

/// DTI_TBU_INV_REQ: drop cached translations that match.
struct InvalidationRequest {
  Invalidation what;
};
/// DTI_TBU_SYNC_REQ: answered once nothing that an earlier invalidation covers is in use downstream
/// any more.
struct SyncRequest {};

struct InvalidationAcknowledge {};
struct SyncAcknowledge {};

using ToTcu = std::variant<TranslationRequest, InvalidationAcknowledge, SyncAcknowledge>;
using ToTbu = std::variant<TranslationAnswer, InvalidationRequest, SyncRequest>;

/// Bytes of a message on the link. A translation request has 149 to 160 bits; answers and
/// invalidations are taken to be as long, and acknowledgements and SYNCs to fit into a byte.
inline unsigned bytes_of(const ToTcu& message) {
  return std::holds_alternative<TranslationRequest>(message) ? 20 : 1;
}
inline unsigned bytes_of(const ToTbu& message) {
  return std::holds_alternative<SyncRequest>(message) ? 1 : 20;
}

}  // namespace dti

struct Dti {
  using Forward = dti::ToTcu;
  using Backward = dti::ToTbu;
  static constexpr std::size_t credit_classes = 2;
  /// Translation tokens (forward); answers never lack credits (backward).
  static constexpr unsigned translation_credits = 0;
  /// Invalidations and syncs (backward); their acknowledgements never lack credits (forward).
  static constexpr unsigned invalidation_credits = 1;
};

}  // namespace doorbell::smmu
