#pragma once

#include <cstdint>

#include "doorbell/pcie/arch/configuration_space.h"
#include "doorbell/pcie/arch/tags.h"

namespace doorbell::pcie {

/// What the PCI Express capability says of a function and of its link.
struct ExpressFeatures {
  unsigned generation = 4;               ///< link speed, 1 to 6
  unsigned lanes = 4;                    ///< link width
  unsigned max_payload_supported = 256;  ///< bytes, a power of two from 128 to 4096
  unsigned max_payload = 128;            ///< Device Control at the start, bytes
  unsigned max_read_request = 512;       ///< likewise
  TagWidth tag_width = TagWidth::bits8;  ///< the widest that the function supports
  bool root_complex_integrated = false;  ///< device/port type RCiEP in place of Endpoint
};

/// View of the PCI Express capability structure, version 2, of an endpoint (PCIe 6.0 7.5.3).
class ExpressCapability {
 public:
  // Offsets within the structure (PCIe 6.0 7.5.3.2 to 7.5.3.20).
  static constexpr unsigned Device_Capabilities = 0x04;
  static constexpr unsigned Device_Control = 0x08;
  static constexpr unsigned Device_Status = 0x0a;
  static constexpr unsigned Link_Capabilities = 0x0c;
  static constexpr unsigned Link_Control = 0x10;
  static constexpr unsigned Link_Status = 0x12;
  static constexpr unsigned Device_Capabilities_2 = 0x24;
  static constexpr unsigned Device_Control_2 = 0x28;
  static constexpr unsigned Link_Capabilities_2 = 0x2c;
  static constexpr unsigned Link_Control_2 = 0x30;

  static constexpr std::uint8_t id = 0x10;

  ExpressCapability(ConfigurationSpace& space, const ExpressFeatures& features);

  unsigned offset() const { return offset_; }

  /// Max_Payload_Size of Device Control, in bytes, never above what is supported.
  unsigned max_payload() const;
  /// Max_Read_Request_Size of Device Control, in bytes.
  unsigned max_read_request() const;
  /// The widest tags that software has enabled: Extended Tag Field Enable, 10-Bit Tag Requester
  /// Enable.
  TagWidth tag_width() const;
  bool relaxed_ordering_enabled() const;
  bool id_based_request_ordering_enabled() const;
  /// Device Status: Unsupported Request Detected and Non-Fatal Error Detected.
  void record_unsupported_request();

 private:
  ConfigurationSpace& space_;
  unsigned max_payload_supported_;
  unsigned offset_;
};

/// View of the PCI Power Management capability (PCIe 6.0 7.5.2): D0 and D3hot, No_Soft_Reset.
class PowerCapability {
 public:
  static constexpr std::uint8_t id = 0x01;
  static constexpr unsigned PMCSR = 0x04;

  explicit PowerCapability(ConfigurationSpace& space);
  /// Outside D0 a function answers configuration requests only and issues nothing
  /// (PCIe 6.0 5.3.1.4).
  bool in_d0() const { return (space_.get8(offset_ + PMCSR) & 3) == 0; }

 private:
  ConfigurationSpace& space_;
  unsigned offset_;
};

}  // namespace doorbell::pcie
