#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "doorbell/pcie/arch/nvme/input_output.h"

namespace doorbell::pcie::nvme {

/// The contents of a drive: a file of the host's, mapped. Without `write_through` the file stays as
/// it is, and what is written lives in this process.
class BackingFile {
 public:
  /// A file that is missing, empty, no regular file, or no whole number of blocks is an InputError.
  BackingFile(const std::string& path, bool write_through, std::uint32_t block_size);
  ~BackingFile();
  BackingFile(const BackingFile&) = delete;
  BackingFile& operator=(const BackingFile&) = delete;

  std::uint64_t size() const { return size_; }
  /// The bytes of a range within the file. A file that somebody has cut short meanwhile is an
  /// InputError: its pages can't be touched any more.
  std::span<std::uint8_t> bytes(DriveRange range);
  void zero(DriveRange range);

 private:
  void zero_pages(std::uint8_t* first, std::uint64_t bytes);

  std::string path_;
  bool write_through_;
  int file_ = -1;
  std::uint64_t size_ = 0;
  std::uint8_t* bytes_ = nullptr;
};

}  // namespace doorbell::pcie::nvme
