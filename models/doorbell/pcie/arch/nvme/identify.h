#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "doorbell/pcie/arch/nvme/command.h"

namespace doorbell::pcie::nvme {

/// The one namespace.
struct Namespace {
  static constexpr std::uint32_t id = 1;
  static constexpr std::uint32_t all = 0xffff'ffff;  ///< the broadcast NSID

  std::uint64_t blocks = 0;
  std::uint32_t block_size = 512;  ///< bytes: 512 or 4096

  std::uint64_t bytes() const { return blocks * block_size; }
};

/// CDW10 to data: a page of 4 KiB, or the status with which Identify ends (NVMe 1.4 5.15).
class Identify {
 public:
  /// `name` is unique among the controllers of a machine: serial number, NQN and EUI64 come of it.
  Identify(const Namespace& drive, const std::string& name);

  /// CNS 0 namespace, 1 controller, 2 active namespaces, 3 namespace identification descriptors.
  Status page(const Command& command, std::vector<std::uint8_t>& data) const;

 private:
  void controller(std::vector<std::uint8_t>& data) const;
  void drive(std::vector<std::uint8_t>& data) const;
  void descriptors(std::vector<std::uint8_t>& data) const;

  Namespace drive_;
  std::uint64_t unique_;
};

/// Maximum Data Transfer Size: MDTS 7, in pages of CAP.MPSMIN (Figure 247).
inline constexpr unsigned mdts = 7;
inline constexpr std::uint32_t most_transfer_bytes = 4096u << mdts;

}  // namespace doorbell::pcie::nvme
