#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "doorbell/core/arch/mapped_memory.h"
#include "doorbell/pcie/arch/nvme/input_output.h"

namespace doorbell::pcie::nvme {

/// The contents of a drive: a file of the host's, mapped. Without `write_through` the file stays as
/// it is, and what is written lives in this process.
class BackingFile {
 public:
  /// A file that can't be mapped (MappedMemory), is empty, or no whole number of blocks is an
  /// InputError.
  BackingFile(const std::string& path, bool write_through, std::uint32_t block_size);

  std::uint64_t size() const { return memory_.size(); }
  /// All of it, for a checkpoint.
  std::span<const std::uint8_t> contents() const { return memory_.bytes(); }
  /// The bytes of a range within the file. A file that somebody has cut short meanwhile is an
  /// InputError: its pages can't be touched any more.
  std::span<std::uint8_t> bytes(DriveRange range) {
    memory_.check_file();
    return memory_.bytes().subspan(range.offset, range.bytes);
  }
  void zero(DriveRange range) {
    memory_.check_file();
    memory_.zero(range.offset, range.bytes);
  }

 private:
  MappedMemory memory_;
};

}  // namespace doorbell::pcie::nvme
