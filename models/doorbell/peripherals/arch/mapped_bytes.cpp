#include "doorbell/peripherals/arch/mapped_bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "doorbell/core/arch/error.h"

namespace doorbell::peripherals {
namespace {

std::string reason() {
  return std::generic_category().message(errno);
}

std::span<std::uint8_t> map(std::uint64_t size, int flags, int file) {
  void* const bytes = mmap(nullptr, size, PROT_READ | PROT_WRITE, flags | MAP_NORESERVE, file, 0);
  if (bytes == MAP_FAILED) return {};
  return {static_cast<std::uint8_t*>(bytes), size};
}

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : descriptor_(open(path.c_str(), O_RDWR | O_CLOEXEC)) {
    if (descriptor_ < 0) {
      throw InputError(path.string() + ": expected a file to read and write, found: " + reason());
    }
  }
  ~OpenFile() { close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  operator int() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

MappedBytes::MappedBytes(std::uint64_t size) : bytes_(map(size, MAP_PRIVATE | MAP_ANONYMOUS, -1)) {
  if (bytes_.empty()) {
    throw InputError("memory: expected a size that the host can map, found " +
                     std::to_string(size) + " bytes: " + reason());
  }
}

MappedBytes::MappedBytes(std::uint64_t size, const std::filesystem::path& path) {
  const OpenFile file(path);
  struct stat status {};
  fstat(file, &status);
  if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != size) {
    throw InputError(path.string() + ": expected a file of " + std::to_string(size) +
                     " bytes, found " +
                     (S_ISREG(status.st_mode) ? std::to_string(status.st_size) + " bytes"
                                              : std::string("no regular file")));
  }
  bytes_ = map(size, MAP_SHARED, file);
  if (bytes_.empty()) {
    throw InputError(path.string() + ": expected a file that can be mapped, found: " + reason());
  }
}

MappedBytes::~MappedBytes() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

}  // namespace doorbell::peripherals
