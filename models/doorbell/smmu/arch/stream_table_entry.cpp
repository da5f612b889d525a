#include "doorbell/smmu/arch/stream_table_entry.h"

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::smmu {
namespace {
// Doubleword 0
constexpr BitField v{0, 1};
constexpr BitField config_field{1, 3};
constexpr BitField s1_context_ptr{6, 50};
// Doubleword 1
constexpr BitField mev{19, 1};
constexpr BitField s1stalld{27, 1};
}  // namespace

StreamTableEntry StreamTableEntry::decode(const ConfigurationWords& words) {
  StreamTableEntry ste;
  ste.V = v.test(words[0]);
  const auto raw = config_field.get(words[0]);
  ste.config = (raw & 0b100) == 0 ? Config::abort : static_cast<Config>(raw);
  ste.S1ContextPtr = words[0] & s1_context_ptr.mask();
  ste.MEV = mev.test(words[1]);
  ste.S1STALLD = s1stalld.test(words[1]);
  return ste;
}

bool StreamTableEntry::illegal(const Features& features) const {
  if (!V) return true;
  if (aborts()) return false;  // the other fields are IGNORED
  if (config == Config::stage2 || config == Config::nested) return true;  // IDR0.S2P = 0
  if (!translates()) return false;
  if (S1STALLD) return true;  // IDR0.STALL_MODEL is not 0b00
  // S1Fmt and S1CDMax are IGNORED without substreams (IDR1.SSIDSIZE = 0). A context pointer beyond
  // OAS is C_BAD_STE from SMMUv3.1 on (IHI 0070 3.4.3).
  return (S1ContextPtr & ~low_mask(features.output_address_bits)) != 0;
}

EventType StreamTableEntry::check_substream(const Stream& stream) const {
  // IDR1.SSIDSIZE = 0: a SubstreamID is never accepted (IHI 0070 7.3.9).
  return stream.substream_valid ? EventType::C_BAD_SUBSTREAMID : EventType::none;
}

}  // namespace doorbell::smmu
