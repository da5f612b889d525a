#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "doorbell/pcie/arch/nvme/status.h"

namespace doorbell::pcie::nvme {

/// Admin commands (NVMe 1.4 Figure 139) that the controller has.
enum class AdminOpcode : std::uint8_t {
  delete_io_submission_queue = 0x00,
  create_io_submission_queue = 0x01,
  get_log_page = 0x02,
  delete_io_completion_queue = 0x04,
  create_io_completion_queue = 0x05,
  identify = 0x06,
  abort = 0x08,
  set_features = 0x09,
  get_features = 0x0a,
  asynchronous_event_request = 0x0c,
};

/// Commands of the NVM command set (Figure 346) that the controller has.
enum class IoOpcode : std::uint8_t {
  flush = 0x00,
  write = 0x01,
  read = 0x02,
  write_zeroes = 0x08,
  dataset_management = 0x09,
};

/// A submission queue entry (4.2).
struct Command {
  static constexpr unsigned bytes = 64;

  std::uint8_t opcode = 0;
  std::uint8_t fuse = 0;  ///< FUSE: fused operations aren't offered
  std::uint8_t psdt = 0;  ///< PSDT: SGLs aren't offered
  std::uint16_t command_id = 0;
  std::uint32_t nsid = 0;
  std::uint64_t prp1 = 0;
  std::uint64_t prp2 = 0;
  std::array<std::uint32_t, 6> dwords{};  ///< CDW10 to CDW15

  std::uint32_t cdw10() const { return dwords[0]; }
  std::uint32_t cdw11() const { return dwords[1]; }
  std::uint32_t cdw12() const { return dwords[2]; }
  std::uint32_t cdw13() const { return dwords[3]; }

  static Command decode(std::span<const std::uint8_t, bytes> entry);
};

/// A completion queue entry (4.6).
struct Completion {
  static constexpr unsigned bytes = 16;

  std::uint32_t result = 0;  ///< DW0, command specific
  std::uint16_t sq_head = 0;
  std::uint16_t sq_id = 0;
  std::uint16_t command_id = 0;
  Status status = Status::success;

  std::array<std::uint8_t, bytes> encode(bool phase) const;
};

/// What a command came to.
struct Result {
  Status status = Status::success;
  std::uint32_t dword0 = 0;
};

}  // namespace doorbell::pcie::nvme
