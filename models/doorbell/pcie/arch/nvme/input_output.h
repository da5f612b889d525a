#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "doorbell/pcie/arch/nvme/command.h"
#include "doorbell/pcie/arch/nvme/identify.h"

namespace doorbell::pcie::nvme {

/// A range of the drive, in bytes.
struct DriveRange {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;

  friend bool operator==(const DriveRange&, const DriveRange&) = default;
};

/// What an I/O command asks for, once it was found to be legal (NVMe 1.4 6).
struct IoRequest {
  Status status = Status::success;  ///< of a command that isn't legal
  IoOpcode opcode = IoOpcode::flush;
  DriveRange range;                  ///< of Read, Write and Write Zeroes
  std::uint32_t transfer_bytes = 0;  ///< between host and controller
  bool deallocate = false;           ///< of Dataset Management: otherwise hints alone

  static IoRequest decode(const Command& command, const Namespace& drive);
};

/// The ranges of a Dataset Management command (6.7, Figure 361), 16 bytes each.
inline constexpr unsigned dataset_range_bytes = 16;
Status dataset_ranges(std::span<const std::uint8_t> data, const Namespace& drive,
                      std::vector<DriveRange>& ranges);

}  // namespace doorbell::pcie::nvme
