#include "doorbell/pcie/arch/nvme/input_output.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/core/arch/little_endian.h"

namespace doorbell::pcie::nvme {
namespace {

constexpr BitField number_of_blocks{0, 16};  // NLB, zero-based
constexpr BitField number_of_ranges{0, 8};   // NR, zero-based
constexpr BitField attribute_deallocate{2, 1};

bool within(const Namespace& drive, std::uint64_t first, std::uint64_t count) {
  return first <= drive.blocks && count <= drive.blocks - first;
}

Status plan_blocks(const Command& command, const Namespace& drive, IoRequest& request) {
  const std::uint64_t first = std::uint64_t{command.cdw11()} << 32 | command.cdw10();
  const std::uint64_t count = number_of_blocks.get(command.cdw12()) + 1;
  const std::uint64_t bytes = count * drive.block_size;
  if (request.opcode != IoOpcode::write_zeroes) {
    if (bytes > most_transfer_bytes) return Status::invalid_field;
    request.transfer_bytes = static_cast<std::uint32_t>(bytes);
  }
  if (!within(drive, first, count)) return Status::lba_out_of_range;
  request.range = {first * drive.block_size, bytes};
  return Status::success;
}

Status plan(const Command& command, const Namespace& drive, IoRequest& request) {
  const bool of_all = request.opcode == IoOpcode::flush && command.nsid == Namespace::all;
  switch (request.opcode) {
    case IoOpcode::flush:
    case IoOpcode::write:
    case IoOpcode::read:
    case IoOpcode::write_zeroes:
    case IoOpcode::dataset_management:
      break;
    default:
      return Status::invalid_opcode;
  }
  if (command.fuse != 0 || command.psdt != 0) return Status::invalid_field;
  if (command.nsid != Namespace::id && !of_all) return Status::invalid_namespace;
  if (request.opcode == IoOpcode::flush) return Status::success;
  if (request.opcode != IoOpcode::dataset_management) return plan_blocks(command, drive, request);
  const auto ranges = static_cast<std::uint32_t>(number_of_ranges.get(command.cdw10())) + 1;
  request.transfer_bytes = ranges * dataset_range_bytes;
  request.deallocate = attribute_deallocate.test(command.cdw11());
  return Status::success;
}

}  // namespace

IoRequest IoRequest::decode(const Command& command, const Namespace& drive) {
  IoRequest request;
  request.opcode = static_cast<IoOpcode>(command.opcode);
  request.status = plan(command, drive, request);
  return request;
}

Status dataset_ranges(std::span<const std::uint8_t> data, const Namespace& drive,
                      std::vector<DriveRange>& ranges) {
  for (std::size_t at = 0; at < data.size(); at += dataset_range_bytes) {
    const auto count = load_little_endian<std::uint32_t>(data.subspan(at + 4, 4));
    const auto first = load_little_endian<std::uint64_t>(data.subspan(at + 8, 8));
    if (!within(drive, first, count)) return Status::lba_out_of_range;
    ranges.push_back({first * drive.block_size, std::uint64_t{count} * drive.block_size});
  }
  return Status::success;
}

}  // namespace doorbell::pcie::nvme
