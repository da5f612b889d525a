#include "doorbell/smmu/arch/context_descriptor.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::smmu {
namespace {

// Doubleword 0; TTB1's fields repeat TTB0's 16 bits higher.
constexpr BitField tsz[2] = {{0, 6}, {16, 6}};
constexpr BitField tg[2] = {{6, 2}, {22, 2}};
constexpr BitField epd[2] = {{14, 1}, {30, 1}};
constexpr BitField endi{15, 1};
constexpr BitField v{31, 1};
constexpr BitField ips{32, 3};
constexpr BitField affd{35, 1};
constexpr BitField wxn{36, 1};
constexpr BitField tbi[2] = {{38, 1}, {39, 1}};
constexpr BitField pan{40, 1};
constexpr BitField aa64{41, 1};
constexpr BitField hd{42, 1};
constexpr BitField ha{43, 1};
constexpr BitField s{44, 1};
constexpr BitField r{45, 1};
constexpr BitField a{46, 1};
constexpr BitField aset{47, 1};
constexpr BitField asid{48, 16};
// Doublewords 1 and 2
constexpr BitField had{1, 1};
constexpr BitField ttb{4, 48};

constexpr GranuleShift reserved_granule = 0;

GranuleShift granule_of(unsigned half, unsigned encoding) {
  constexpr GranuleShift tg0[] = {12, 16, 14, reserved_granule};
  constexpr GranuleShift tg1[] = {reserved_granule, 14, 12, 16};
  return half == 0 ? tg0[encoding] : tg1[encoding];
}

bool granule_supported(GranuleShift granule, const Features& features) {
  return (granule == 12 && features.granule_4k) || (granule == 14 && features.granule_16k) ||
         (granule == 16 && features.granule_64k);
}

/// Input bits that TTBx may translate at most (IHI 0070 3.4).
unsigned most_input_bits(GranuleShift granule, const Features& features) {
  return granule == 16 ? features.input_address_bits : 48;
}

/// Beyond what a base may be (IHI 0070 5.4, TTB0).
bool base_out_of_range(const TranslationTable& table, unsigned output_bits) {
  const unsigned bits = table.granule == 16 ? output_bits : std::min(output_bits, 48u);
  return (table.base & ~low_mask(bits)) != 0;
}

}  // namespace

ContextDescriptor ContextDescriptor::decode(const ConfigurationWords& words,
                                            const Features& features) {
  ContextDescriptor cd;
  const std::uint64_t w = words[0];
  cd.V = v.test(w);
  cd.AA64 = aa64.test(w);
  cd.ENDI = endi.test(w);
  cd.HA = ha.test(w);
  cd.HD = hd.test(w);
  cd.S = s.test(w);
  cd.R = r.test(w);
  cd.A = a.test(w);
  cd.ASET = aset.test(w);
  cd.ASID = static_cast<std::uint16_t>(asid.get(w));
  cd.MAIR = words[3];
  cd.regime.output_bits = std::min(decode_address_size(static_cast<unsigned>(ips.get(w))),
                                   features.output_address_bits);
  cd.regime.AFFD = affd.test(w);
  cd.regime.WXN = wxn.test(w);
  cd.regime.PAN = pan.test(w);
  for (unsigned half = 0; half < 2; ++half) {
    cd.TxSZ[half] = static_cast<unsigned>(tsz[half].get(w));
    cd.TG[half] = static_cast<unsigned>(tg[half].get(w));
    cd.regime.top_byte_ignored[half] = tbi[half].test(w);
    TranslationTable& table = cd.regime.table[half];
    table.disabled = epd[half].test(w);
    table.input_bits = 64 - cd.TxSZ[half];
    table.granule = granule_of(half, cd.TG[half]);
    table.large_addresses = table.granule == 16 && features.output_address_bits == 52;
    table.base = words[1 + half] & ttb.mask();
    table.hierarchy_off = features.hierarchical_disable && had.test(words[1 + half]);
  }
  return cd;
}

bool ContextDescriptor::illegal(const StreamTableEntry& ste, const Features& features) const {
  if (!V) return true;
  if (S || ste.S1STALLD) return true;  // IDR0.STALL_MODEL = 0b01
  if (!A) return true;                 // IDR0.TERM_MODEL = 1
  if (!AA64) return true;              // IDR0.TTF = 0b10
  if (HA || HD) return true;           // IDR0.HTTU = 0b00
  if (!features.asid_16 && (ASID >> 8) != 0) return true;
  for (unsigned half = 0; half < 2; ++half) {
    const TranslationTable& table = regime.table[half];
    if (table.disabled) continue;
    if (ENDI) return true;  // IDR0.TTENDIAN = 0b10
    if (!granule_supported(table.granule, features)) return true;
    if (TxSZ[half] > 39) return true;  // IDR3.STT = 0
    if (table.input_bits > most_input_bits(table.granule, features)) return true;
    if (base_out_of_range(table, regime.output_bits)) return true;
  }
  return false;
}

}  // namespace doorbell::smmu
