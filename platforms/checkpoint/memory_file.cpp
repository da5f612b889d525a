#include "platforms/checkpoint/memory_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "doorbell/core/arch/error.h"

namespace doorbell::checkpoint {
namespace {

constexpr std::size_t page = 4096;

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& expected,
                         const std::string& found) {
  throw InputError(file.string(), 0, "checkpoint", expected, found);
}

std::string reason() {
  return std::generic_category().message(errno);
}

class OpenFile {
 public:
  OpenFile(const std::filesystem::path& file, int flags)
      : descriptor_(open(file.c_str(), flags | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) refuse(file, "a file", reason());
  }
  ~OpenFile() { close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  operator int() const { return descriptor_; }

 private:
  int descriptor_;
};

bool is_zero(std::span<const std::uint8_t> bytes) {
  static constexpr std::array<std::uint8_t, page> zeros{};
  return std::memcmp(bytes.data(), zeros.data(), bytes.size()) == 0;
}

std::span<const std::uint8_t> page_at(std::span<const std::uint8_t> bytes, std::size_t offset) {
  return bytes.subspan(offset, std::min(page, bytes.size() - offset));
}

void write_at(const std::filesystem::path& file, int descriptor,
              std::span<const std::uint8_t> bytes, std::size_t offset) {
  while (!bytes.empty()) {
    const ssize_t written =
        pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) refuse(file, "room to write it", reason());
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::size_t>(written);
  }
}

}  // namespace

void write_sparse(const std::filesystem::path& file, std::span<const std::uint8_t> bytes) {
  const OpenFile open(file, O_WRONLY | O_CREAT | O_EXCL);
  if (ftruncate(open, static_cast<off_t>(bytes.size())) != 0)
    refuse(file, "room to write it", reason());
  for (std::size_t offset = 0; offset < bytes.size();) {
    const std::size_t first = offset;
    while (offset < bytes.size() && !is_zero(page_at(bytes, offset)))
      offset += page;
    const std::size_t end = std::min(offset, bytes.size());
    if (end != first) write_at(file, open, bytes.subspan(first, end - first), first);
    if (end == first) offset += page;
  }
}

}  // namespace doorbell::checkpoint
