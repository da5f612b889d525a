#include "doorbell/smmu/arch/stream_table_entry.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/stage2_table.h"

namespace doorbell::smmu {
namespace {

// Doubleword 0
constexpr BitField v{0, 1};
constexpr BitField config_field{1, 3};
constexpr BitField s1_fmt{4, 2};
constexpr BitField s1_context_ptr{6, 50};
constexpr BitField s1_cd_max{59, 5};
// Doubleword 1
constexpr BitField s1_dss{0, 2};
constexpr BitField s1_cir{2, 2};
constexpr BitField s1_cor{4, 2};
constexpr BitField s1_csh{6, 2};
constexpr BitField ppar{18, 1};
constexpr BitField mev{19, 1};
constexpr BitField s2fwb{25, 1};
constexpr BitField s1stalld{27, 1};
constexpr BitField eats{28, 2};
constexpr BitField strw{30, 2};
constexpr BitField mem_attr{32, 4};
constexpr BitField mtcfg{36, 1};
constexpr BitField alloccfg{37, 4};
constexpr BitField shcfg{44, 2};
constexpr BitField privcfg{48, 2};
constexpr BitField instcfg{50, 2};
// Doubleword 2
constexpr BitField s2vmid{0, 16};
constexpr BitField s2t0sz{32, 6};
constexpr BitField s2sl0{38, 2};
constexpr BitField s2tg{46, 2};
constexpr BitField s2ps{48, 3};
constexpr BitField s2aa64{51, 1};
constexpr BitField s2endi{52, 1};
constexpr BitField s2affd{53, 1};
constexpr BitField s2ptw{54, 1};
constexpr BitField s2hd{55, 1};
constexpr BitField s2ha{56, 1};
constexpr BitField s2s{57, 1};
constexpr BitField s2r{58, 1};
// Doubleword 3
constexpr BitField s2ttb{4, 48};

unsigned get(BitField field, std::uint64_t word) {
  return static_cast<unsigned>(field.get(word));
}

AttributeOverrides decode_overrides(std::uint64_t word, const Features& features) {
  AttributeOverrides overrides;
  if (features.attribute_types_override) {
    overrides.MTCFG = mtcfg.test(word);
    overrides.MemAttr = get(mem_attr, word);
    overrides.SHCFG = get(shcfg, word);
    overrides.ALLOCCFG = get(alloccfg, word);
  }
  if (features.attribute_permissions_override) {
    overrides.PRIVCFG = get(privcfg, word);
    overrides.INSTCFG = get(instcfg, word);
  }
  return overrides;
}

void decode_stage1(StreamTableEntry& ste, const ConfigurationWords& words,
                   const Features& features) {
  ste.S1ContextPtr = words[0] & s1_context_ptr.mask();
  ste.S1CIR = get(s1_cir, words[1]);
  ste.S1COR = get(s1_cor, words[1]);
  ste.S1CSH = get(s1_csh, words[1]);
  ste.S1STALLD = s1stalld.test(words[1]);
  // Without substreams these are IGNORED, and 0b11 is reserved and behaves as linear.
  if (features.substream_id_bits != 0) {
    ste.S1CDMax = get(s1_cd_max, words[0]);
    ste.S1DSS = get(s1_dss, words[1]);
    ste.S1Fmt = get(s1_fmt, words[0]) % 3;
  }
  if (ste.S1CDMax == 0) ste.S1Fmt = 0;
  const bool strw_unused = !offers_hypervisor(features) || ste.has_stage2();
  if (!strw_unused) ste.STRW = get(strw, words[1]);
}

void decode_stage2(StreamTableEntry& ste, const ConfigurationWords& words,
                   const Features& features) {
  const std::uint64_t w = words[2];
  ste.S2T0SZ = get(s2t0sz, w);
  ste.S2SL0 = get(s2sl0, w);
  ste.S2TG = get(s2tg, w);
  ste.S2AA64 = s2aa64.test(w);
  ste.S2ENDI = s2endi.test(w);
  ste.S2HA = s2ha.test(w);
  ste.S2HD = s2hd.test(w);
  constexpr GranuleShift granules[] = {12, 16, 14, reserved_granule};
  Stage2Regime& regime = ste.stage2;
  regime.S2TTB = words[3] & s2ttb.mask();
  regime.input_bits = 64 - ste.S2T0SZ;
  regime.granule = granules[ste.S2TG];
  regime.start_level = stage2_start_level(regime.granule, ste.S2SL0).value_or(0);
  regime.output_bits = std::min(decode_address_size(get(s2ps, w)), features.output_address_bits);
  regime.large_addresses = regime.granule == 16 && features.output_address_bits == 52;
  regime.nT_counts = features.block_size_changes == BlockSizeChanges::level_1;
  regime.S2AFFD = s2affd.test(w);
  // Without stage 1 there is no walk to protect.
  regime.S2PTW = ste.has_stage1() && s2ptw.test(w);
  regime.S2HA = ste.S2HA;
  regime.S2HD = ste.S2HA && ste.S2HD;
  regime.S2S = s2s.test(w);
  regime.S2R = s2r.test(w);
  regime.S2FWB = s2fwb.test(words[1]);
}

}  // namespace

StreamTableEntry StreamTableEntry::decode(const ConfigurationWords& words,
                                          const Features& features) {
  StreamTableEntry ste;
  ste.V = v.test(words[0]);
  const unsigned raw = get(config_field, words[0]);
  ste.config = (raw & 0b100) == 0 ? Config::abort : static_cast<Config>(raw);
  // Of any valid one (8.1).
  ste.PPAR = features.page_requests && features.substream_id_bits != 0 && ppar.test(words[1]);
  if (ste.aborts()) return ste;
  ste.MEV = mev.test(words[1]);
  ste.overrides = decode_overrides(words[1], features);
  if (ste.has_stage1()) decode_stage1(ste, words, features);
  if (ste.has_stage2()) decode_stage2(ste, words, features);
  if (ste.bypasses()) return ste;
  if (features.ats) ste.EATS = get(eats, words[1]);
  // Translations of EL1 are tagged, those of stage 1 alone too (5.2, S2VMID).
  if (features.stage2 && ste.STRW == 0) {
    ste.stage2.S2VMID = static_cast<std::uint16_t>(s2vmid.get(words[2]));
  }
  return ste;
}

EventType StreamTableEntry::check_substream(const Stream& stream) const {
  if (stream.substream_valid) {
    const bool has_cd = has_stage1() && S1CDMax != 0 && stream.substream_id >> S1CDMax == 0;
    if (!has_cd) return EventType::C_BAD_SUBSTREAMID;
    // CD 0 is of those without a SubstreamID then.
    const bool taken = S1DSS == 2 && stream.substream_id == 0;
    return taken ? EventType::F_STREAM_DISABLED : EventType::none;
  }
  const bool disabled = has_stage1() && S1CDMax != 0 && (S1DSS == 0 || S1DSS == 3);
  return disabled ? EventType::F_STREAM_DISABLED : EventType::none;
}

}  // namespace doorbell::smmu
