#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/event.h"
#include "doorbell/smmu/arch/table_access.h"
#include "doorbell/smmu/arch/tlb.h"

namespace doorbell::smmu {

/// What a translation is for. An address translation operation (IHI 0070 chapter 9) asks for the
/// stages that it names, and the stream's overrides of attributes don't count for it.
enum class TranslationPurpose : std::uint8_t {
  transaction,
  stage1_operation,
  stage2_operation,
  operation,    ///< Of both stages.
  ats_request,  ///< A Translation Request of an ATC (3.9.1.2).
};

/// What a translation is asked for.
struct TranslationQuery {
  Stream stream;
  std::uint64_t address = 0;
  Access access;
  TranslationPurpose purpose = TranslationPurpose::transaction;
};

/// How it ended.
struct TranslationOutcome {
  enum class Kind : std::uint8_t {
    translated,
    aborted,
    raz_wi,   ///< completed, reads with zeros and writes without effect (CD.A = 0)
    stalled,  ///< until software answers (CD.S, STE.S2S); aborted if it may not stall (3.12)
  };
  Kind kind = Kind::aborted;
  TlbEntry entry;
  Event event;               ///< of one that isn't translated; type none: nothing is recorded
  bool suppressed = false;   ///< the configuration keeps the event back
  bool MEV = false;          ///< the STE lets it be merged with others
  bool lacks_stage = false;  ///< The stream isn't configured for the stages of the operation.
  bool denies_ats = false;   ///< The stream, or the SMMU, has no ATS.
  /// Of a translated ATS request, what the ATC gets: with split-stage ATS an IPA.
  std::uint64_t ats_address = 0;
};

/// What an SMMU does with a transaction (IHI 0070 chapter 15): SMMU_GBPA while it is disabled, else
/// the stream's configuration, then each stage and its permissions. Events are made here and
/// nowhere else.
Task<TranslationOutcome> translate(GlobalConfiguration global, TranslationQuery query,
                                   TableAccess& tables);

}  // namespace doorbell::smmu
