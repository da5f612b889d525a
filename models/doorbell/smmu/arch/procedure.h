#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/event.h"
#include "doorbell/smmu/arch/table_access.h"
#include "doorbell/smmu/arch/tlb.h"

namespace doorbell::smmu {

/// What a translation is asked for.
struct TranslationQuery {
  Stream stream;
  std::uint64_t address = 0;
  Access access;
};

/// How it ended.
struct TranslationOutcome {
  enum class Kind : std::uint8_t { translated, terminated };
  Kind kind = Kind::terminated;
  TlbEntry entry;
  Event event;              ///< of a terminated one; type none: nothing is recorded
  bool suppressed = false;  ///< the configuration keeps the event back
};

/// What an SMMU does with a transaction (IHI 0070 chapter 15): SMMU_GBPA while it is disabled, else
/// the stream's configuration, then each stage and its permissions. Events are made here and
  bool MEV = false;         ///< the STE lets it be merged with others
/// nowhere else.
Task<TranslationOutcome> translate(GlobalConfiguration global, TranslationQuery query,
                                   TableAccess& tables);

}  // namespace doorbell::smmu
