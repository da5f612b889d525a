#pragma once

#include <cstdint>

namespace doorbell::smmu {

/// A translation granule by the log2 of its bytes: 12 (4 KiB), 14 (16 KiB), 16 (64 KiB).
using GranuleShift = unsigned;

/// What TG0, TG1 and S2TG become where they are reserved.
inline constexpr GranuleShift reserved_granule = 0;

/// Address bits below an entry of `level`: what one descriptor there maps.
constexpr unsigned level_shift(GranuleShift granule, unsigned level) {
  return granule + (3 - level) * (granule - 3);
}

/// Whose stage 1 translates, and how cached translations are tagged: the StreamWorld of a
/// Non-secure stream (IHI 0070 3.3.3, 5.2 STRW).
enum class World : std::uint8_t {
  el1,      ///< NS-EL1: VMID and ASID, two halves, two privileges
  el2,      ///< NS-EL2: neither VMID nor ASID, TTB0 alone, one privilege
  el2_e2h,  ///< NS-EL2-E2H: ASID without VMID, two halves, two privileges
};

/// One half of a VMSAv8-64 stage 1 translation regime: what a walk through TTB0 or TTB1 needs
/// (CD fields, IHI 0070 5.4; DDI 0487 D8.2).
struct TranslationTable {
  std::uint64_t base = 0;    ///< TTBx
  unsigned input_bits = 48;  ///< 64 - TxSZ
  GranuleShift granule = 12;
  bool disabled = false;         ///< EPDx: every walk is a Translation fault
  bool hierarchy_off = false;    ///< HADx: APTable, XNTable and PXNTable are ignored
  bool large_addresses = false;  ///< Descriptors hold 52 bits: 64 KiB, IDR5.OAS = 52
};

/// A stage 1 translation regime: its halves, and what they have in common.
struct TranslationRegime {
  TranslationTable table[2];
  unsigned output_bits = 48;  ///< effective IPS
  bool top_byte_ignored[2] = {false, false};
  bool AFFD = false;  ///< Access flag faults disabled; IGNORED with HA
  bool WXN = false;
  bool PAN = false;
  bool HA = false;         ///< Hardware update of the Access flag
  bool HD = false;         ///< and of dirty state; never without HA
  bool nT_counts = false;  ///< Blocks with nT aren't cached: IDR3.BBML = 1
  World world = World::el1;

  TranslationRegime without_updates() const {
    TranslationRegime same = *this;
    same.HA = same.HD = false;
    return same;
  }
};

/// A VMSAv8-64 stage 2 translation regime (STE fields, IHI 0070 5.2; DDI 0487 D8.2).
struct Stage2Regime {
  std::uint64_t S2TTB = 0;   ///< As written: a walk aligns it.
  unsigned input_bits = 48;  ///< 64 - S2T0SZ
  GranuleShift granule = 12;
  unsigned start_level = 0;      ///< S2SL0. Up to 16 tables of that level may be concatenated.
  unsigned output_bits = 48;     ///< effective S2PS
  bool large_addresses = false;  ///< Descriptors hold 52 bits: 64 KiB, IDR5.OAS = 52
  bool S2AFFD = false;           ///< Access flag faults disabled; IGNORED with S2HA
  bool S2PTW = false;            ///< No CD or stage 1 table in Device memory.
  bool S2HA = false;             ///< Hardware update of the Access flag
  bool S2HD = false;             ///< and of dirty state; never without S2HA
  bool S2S = false;              ///< Stall
  bool S2R = false;              ///< Record translation-related faults
  bool nT_counts = false;        ///< Blocks with nT aren't cached: IDR3.BBML = 1
  bool S2FWB = false;            ///< MemAttr says the resulting type itself.
  std::uint16_t S2VMID = 0;      ///< Zero where it tags nothing.

  Stage2Regime without_updates() const {
    Stage2Regime same = *this;
    same.S2HA = same.S2HD = false;
    return same;
  }
};

}  // namespace doorbell::smmu
