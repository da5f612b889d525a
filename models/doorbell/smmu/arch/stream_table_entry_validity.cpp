// SteIllegal() of IHI 0070 5.2.2, in its order, of a Non-secure stream without VMSAv8-32.
#include <algorithm>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/stage2_table.h"
#include "doorbell/smmu/arch/stream_table_entry.h"

namespace doorbell::smmu {
namespace {

bool stages_missing(const StreamTableEntry& ste, const Features& features) {
  return (ste.has_stage1() && !features.stage1) || (ste.has_stage2() && !features.stage2);
}

bool ats_illegal(const StreamTableEntry& ste, const Features& features) {
  const bool stalls = ste.stage2.S2S;
  switch (ste.EATS) {
    case 0b01:  // Full ATS
      return ste.has_stage2() && stalls;
    case 0b10:  // Split-stage ATS
      return ste.config != StreamTableEntry::Config::nested || stalls ||
             !offers_split_stage_ats(features);
    default:
      return false;
  }
}

bool stage1_illegal(const StreamTableEntry& ste, const Features& features) {
  if (ste.S1STALLD && features.stall_model != StallModel::configurable) return true;
  if (ste.S1CDMax > features.substream_id_bits) return true;
  if (ste.S1Fmt != 0 && !features.two_level_contexts) return true;
  // Beyond OAS, which IAS equals without VMSAv8-32 (3.4.3).
  return (ste.S1ContextPtr & ~low_mask(features.output_address_bits)) != 0;
}

bool updates_illegal(const StreamTableEntry& ste, const Features& features) {
  if (features.table_updates == TableUpdates::none) return ste.S2HA || ste.S2HD;
  return ste.S2HD && features.table_updates == TableUpdates::access_flag;
}

/// Beyond the effective S2PS, or 48 bits where only they fit in a descriptor (5.2, S2TTB).
bool base_out_of_range(const Stage2Regime& regime) {
  const unsigned bits =
      regime.granule == 16 ? regime.output_bits : std::min(regime.output_bits, 48u);
  return (regime.S2TTB & ~low_mask(bits)) != 0;
}

/// STES2T0SZInvalid(), without IDR3.STT and IDR5.DS.
bool size_out_of_range(const StreamTableEntry& ste, const Features& features) {
  const unsigned least = ste.stage2.granule == 16 ? 12 : 16;
  return ste.S2T0SZ < std::max(least, 64 - features.output_address_bits) || ste.S2T0SZ > 39;
}

/// STEWalkConfigInconsistentAA64(): S2SL0 is reserved, or doesn't go with S2TG and S2T0SZ.
bool walk_inconsistent(const StreamTableEntry& ste) {
  const Stage2Regime& regime = ste.stage2;
  return !stage2_start_level(regime.granule, ste.S2SL0) ||
         !stage2_starts_at(regime.granule, regime.start_level, regime.input_bits);
}

bool stage2_illegal(const StreamTableEntry& ste, const Features& features) {
  const Stage2Regime& regime = ste.stage2;
  if (regime.S2S && features.stall_model == StallModel::terminate) return true;
  if (!regime.S2S && features.stall_model == StallModel::forced) return true;
  if (!ste.S2AA64) return true;  // IDR0.TTF = 0b10
  if (updates_illegal(ste, features)) return true;
  if (!offers_granule(features, regime.granule)) return true;
  if (base_out_of_range(regime)) return true;
  if (size_out_of_range(ste, features)) return true;
  if (walk_inconsistent(ste)) return true;
  return ste.S2ENDI;  // IDR0.TTENDIAN = 0b10
}

}  // namespace

bool StreamTableEntry::illegal(const Features& features) const {
  if (!V) return true;
  if (aborts()) return false;  // the other fields are IGNORED
  if (stages_missing(*this, features)) return true;
  if (ats_illegal(*this, features)) return true;
  if ((STRW & 1) != 0) return true;
  if (has_stage1() && stage1_illegal(*this, features)) return true;
  if (has_stage2() && stage2_illegal(*this, features)) return true;
  return !features.vmid_16 && (stage2.S2VMID >> 8) != 0;
}

}  // namespace doorbell::smmu
