#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platforms/virt/memory_map.h"
#include "platforms/virt/parameters.h"

namespace doorbell::virt {

/// What a device tree says of the software that is started, and of its processors.
struct BootInformation {
  std::optional<std::string> bootargs;  ///< The kernel's command line.
  std::optional<Range> initrd;          ///< Where the initial RAM disk was loaded.
  std::string cpu = "arm,cortex-a57";   ///< `compatible` of each processor.
};

/// Bytes of a device tree, most of them free: QEMU's, so that loaders find the same room for it.
inline constexpr std::size_t device_tree_bytes = 0x10'0000;

/// The flattened device tree of the platform: the nodes, numbers and relations of QEMU 7.2's
/// `virt,gic-version=3,iommu=smmuv3`, from the parameters that the platform is built of.
///
/// What software here doesn't find is left out: PMU, GPIO, virtio-mmio, fw-cfg and platform bus;
/// the SMMU's performance monitors are added.
/// `rng-seed` and `kaslr-seed` come of `device_tree.seed`. An InputError when the bootargs don't
/// fit.
std::vector<std::uint8_t> device_tree(const VirtParameters& parameters,
                                      const BootInformation& boot);

}  // namespace doorbell::virt
