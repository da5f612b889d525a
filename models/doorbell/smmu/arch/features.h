#pragma once

#include <cstdint>

namespace doorbell::smmu {

/// What an implementation offers, as SMMU_IDR0-5 and SMMU_AIDR report it (IHI 0070 6.3.1-6.3.8) and
/// as the validity rules of STE and CD depend on it. Stage 1, VMSAv8-64, little-endian tables and
/// the terminate fault model (IDR0.TERM_MODEL = 1, STALL_MODEL = 0b01).
struct Features {
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
  bool msi = true;                    ///< IDR0.MSI
  bool send_event = true;             ///< IDR0.SEV
  bool range_invalidation = true;     ///< IDR3.RIL
  bool hierarchical_disable = true;   ///< IDR3.HAD; mandatory from SMMUv3.1
};

/// IDR0.CD2L, which says nothing without substreams.
constexpr bool offers_two_level_contexts(const Features& features) {
  return features.two_level_contexts && features.substream_id_bits != 0;
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
