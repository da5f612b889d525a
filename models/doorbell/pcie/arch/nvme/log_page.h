#pragma once

#include <cstdint>
#include <vector>

#include "doorbell/core/arch/time.h"
#include "doorbell/pcie/arch/nvme/command.h"

namespace doorbell::pcie::nvme {

/// Log pages that the controller has (NVMe 1.4 Figure 191).
enum class LogPage : std::uint8_t { errors = 0x01, health = 0x02, firmware_slots = 0x03 };

/// What the SMART / Health Information page counts (5.14.1.2).
struct HealthCounts {
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t reads = 0;  ///< commands
  std::uint64_t writes = 0;
  Time powered = 0;  ///< simulated time since the start
};

/// Get Log Page (5.14): the bytes that are transferred, from the offset asked for on, and no more
/// than the page has. `length` is what the host's buffer holds, NUMD double words.
struct LogRequest {
  LogPage page = LogPage::errors;
  bool retain_event = false;  ///< RAE
  std::uint64_t offset = 0;
  std::uint32_t length = 0;

  static LogRequest decode(const Command& command);
};
Status read_log(const LogRequest& request, const HealthCounts& health,
                std::vector<std::uint8_t>& data);

}  // namespace doorbell::pcie::nvme
