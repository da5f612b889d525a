#pragma once

#include <cstdint>

#include "doorbell/pcie/arch/tlp.h"

namespace doorbell::pcie {

/// Turns requester IDs into StreamIDs or DeviceIDs: base + (requester ID << shift). The identity,
/// base 0 and shift 0, is what `iommu-map` and `msi-map` of the virt device tree say.
struct RequesterMap {
  std::uint32_t base = 0;
  std::uint32_t shift = 0;

  constexpr std::uint32_t operator()(RequesterId id) const {
    return base + (std::uint32_t{id} << shift);
  }
};

}  // namespace doorbell::pcie
