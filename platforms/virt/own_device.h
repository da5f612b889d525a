#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "doorbell/core/read_write.h"
#include "doorbell/core/requester_label.h"
#include "doorbell/smmu/tbu.h"
#include "platforms/virt/memory_map.h"

namespace doorbell::virt {

/// A device of one's own on the platform, beside PCIe: registers at physical addresses, and DMA and
/// MSIs through a TBU of its own.
struct OwnDevice {
  std::string name;         ///< Of its part of the platform, and so of statistics.
  Range registers;          ///< For example in `platform_bus`; the device sees addresses from 0.
  std::uint32_t stream_id;  ///< None that a PCIe function has, whose bus here is 0: from 0x100 on.
  std::uint32_t device_id;  ///< The same for the ITS.
  /// GITS_TRANSLATER as the device is to write it, an IOVA: MSIs get Journeys. None: the way of no
  /// MSI is recorded.
  std::optional<std::uint64_t> doorbell;
};

/// The way of such a device into the platform.
class OwnDevicePort : public sc_core::sc_module {
 public:
  OwnDevicePort(const sc_core::sc_module_name& name, const OwnDevice& device,
                const smmu::SmmuParameters& parameters);

  RequesterLabel label;
  ReadWriteSplit split;
  smmu::Tbu tbu;
};

}  // namespace doorbell::virt
