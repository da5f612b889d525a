#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/time.h"

namespace doorbell {

/// Between a TBU (initiator) and its TCU (target): after the AMBA Distributed Translation Interface
/// (IHI 0088), whose message names are kept. A translation is asked for with a token of the TBU's;
/// tokens are the credits of this protocol.
namespace dti {

/// DTI_TBU_TRANS_REQ: a translation is asked for.
struct TranslationRequest {
  std::uint32_t token = 0;  ///< Of the TBU; comes back in the answer.
  std::uint32_t stream_id = 0;
  bool has_substream_id = false;
  std::uint32_t substream_id = 0;
  std::uint64_t address = 0;  ///< Input address (IA), bytes.
  bool write = false;
  bool instruction = false;
  bool privileged = false;
  bool speculative = false;    ///< Prefetch: answered, never faulted with an event.
  Journey* journey = nullptr;  ///< Of the MSI that waits for it; null for anything else.
};

/// DTI_TBU_TRANS_RESP or DTI_TBU_TRANS_FAULT.
struct TranslationAnswer {
  enum class Result : std::uint8_t {
    translated,
    bypass,  ///< Output address = input address.
    abort,   ///< Answer the transaction with an error; event recorded, suppressed or lost already.
    ignore_writes,  ///< RAZ/WI: terminate without an error (CD.A = 0 and the like).
  };
  std::uint32_t token = 0;
  Result result = Result::abort;
  std::uint64_t input_page = 0;   ///< First input address that the answer covers.
  std::uint64_t output_page = 0;  ///< What it is translated to.
  std::uint8_t log2_size = 12;    ///< Bytes covered: 12 page, 21 or 30 block.
  std::uint32_t stream_id = 0;
  std::uint16_t asid = 0;
  std::uint16_t vmid = 0;
  bool global = false;  ///< nG = 0: matches every ASID.
  bool may_read = false;
  bool may_write = false;
  bool may_execute = false;
  bool privileged_only = false;
  std::uint8_t memory_attributes = 0xff;
  bool may_cache = true;  ///< False: an invalidation overtook it; use once, if at all.
};

/// DTI_TBU_INV_REQ: drop cached translations that match.
struct InvalidationRequest {
  enum class Scope : std::uint8_t {
    all,               ///< Everything (TLBI_NSNH_ALL, CFGI_ALL).
    vmid,              ///< All of a VMID (TLBI_NH_ALL).
    asid,              ///< All non-global of a VMID and ASID (TLBI_NH_ASID).
    address,           ///< A range of a VMID and ASID (TLBI_NH_VA).
    any_asid_address,  ///< A range of a VMID, any ASID (TLBI_NH_VAA).
    stream,            ///< Configuration of one StreamID or a range (CFGI_*).
  };
  Scope scope = Scope::all;
  std::uint16_t asid = 0;
  std::uint16_t vmid = 0;
  std::uint64_t first = 0;  ///< First input address, or first StreamID.
  std::uint64_t last = 0;   ///< Last, inclusive.
  bool leaf_only = false;
};
/// DTI_TBU_SYNC_REQ: answered once nothing that an earlier invalidation covers is in use downstream
/// any more.
struct SyncRequest {};

struct InvalidationAcknowledge {};
struct SyncAcknowledge {};

using ToTcu = std::variant<TranslationRequest, InvalidationAcknowledge, SyncAcknowledge>;
using ToTbu = std::variant<TranslationAnswer, InvalidationRequest, SyncRequest>;

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

}  // namespace doorbell
