#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/features.h"
#include "doorbell/smmu/arch/stream_table_entry.h"
#include "doorbell/smmu/arch/translation_table.h"

namespace doorbell::smmu {

/// CD, Context Descriptor (IHI 0070 5.4): the stage 1 translation regime of a stream.
struct ContextDescriptor {
  bool V = false;
  bool AA64 = false;
  bool ENDI = false;
  bool HA = false;  ///< As written: the regime's are those that have an effect.
  bool HD = false;
  bool S = false;  ///< Stall
  bool R = false;  ///< Record translation-related faults
  bool A = false;  ///< Abort, not RAZ/WI
  bool ASET = false;
  std::uint16_t ASID = 0;  ///< Zero in EL2, where it tags nothing.
  unsigned TxSZ[2] = {0, 0};
  unsigned TG[2] = {0, 0};  ///< As encoded; TG0 and TG1 differ.
  std::uint64_t MAIR = 0;   ///< Attribute n in byte n.
  TranslationRegime regime;

  /// As an STE of StreamWorld `world` sees it.
  static ContextDescriptor decode(const ConfigurationWords& words, const Features& features,
                                  World world = World::el1);

  /// The CD of 5.4.2 is ILLEGAL: transactions that use it end in C_BAD_CD.
  bool illegal(const StreamTableEntry& ste, const Features& features) const;
};

}  // namespace doorbell::smmu
