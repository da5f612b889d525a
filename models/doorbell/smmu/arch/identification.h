#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/features.h"

namespace doorbell::smmu {

/// SMMU_IDR0, 1, 3, 5 and SMMU_AIDR of an implementation (IHI 0070 6.3.1 to 6.3.8). SMMU_IDR2 has
/// nothing to say without VATOS, SMMU_IDR4 nothing at all.
struct Identification {
  std::uint32_t IDR0, IDR1, IDR3, IDR5, AIDR;
};

/// SMMU_IDR0 (6.3.1). BTM, DORMHINT, VMW, VATOS and ATSRECERR are zero.
constexpr std::uint32_t identify_stages(const Features& features) {
  const bool split_stage_matters = features.ats && features.stage1 && features.stage2;
  std::uint32_t id = 2u << 2 |  // TTF: AArch64
                     1u << 4 |  // COHACC
                     2u << 21;  // TTENDIAN: little-endian
  const auto say = [&](bool offered, unsigned bit) { id |= offered ? 1u << bit : 0; };
  say(features.stage2, 0);                                            // S2P
  say(features.stage1, 1);                                            // S1P
  say(offers_hypervisor(features), 9);                                // Hyp
  say(features.ats, 10);                                              // ATS
  say(split_stage_matters && !offers_split_stage_ats(features), 11);  // NS1ATS
  say(features.asid_16, 12);                                          // ASID16
  say(features.msi, 13);                                              // MSI
  say(features.send_event, 14);                                       // SEV
  say(features.address_translation, 15);                              // ATOS
  say(offers_page_requests(features), 16);                            // PRI
  say(features.vmid_16, 18);                     // VMID16: irrelevant without stage 2
  say(offers_two_level_contexts(features), 19);  // CD2L
  say(!features.ignores_writes, 26);             // TERM_MODEL
  say(features.two_level_streams, 27);           // ST_LEVEL
  id |= static_cast<std::uint32_t>(features.table_updates) << 6;  // HTTU
  id |= static_cast<std::uint32_t>(features.stall_model) << 24;   // STALL_MODEL
  return id;
}

/// SMMU_IDR1 (6.3.2): no presets, no command queues beside the one.
constexpr std::uint32_t identify_sizes(const Features& features) {
  return features.stream_id_bits | features.substream_id_bits << 6 |
         features.page_request_queue_log2 << 11 | features.event_queue_log2 << 16 |
         features.command_queue_log2 << 21 |
         (features.attribute_permissions_override ? 1u << 26 : 0) |
         (features.attribute_types_override ? 1u << 27 : 0);
}

/// SMMU_IDR3 (6.3.4).
constexpr std::uint32_t identify_extensions(const Features& features) {
  return (offers_hierarchical_disable(features) ? 1u << 2 : 0) |         // HAD
         (features.stage2 ? 1u << 4 : 0) |                               // XNX
         1u << 8 |                                                       // FWB
         (features.range_invalidation ? 1u << 10 : 0) |                  // RIL
         static_cast<std::uint32_t>(features.block_size_changes) << 11;  // BBML
}

/// SMMU_IDR5 (6.3.6).
constexpr std::uint32_t identify_addresses(const Features& features) {
  const bool stalls = features.stall_model != StallModel::terminate;
  return encode_address_size(features.output_address_bits) |   // OAS
         (features.granule_4k ? 1u << 4 : 0) |                 // GRAN4K
         (features.granule_16k ? 1u << 5 : 0) |                // GRAN16K
         (features.granule_64k ? 1u << 6 : 0) |                // GRAN64K
         (features.input_address_bits == 52 ? 1u << 10 : 0) |  // VAX
         (stalls ? features.stall_max << 16 : 0);              // STALL_MAX
}

constexpr Identification identify(const Features& features) {
  return {.IDR0 = identify_stages(features),
          .IDR1 = identify_sizes(features),
          .IDR3 = identify_extensions(features),
          .IDR5 = identify_addresses(features),
          .AIDR = is_version_3_2(features) ? 2u : 1u};  // SMMUv3.2, SMMUv3.1
}

}  // namespace doorbell::smmu
