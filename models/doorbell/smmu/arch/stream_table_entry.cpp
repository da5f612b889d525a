#include "doorbell/smmu/arch/stream_table_entry.h"

#include "doorbell/core/arch/bit_field.h"

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
constexpr BitField mev{19, 1};
constexpr BitField s1stalld{27, 1};
}  // namespace

StreamTableEntry StreamTableEntry::decode(const ConfigurationWords& words,
                                          const Features& features) {
  StreamTableEntry ste;
  ste.V = v.test(words[0]);
  const auto raw = config_field.get(words[0]);
  ste.config = (raw & 0b100) == 0 ? Config::abort : static_cast<Config>(raw);
  ste.S1ContextPtr = words[0] & s1_context_ptr.mask();
  ste.MEV = mev.test(words[1]);
  ste.S1STALLD = s1stalld.test(words[1]);
  // Without substreams these are IGNORED, and 0b11 is reserved and behaves as linear.
  if (features.substream_id_bits != 0) {
    ste.S1CDMax = static_cast<unsigned>(s1_cd_max.get(words[0]));
    ste.S1DSS = static_cast<unsigned>(s1_dss.get(words[1]));
    ste.S1Fmt = static_cast<unsigned>(s1_fmt.get(words[0])) % 3;
  }
  if (ste.S1CDMax == 0) ste.S1Fmt = 0;
  return ste;
}

bool StreamTableEntry::illegal(const Features& features) const {
  if (!V) return true;
  if (aborts()) return false;  // the other fields are IGNORED
  if (config == Config::stage2 || config == Config::nested) return true;  // IDR0.S2P = 0
  if (!translates()) return false;
  if (S1STALLD) return true;  // IDR0.STALL_MODEL is not 0b00
  if (S1CDMax > features.substream_id_bits) return true;
  if (S1Fmt != 0 && !features.two_level_contexts) return true;
  // A context pointer beyond OAS is C_BAD_STE from SMMUv3.1 on (IHI 0070 3.4.3).
  return (S1ContextPtr & ~low_mask(features.output_address_bits)) != 0;
}

EventType StreamTableEntry::check_substream(const Stream& stream) const {
  if (stream.substream_valid) {
    const bool has_cd = translates() && S1CDMax != 0 && stream.substream_id >> S1CDMax == 0;
    if (!has_cd) return EventType::C_BAD_SUBSTREAMID;
    // CD 0 is of those without a SubstreamID then.
    const bool taken = S1DSS == 2 && stream.substream_id == 0;
    return taken ? EventType::F_STREAM_DISABLED : EventType::none;
  }
  const bool disabled = translates() && S1CDMax != 0 && (S1DSS == 0 || S1DSS == 3);
  return disabled ? EventType::F_STREAM_DISABLED : EventType::none;
}

}  // namespace doorbell::smmu
