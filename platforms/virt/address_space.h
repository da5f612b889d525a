#pragma once

#include <string>
#include <vector>

#include "doorbell/memory/fabric.h"
#include "platforms/virt/memory_map.h"
#include "platforms/virt/own_device.h"
#include "platforms/virt/parameters.h"

namespace doorbell::virt {

/// What answers at which physical addresses: memory_map.h, with what the parameters say of RAM,
/// ECAM and redistributors, and devices of one's own.
std::vector<memory::FabricTarget> fabric_targets(const VirtParameters& parameters,
                                                 const std::vector<OwnDevice>& own = {});

/// Performance monitor counter groups: of the TCU, of each TBU of PCIe, and of each device of
/// one's own.
unsigned counter_groups(const VirtParameters& parameters, unsigned own_devices = 0);
/// The pages of the n-th one.
Range counter_group_page(unsigned group, unsigned page);

/// The name of the target at an address; "nothing" where none is.
std::string target_at(const VirtParameters& parameters, std::uint64_t address);

/// Where devices may write MSIs, by the kind of doorbell: one address for each ITS, for the frame,
/// or for each processor.
std::vector<std::uint64_t> doorbells(const VirtParameters& parameters);

}  // namespace doorbell::virt
