#include "doorbell/pcie/nvme/backing_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "doorbell/core/arch/error.h"

namespace doorbell::pcie::nvme {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& expected,
                         const std::string& found) {
  throw InputError(path, 0, "drive", expected, found);
}

}  // namespace

BackingFile::BackingFile(const std::string& path, bool write_through, std::uint32_t block_size)
    : path_(path), write_through_(write_through) {
  const char* const access = write_through ? "a file that can be written" : "a file";
  file_ = open(path.c_str(), (write_through ? O_RDWR : O_RDONLY) | O_CLOEXEC);
  if (file_ < 0) refuse(path, access, std::strerror(errno));
  struct stat status {};
  fstat(file_, &status);
  size_ = static_cast<std::uint64_t>(status.st_size);
  const bool regular = S_ISREG(status.st_mode);
  void* mapping = MAP_FAILED;
  if (regular && size_ != 0 && size_ % block_size == 0) {
    mapping = mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                   write_through ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE, file_, 0);
  }
  if (mapping == MAP_FAILED) {
    const int error = errno;
    close(file_);
    if (!regular) refuse(path, "a regular file", "something else");
    if (size_ == 0 || size_ % block_size != 0) {
      refuse(path, "whole blocks of " + std::to_string(block_size) + " bytes",
             std::to_string(size_) + " bytes");
    }
    refuse(path, "a file that can be mapped", std::strerror(error));
  }
  bytes_ = static_cast<std::uint8_t*>(mapping);
}

BackingFile::~BackingFile() {
  munmap(bytes_, size_);
  close(file_);
}

std::span<std::uint8_t> BackingFile::bytes(DriveRange range) {
  struct stat status {};
  fstat(file_, &status);
  if (static_cast<std::uint64_t>(status.st_size) < size_) {
    refuse(path_, "the " + std::to_string(size_) + " bytes that it had at the start",
           std::to_string(status.st_size) + " bytes");
  }
  return {bytes_ + range.offset, range.bytes};
}

void BackingFile::zero(DriveRange range) {
  const std::span<std::uint8_t> all = bytes(range);
  if (all.empty()) return;
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const std::uint64_t first = (range.offset + page - 1) / page * page;
  const std::uint64_t end = (range.offset + range.bytes) / page * page;
  if (first >= end) {
    std::fill(all.begin(), all.end(), std::uint8_t{0});
    return;
  }
  std::fill(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(first - range.offset),
            std::uint8_t{0});
  std::fill(all.begin() + static_cast<std::ptrdiff_t>(end - range.offset), all.end(),
            std::uint8_t{0});
  zero_pages(bytes_ + first, end - first);
}

/// Large ranges give their memory back: a discard of the whole drive costs none. Small ones don't,
/// as each would take a mapping of its own, of which a process has few.
void BackingFile::zero_pages(std::uint8_t* first, std::uint64_t bytes) {
  constexpr std::uint64_t large = 2 << 20;
  bool done = false;
  if (bytes >= large && write_through_) {
    done = fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                     static_cast<off_t>(first - bytes_), static_cast<off_t>(bytes)) == 0;
  } else if (bytes >= large) {
    done = mmap(first, bytes, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != MAP_FAILED;
  }
  if (!done) std::fill_n(first, bytes, std::uint8_t{0});
}

}  // namespace doorbell::pcie::nvme
