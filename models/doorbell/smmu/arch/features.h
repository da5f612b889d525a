#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/regime.h"

namespace doorbell::smmu {

/// IDR0.HTTU: what an SMMU updates in translation tables by itself (IHI 0070 3.13).
enum class TableUpdates : std::uint8_t { none = 0b00, access_flag = 0b01, dirty_state = 0b10 };

/// IDR0.STALL_MODEL: whether CD.S and STE.S2S choose between stalls and termination (IHI 0070
/// 3.12).
enum class StallModel : std::uint8_t { configurable = 0b00, terminate = 0b01, forced = 0b10 };

/// IDR3.BBML: what may come of changing a block's size without break-before-make (IHI 0070
/// 3.21.1). At level 1 a TLB conflict, unless the block has nT; at level 2 nothing.
enum class BlockSizeChanges : std::uint8_t { level_1 = 0b01, level_2 = 0b10 };

/// What an implementation offers, as SMMU_IDR0-5 and SMMU_AIDR report it (IHI 0070 6.3.1-6.3.8) and
/// as the validity rules of STE and CD depend on it. VMSAv8-64 and little-endian tables.
struct Features {
  bool stage1 = true;                 ///< IDR0.S1P
  bool stage2 = false;                ///< IDR0.S2P, and with it IDR3.XNX
  unsigned stream_id_bits = 16;       ///< IDR1.SIDSIZE
  unsigned substream_id_bits = 0;     ///< IDR1.SSIDSIZE: 0 is none, at most 20
  bool two_level_contexts = true;     ///< IDR0.CD2L, where there are substreams
  bool two_level_streams = true;      ///< IDR0.ST_LEVEL: 0b01, beside linear tables
  unsigned command_queue_log2 = 16;   ///< IDR1.CMDQS: entries, at most 19
  unsigned event_queue_log2 = 15;     ///< IDR1.EVENTQS: entries, at most 19
  unsigned output_address_bits = 44;  ///< IDR5.OAS: 32, 36, 40, 42, 44, 48 or 52
  unsigned input_address_bits = 48;   ///< IDR5.VAX: 48, or 52 with granules of 64 KiB
  bool granule_4k = true;             ///< IDR5.GRAN4K
  bool granule_16k = true;            ///< IDR5.GRAN16K
  bool granule_64k = true;            ///< IDR5.GRAN64K
  bool asid_16 = true;                ///< IDR0.ASID16
  bool vmid_16 = true;                ///< IDR0.VMID16
  bool msi = true;                    ///< IDR0.MSI
  bool send_event = true;             ///< IDR0.SEV
  bool range_invalidation = true;     ///< IDR3.RIL; mandatory from SMMUv3.2 on
  bool hierarchical_disable = true;   ///< IDR3.HAD; mandatory with stage 1 from SMMUv3.1 on
  TableUpdates table_updates = TableUpdates::none;  ///< IDR0.HTTU
  StallModel stall_model = StallModel::terminate;   ///< IDR0.STALL_MODEL
  bool ignores_writes = false;                      ///< IDR0.TERM_MODEL = 0: CD.A = 0 is RAZ/WI.
  unsigned stall_max = 0;                           ///< IDR5.STALL_MAX, where there are stalls
  BlockSizeChanges block_size_changes = BlockSizeChanges::level_2;  ///< IDR3.BBML
  bool ats = false;                                                 ///< IDR0.ATS
  bool split_stage_ats = false;                 ///< IDR0.NS1ATS = 0, with ATS and both stages
  bool page_requests = false;                   ///< IDR0.PRI, with ATS
  unsigned page_request_queue_log2 = 0;         ///< IDR1.PRIQS: entries, at most 19
  bool address_translation = false;             ///< IDR0.ATOS: SMMU_GATOS_*
  bool attribute_types_override = false;        ///< IDR1.ATTR_TYPES_OVR: MTCFG, ALLOCCFG, SHCFG
  bool attribute_permissions_override = false;  ///< IDR1.ATTR_PERMS_OVR: PRIVCFG, INSTCFG

  bool operator==(const Features&) const = default;
};

/// IDR0.Hyp, mandatory with both stages from SMMUv3.2 on: StreamWorlds EL2 and EL2-E2H.
constexpr bool offers_hypervisor(const Features& features) {
  return features.stage1 && features.stage2;
}

/// IDR3.HAD, which is of stage 1 (6.3.4).
constexpr bool offers_hierarchical_disable(const Features& features) {
  return features.hierarchical_disable && features.stage1;
}

/// What SMMUv3.2 makes mandatory beyond SMMUv3.1, and a choice takes away: IDR3.RIL. IDR3.BBML and
/// FWB, and with both stages IDR0.Hyp, are always there.
constexpr bool is_version_3_2(const Features& features) {
  return features.range_invalidation;
}

/// IDR0.PRI, which needs ATS.
constexpr bool offers_page_requests(const Features& features) {
  return features.ats && features.page_requests;
}

/// IDR0.NS1ATS = 0: split-stage ATS, which needs both stages.
constexpr bool offers_split_stage_ats(const Features& features) {
  return features.ats && features.split_stage_ats && features.stage1 && features.stage2;
}

/// IDR0.CD2L, which says nothing without substreams.
constexpr bool offers_two_level_contexts(const Features& features) {
  return features.two_level_contexts && features.substream_id_bits != 0;
}

constexpr bool offers_granule(const Features& features, GranuleShift granule) {
  return (granule == 12 && features.granule_4k) || (granule == 14 && features.granule_16k) ||
         (granule == 16 && features.granule_64k);
}

/// The encoding of an address size in IDR5.OAS and CD.IPS (IHI 0070 6.3.6, 5.4), and back. Reserved
/// encodings behave as the largest size, which IDR5.OAS then caps.
constexpr unsigned encode_address_size(unsigned bits) {
  switch (bits) {
    case 32:
      return 0;
    case 36:
      return 1;
    case 40:
      return 2;
    case 42:
      return 3;
    case 44:
      return 4;
    case 48:
      return 5;
    default:
      return 6;
  }
}
constexpr unsigned decode_address_size(unsigned encoding) {
  constexpr unsigned bits[] = {32, 36, 40, 42, 44, 48, 52, 52};
  return bits[encoding & 7];
}

}  // namespace doorbell::smmu
