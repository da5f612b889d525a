// CdIllegal() of IHI 0070 5.4.2, in its order, of a Non-secure stream without VMSAv8-32.
#include <algorithm>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/context_descriptor.h"

namespace doorbell::smmu {
namespace {

bool fault_model_illegal(const ContextDescriptor& cd, const StreamTableEntry& ste,
                         const Features& features) {
  if (ste.S1STALLD && cd.S) return true;
  if (!features.ignores_writes && !cd.A) return true;  // IDR0.TERM_MODEL = 1
  if (features.stall_model == StallModel::terminate) return cd.S;
  return features.stall_model == StallModel::forced && !cd.S;
}

bool updates_illegal(const ContextDescriptor& cd, const Features& features) {
  if (features.table_updates == TableUpdates::none) return cd.HA || cd.HD;
  return cd.HD && features.table_updates == TableUpdates::access_flag;
}

/// CDTxSZInvalid(), without IDR3.STT and IDR5.DS.
bool size_out_of_range(unsigned TxSZ, const TranslationTable& table, const Features& features) {
  const bool large = table.granule == 16 && features.input_address_bits == 52;
  return TxSZ < (large ? 12 : 16) || TxSZ > 39;
}

/// Beyond the effective IPS, or 48 bits where only they fit in a descriptor (5.4, TTB0).
bool base_out_of_range(const TranslationTable& table, unsigned output_bits) {
  const unsigned bits = table.granule == 16 ? output_bits : std::min(output_bits, 48u);
  return (table.base & ~low_mask(bits)) != 0;
}

}  // namespace

bool ContextDescriptor::illegal(const StreamTableEntry& ste, const Features& features) const {
  if (!V) return true;
  if (fault_model_illegal(*this, ste, features)) return true;
  const bool walks = !regime.table[0].disabled || !regime.table[1].disabled;
  if (walks && ENDI) return true;  // IDR0.TTENDIAN = 0b10
  if (!AA64) return true;          // IDR0.TTF = 0b10
  if (updates_illegal(*this, features)) return true;
  if (!features.asid_16 && (ASID >> 8) != 0) return true;
  for (unsigned half = 0; half < 2; ++half) {
    const TranslationTable& table = regime.table[half];
    if (table.disabled) continue;
    if (size_out_of_range(TxSZ[half], table, features)) return true;
    if (!offers_granule(features, table.granule)) return true;
    if (base_out_of_range(table, regime.output_bits)) return true;
  }
  return false;
}

}  // namespace doorbell::smmu
