#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace doorbell::explore {

/// What a run's doorbells tell messages by. An ITS has the DeviceID of the sender and the EventID
/// that was written; every other doorbell is written an INTID, whoever sends it (GICv2m's
/// MSI_SETSPI_NS; GICM_SETSPI_NSR and GICR_SETLPIR, IHI 0069 12.9 and 12.11).
class MessageNames {
 public:
  /// Of ITSs.
  MessageNames() = default;
  /// Of statistics, which say by the parameter `gic.doorbell` what the doorbells are; those of a
  /// model without it are ITSs.
  explicit MessageNames(const nlohmann::ordered_json& statistics);

  /// "device 0x8, event 3", or "INTID 146" of a doorbell that has no devices.
  std::string name(std::uint32_t device, std::uint32_t event) const;

 private:
  bool intids_ = false;
};

}  // namespace doorbell::explore
