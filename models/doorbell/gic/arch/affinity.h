#pragma once

#include <cstdint>
#include <vector>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/core/arch/parameters.h"

namespace doorbell::gic {

/// The affinity of a processor, as MPIDR_EL1 has it and GICR_TYPER[63:32] packs it:
/// Aff3.Aff2.Aff1.Aff0, a byte each.
struct Affinity {
  std::uint32_t packed = 0;

  constexpr std::uint8_t Aff0() const { return static_cast<std::uint8_t>(packed); }
  constexpr std::uint8_t Aff1() const { return static_cast<std::uint8_t>(packed >> 8); }
  constexpr std::uint8_t Aff2() const { return static_cast<std::uint8_t>(packed >> 16); }
  constexpr std::uint8_t Aff3() const { return static_cast<std::uint8_t>(packed >> 24); }
  constexpr bool operator==(const Affinity&) const = default;

  /// As in GICD_IROUTERn (IHI 0069, 12.9.22): Aff3[39:32], Aff2[23:16], Aff1[15:8], Aff0[7:0].
  static constexpr Affinity of_IROUTER(std::uint64_t value) {
    return {static_cast<std::uint32_t>(bits(value, 39, 32) << 24 | bits(value, 23, 0))};
  }
};

/// How many an affinity level has below one of the next: as many Aff0 in each Aff1, and so on.
struct AffinityWidths {
  std::uint32_t aff0 = 16;
  std::uint32_t aff1 = 256;
  std::uint32_t aff2 = 256;
  void describe(ParameterGroup& group);
};

/// Affinities from 0.0.0.0 on: by default 0.0.0.15 is followed by 0.0.1.0, 16 processors a cluster,
/// as QEMU's virt numbers them.
std::vector<Affinity> affinities_of_virt(unsigned processors, const AffinityWidths& widths = {});

/// Whether SGIs need a Range Selector to reach them all: an Aff0 is beyond 15 (GICD_TYPER.RSS,
/// ICC_CTLR_EL1.RSS).
bool need_range_selector(const std::vector<Affinity>& processors);

/// An SGI as ICC_SGI0R_EL1, ICC_SGI1R_EL1 ask for it (IHI 0069, 12.2.22).
struct SgiRequest {
  std::uint8_t INTID = 0;     ///< [27:24]
  bool all_but_self = false;  ///< IRM[40]
  std::uint32_t cluster = 0;  ///< Aff3[55:48].Aff2[39:32].Aff1[23:16]
  std::uint8_t range = 0;     ///< RS[47:44]: Aff0 from 16 x RS on
  std::uint16_t targets = 0;  ///< TargetList[15:0]

  static constexpr SgiRequest decode(std::uint64_t value) {
    SgiRequest request;
    request.INTID = static_cast<std::uint8_t>(bits(value, 27, 24));
    request.all_but_self = bits(value, 40, 40) != 0;
    request.cluster = static_cast<std::uint32_t>(bits(value, 55, 48) << 16 |
                                                 bits(value, 39, 32) << 8 | bits(value, 23, 16));
    request.range = static_cast<std::uint8_t>(bits(value, 47, 44));
    request.targets = static_cast<std::uint16_t>(bits(value, 15, 0));
    return request;
  }

  /// Whether `processor` is addressed by a request made on `self`.
  constexpr bool reaches(Affinity processor, Affinity self) const {
    if (all_but_self) return !(processor == self);
    const std::uint8_t Aff0 = processor.Aff0();
    return (processor.packed >> 8) == cluster && Aff0 / 16 == range &&
           ((targets >> (Aff0 % 16)) & 1) != 0;
  }
};

}  // namespace doorbell::gic
