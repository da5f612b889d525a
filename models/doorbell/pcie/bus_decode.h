#pragma once

#include <cstdint>
#include <span>

namespace doorbell::pcie {

/// Positive decode: what sits on a bus without a bridge above it claims the addresses of its BARs,
/// as devices on a root bus do. Implemented by what is bound to a pcie_tlp socket, beside the
/// protocol's own interface; a link hands the question on to what is below it.
class BusDecode {
 public:
  virtual ~BusDecode() = default;
  /// Whether a memory request to `address` would be accepted below: by an enabled BAR.
  virtual bool claims(std::uint64_t address) const = 0;

  /// Whether what is on a bus of its own makes function numbers of the device numbers too (ARI,
  /// PCIe 6.0 6.13). Else it is device 0, and the port above refuses the others (7.3.1).
  virtual bool uses_ari() const = 0;

  /// What a debugger reads (transport_dbg): without time or side effects. False when nothing is
  /// there.
  virtual bool debug_read(std::uint64_t address, std::span<std::uint8_t> data) = 0;
  /// Likewise from the configuration space of the function that `destination` names.
  virtual bool debug_read_configuration(std::uint16_t destination, unsigned offset,
                                        std::span<std::uint8_t> data) = 0;
};

}  // namespace doorbell::pcie
