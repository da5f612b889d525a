#include "doorbell/pcie/arch/express_capability.h"

#include <algorithm>
#include <bit>

namespace doorbell::pcie {
namespace {

constexpr unsigned structure_bytes = 0x3c;
constexpr unsigned capability_version = 2;

// Device Capabilities (PCIe 6.0 7.5.3.3).
constexpr std::uint32_t Extended_Tag_Supported = 1u << 5;
constexpr std::uint32_t Role_Based_Error_Reporting = 1u << 15;
// Device Control (PCIe 6.0 7.5.3.4).
constexpr std::uint16_t Enable_Relaxed_Ordering = 1 << 4;
constexpr std::uint16_t Extended_Tag_Enable = 1 << 8;
constexpr std::uint16_t Enable_No_Snoop = 1 << 11;
constexpr std::uint16_t read_request_mask = 7 << 12;
constexpr std::uint16_t error_reporting_enables = 0xf;
constexpr std::uint16_t payload_mask = 7 << 5;
// Device Status (PCIe 6.0 7.5.3.5).
constexpr std::uint16_t Non_Fatal_Error_Detected = 1 << 1;
constexpr std::uint16_t Unsupported_Request_Detected = 1 << 3;
constexpr std::uint16_t device_status_write_1_to_clear = 0xf;
// Device Capabilities 2 and Control 2 (PCIe 6.0 7.5.3.15, 7.5.3.16).
constexpr std::uint32_t Completion_Timeout_Disable_Supported = 1u << 4;
constexpr std::uint32_t Ten_Bit_Tag_Completer_Supported = 1u << 16;
constexpr std::uint32_t Ten_Bit_Tag_Requester_Supported = 1u << 17;
constexpr std::uint16_t Ido_Request_Enable = 1 << 8;
constexpr std::uint16_t Ido_Completion_Enable = 1 << 9;
constexpr std::uint16_t Ten_Bit_Tag_Requester_Enable = 1 << 12;
constexpr std::uint16_t completion_timeout_bits = 0x1f;
// Link registers (PCIe 6.0 7.5.3.6 to 7.5.3.8).
constexpr std::uint32_t Aspm_Optionality_Compliance = 1u << 22;
constexpr std::uint16_t link_control_writable = 0x00cb;  // ASPM, RCB, Common Clock, Extended Synch

// Encoding of sizes from 128 to 4096 bytes.
unsigned size_code(unsigned bytes) {
  return static_cast<unsigned>(std::countr_zero(bytes / 128));
}

}  // namespace

ExpressCapability::ExpressCapability(ConfigurationSpace& space, const ExpressFeatures& features)
    : space_(space),
      max_payload_supported_(features.max_payload_supported),
      offset_(space.add_capability(id, structure_bytes)) {
  const unsigned port_type = features.root_complex_integrated ? 9 : 0;
  space_.define(offset_ + 2, 2, port_type << 4 | capability_version, 0);

  const bool extended = features.tag_width != TagWidth::bits5;
  const bool ten_bits = features.tag_width == TagWidth::bits10;
  space_.define(offset_ + Device_Capabilities, 4,
                size_code(max_payload_supported_) | (extended ? Extended_Tag_Supported : 0) |
                    Role_Based_Error_Reporting,
                0);
  const std::uint16_t tag_enable = extended ? Extended_Tag_Enable : 0;
  space_.define(offset_ + Device_Control, 2,
                Enable_Relaxed_Ordering | Enable_No_Snoop | size_code(features.max_payload) << 5 |
                    size_code(features.max_read_request) << 12 | tag_enable,
                error_reporting_enables | Enable_Relaxed_Ordering | payload_mask | tag_enable |
                    Enable_No_Snoop | read_request_mask);
  space_.define(offset_ + Device_Status, 2, 0, 0, device_status_write_1_to_clear);
  space_.define(offset_ + Device_Capabilities_2, 4,
                Completion_Timeout_Disable_Supported | Ten_Bit_Tag_Completer_Supported |
                    (ten_bits ? Ten_Bit_Tag_Requester_Supported : 0),
                0);
  space_.define(offset_ + Device_Control_2, 2, 0,
                completion_timeout_bits | Ido_Request_Enable | Ido_Completion_Enable |
                    (ten_bits ? Ten_Bit_Tag_Requester_Enable : 0));
  if (features.root_complex_integrated) return;  // no link registers (7.5.3)
  space_.define(offset_ + Link_Capabilities, 4,
                features.generation | features.lanes << 4 | Aspm_Optionality_Compliance, 0);
  space_.define(offset_ + Link_Control, 2, 0, link_control_writable);
  space_.define(offset_ + Link_Status, 2, features.generation | features.lanes << 4, 0);
  const std::uint32_t speeds = ((1u << features.generation) - 1) << 1;
  space_.define(offset_ + Link_Capabilities_2, 4, speeds, 0);
  space_.define(offset_ + Link_Control_2, 2, features.generation, 0xf);
}

unsigned ExpressCapability::max_payload() const {
  const unsigned code = space_.get16(offset_ + Device_Control) >> 5 & 7;
  return std::min(128u << code, max_payload_supported_);
}

unsigned ExpressCapability::max_read_request() const {
  const unsigned code = space_.get16(offset_ + Device_Control) >> 12 & 7;
  return std::min(128u << code, 4096u);
}

TagWidth ExpressCapability::tag_width() const {
  if (space_.get16(offset_ + Device_Control_2) & Ten_Bit_Tag_Requester_Enable) {
    return TagWidth::bits10;
  }
  return space_.get16(offset_ + Device_Control) & Extended_Tag_Enable ? TagWidth::bits8
                                                                      : TagWidth::bits5;
}

bool ExpressCapability::relaxed_ordering_enabled() const {
  return (space_.get16(offset_ + Device_Control) & Enable_Relaxed_Ordering) != 0;
}

bool ExpressCapability::id_based_request_ordering_enabled() const {
  return (space_.get16(offset_ + Device_Control_2) & Ido_Request_Enable) != 0;
}

void ExpressCapability::record_unsupported_request() {
  const std::uint16_t status = space_.get16(offset_ + Device_Status);
  space_.set(offset_ + Device_Status, 2,
             status | Non_Fatal_Error_Detected | Unsupported_Request_Detected);
}

PowerCapability::PowerCapability(ConfigurationSpace& space)
    : space_(space), offset_(space.add_capability(id, 8)) {
  constexpr std::uint16_t version = 3;
  constexpr std::uint16_t No_Soft_Reset = 1 << 3;
  space_.define(offset_ + 2, 2, version, 0);
  space_.define(offset_ + PMCSR, 2, No_Soft_Reset, 3);
}

}  // namespace doorbell::pcie
