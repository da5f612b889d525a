#pragma once

#include <cstdint>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {

/// Where the registers of an interrupt are (IHI 0069 12.8, 12.10): the frame, its number among its
/// like there, and the offsets of the arrays.
struct Place {
  InitiatorSocket* frame;
  std::uint32_t number;
  std::uint64_t IGROUPR, ISENABLER, ICENABLER, ISPENDR, ICPENDR, ISACTIVER, ICACTIVER, IPRIORITYR,
      ICFGR;
};

/// Of `INTID`, which processor `p` has for itself where it is an SGI or a PPI, extended ones too.
inline Place place_of(Bench& bench, unsigned p, std::uint32_t INTID) {
  if (INTID < 32 || (INTID >= 1056 && INTID < 4096)) {
    const std::uint32_t number = INTID < 32 ? INTID : INTID - 1056 + 32;
    return {bench.gicr[p].get(),
            number,
            0x10080,
            0x10100,
            0x10180,
            0x10200,
            0x10280,
            0x10300,
            0x10380,
            0x10400,
            0x10C00};
  }
  if (INTID < 4096)
    return {&bench.gicd, INTID, 0x80, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380, 0x400, 0xC00};
  return {&bench.gicd, INTID - 4096, 0x1000, 0x1200, 0x1400, 0x1600,
          0x1800,      0x1A00,       0x1C00, 0x2000, 0x3000};
}

}  // namespace doorbell::gic::test
