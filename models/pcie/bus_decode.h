#pragma once

#include <cstdint>

namespace doorbell::pcie {

/// Positive decode: what sits on a bus without a bridge above it claims the addresses of its BARs,
/// as devices on a root bus do. Implemented by what is bound to a pcie_tlp socket, beside the
/// protocol's own interface; a link hands the question on to what is below it.
class BusDecode {
 public:
  virtual ~BusDecode() = default;
  /// Whether a memory request to `address` would be accepted below: by an enabled BAR.
  virtual bool claims(std::uint64_t address) const = 0;
};

}  // namespace doorbell::pcie
