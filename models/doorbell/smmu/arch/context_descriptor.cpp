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

GranuleShift granule_of(unsigned half, unsigned encoding) {
  constexpr GranuleShift tg0[] = {12, 16, 14, reserved_granule};
  constexpr GranuleShift tg1[] = {reserved_granule, 14, 12, 16};
  return half == 0 ? tg0[encoding] : tg1[encoding];
}

}  // namespace

ContextDescriptor ContextDescriptor::decode(const ConfigurationWords& words,
                                            const Features& features, World world) {
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
  if (world != World::el2) cd.ASID = static_cast<std::uint16_t>(asid.get(w));
  cd.MAIR = words[3];
  cd.regime.world = world;
  cd.regime.output_bits = std::min(decode_address_size(static_cast<unsigned>(ips.get(w))),
                                   features.output_address_bits);
  cd.regime.nT_counts = features.block_size_changes == BlockSizeChanges::level_1;
  cd.regime.AFFD = affd.test(w);
  cd.regime.WXN = wxn.test(w);
  cd.regime.PAN = pan.test(w) && world != World::el2;
  cd.regime.HA = cd.HA;
  cd.regime.HD = cd.HA && cd.HD;
  for (unsigned half = 0; half < 2; ++half) {
    cd.TxSZ[half] = static_cast<unsigned>(tsz[half].get(w));
    cd.TG[half] = static_cast<unsigned>(tg[half].get(w));
    cd.regime.top_byte_ignored[half] = tbi[half].test(w);
    TranslationTable& table = cd.regime.table[half];
    // In EL2 the EPD bits are IGNORED, and TTB1 can't be reached (5.4.1).
    table.disabled = world == World::el2 ? half == 1 : epd[half].test(w);
    table.input_bits = 64 - cd.TxSZ[half];
    table.granule = granule_of(half, cd.TG[half]);
    table.large_addresses = table.granule == 16 && features.output_address_bits == 52;
    table.base = words[1 + half] & ttb.mask();
    table.hierarchy_off = features.hierarchical_disable && had.test(words[1 + half]);
  }
  return cd;
}

}  // namespace doorbell::smmu
