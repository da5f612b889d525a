#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "sw/drivers/pcie/registers.h"
#include "tests/sw/fake_hardware.h"

namespace doorbell::sw {

/// Configuration spaces of dwords; BARs keep only the address bits above their size.
class FakeFunctions {
 public:
  static constexpr std::uint64_t ecam = 0x4010000000;

  explicit FakeFunctions(FakeHardware& hardware) {
    hardware.add_frame(
        ecam, 0x10000000, [this](std::uint64_t offset, unsigned) { return read(offset); },
        [this](std::uint64_t offset, unsigned, std::uint64_t value) {
          write(offset, static_cast<std::uint32_t>(value));
        });
  }
  struct Function {
    std::map<unsigned, std::uint32_t> words;
    std::array<std::uint32_t, 6> bar_masks{};  ///< writable bits
    unsigned retries = 0;  ///< reads of the Vendor ID that are answered with a retry status
  };
  /// A function with an MSI-X table of `vectors` at 0x2000 of BAR 2 and its pending bits at 0x3000,
  /// both in the memory behind the BAR.
  Function& add_msix(unsigned requester_id, std::uint32_t id, unsigned vectors) {
    Function& function = add(requester_id, id);
    function.bar_masks[2] = 0xffff0000;
    function.words[PCIE_COMMAND_STATUS] = STATUS_CAPABILITIES_LIST;
    function.words[PCIE_CAPABILITIES_POINTER] = 0x40;
    function.words[0x40] = CAPABILITY_MSIX | (vectors - 1) << 16;
    function.words[0x44] = 0x2000 | 2;
    function.words[0x48] = 0x3000 | 2;
    return function;
  }
  Function& add(unsigned requester_id, std::uint32_t id) {
    Function& function = functions_[requester_id];
    function.words[0] = id;
    return function;
  }

 private:
  std::uint64_t read(std::uint64_t offset) {
    const auto function = functions_.find(static_cast<unsigned>(offset >> 12));
    if (function == functions_.end()) return 0xffffffff;
    if (offset % 0x1000 == PCIE_ID && function->second.retries > 0) {
      --function->second.retries;
      return 0xffff0001;  // PCIe 6.0, 2.3.2
    }
    return function->second.words[offset & 0xfff];
  }
  void write(std::uint64_t offset, std::uint32_t value) {
    const auto found = functions_.find(static_cast<unsigned>(offset >> 12));
    if (found == functions_.end()) return;
    const unsigned at = offset & 0xfff;
    std::uint32_t& word = found->second.words[at];
    if (at >= PCIE_BAR0 && at < PCIE_BAR0 + 24) {
      const std::uint32_t mask = found->second.bar_masks[(at - PCIE_BAR0) / 4];
      word = (word & ~mask) | (value & mask);
    } else if (at == PCIE_COMMAND_STATUS) {
      // Bits of Status are cleared by ones (7.5.1.1.4).
      word = (word & 0xffff0000 & ~(value & 0xf9000000)) | (value & 0xffff);
    } else {
      word = value;
    }
  }
  std::map<unsigned, Function> functions_;
};

}  // namespace doorbell::sw
