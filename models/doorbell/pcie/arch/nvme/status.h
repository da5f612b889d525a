#pragma once

#include <cstdint>

namespace doorbell::pcie::nvme {

/// Status Code Type in bits 10:8, Status Code in bits 7:0 (NVMe 1.4 4.6.1), as they stand in a
/// completion queue entry above its Phase Tag.
enum class Status : std::uint16_t {
  success = 0x000,
  // Generic (Figure 128)
  invalid_opcode = 0x001,
  invalid_field = 0x002,
  data_transfer_error = 0x004,
  internal_error = 0x006,
  invalid_namespace = 0x00b,
  command_sequence_error = 0x00c,
  prp_offset_invalid = 0x013,
  lba_out_of_range = 0x080,
  // Command specific (Figure 129)
  completion_queue_invalid = 0x100,
  invalid_queue_identifier = 0x101,
  invalid_queue_size = 0x102,
  asynchronous_event_limit = 0x105,
  invalid_interrupt_vector = 0x108,
  invalid_log_page = 0x109,
  invalid_queue_deletion = 0x10c,
  feature_not_saveable = 0x10d,
  feature_not_changeable = 0x10e,
  feature_not_namespace_specific = 0x10f,
};

/// Do Not Retry (4.6.1): the same command would fail again. A transfer that failed may succeed.
constexpr bool do_not_retry(Status status) {
  return status != Status::success && status != Status::data_transfer_error;
}

}  // namespace doorbell::pcie::nvme
