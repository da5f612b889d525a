#include "doorbell/core/arch/mapped_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "doorbell/core/arch/error.h"

namespace doorbell {
namespace {

constexpr int readable_and_writable = PROT_READ | PROT_WRITE;

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& expected,
                         const std::string& found) {
  throw InputError(file.string() + ": expected " + expected + ", found " + found);
}

std::string reason() {
  return std::generic_category().message(errno);
}

std::string in_bytes(std::uint64_t size) {
  return std::to_string(size) + " bytes";
}

}  // namespace

/// An open file, until somebody takes it.
class MappedMemory::File {
 public:
  File(const std::filesystem::path& path, Writes writes)
      : path_(path),
        flags_(writes == Writes::reach_file ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE),
        descriptor_(
            open(path.c_str(), (writes == Writes::reach_file ? O_RDWR : O_RDONLY) | O_CLOEXEC)) {
    if (descriptor_ < 0) {
      refuse(path, writes == Writes::reach_file ? "a file to read and write" : "a file to read",
             reason());
    }
  }
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int take() { return std::exchange(descriptor_, -1); }

  std::uint64_t size() const {
    struct stat status {};
    fstat(descriptor_, &status);
    if (!S_ISREG(status.st_mode)) refuse(path_, "a regular file", "something else");
    return static_cast<std::uint64_t>(status.st_size);
  }

  /// `place`: null for any.
  std::span<std::uint8_t> map(void* place, std::uint64_t size) const {
    if (size == 0) return {};
    void* const bytes = mmap(place, size, readable_and_writable,
                             flags_ | (place != nullptr ? MAP_FIXED : 0), descriptor_, 0);
    if (bytes == MAP_FAILED) refuse(path_, "a file that can be mapped", reason());
    return {static_cast<std::uint8_t*>(bytes), size};
  }

 private:
  const std::filesystem::path& path_;
  int flags_;
  int descriptor_;
};

MappedMemory::MappedMemory(std::uint64_t size) {
  // Without a reserve of the host's memory: most of it will never be touched.
  void* const bytes = mmap(nullptr, size, readable_and_writable,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (bytes == MAP_FAILED)
    refuse("memory", "a size that the host can map", in_bytes(size) + ": " + reason());
  bytes_ = {static_cast<std::uint8_t*>(bytes), size};
}

MappedMemory::MappedMemory(const std::filesystem::path& path, Writes writes)
    : path_(path), writes_(writes) {
  File file(path, writes);
  bytes_ = file.map(nullptr, file.size());
  file_ = file.take();
}

MappedMemory::~MappedMemory() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
  close_file();
}

void MappedMemory::close_file() {
  if (file_ >= 0) close(std::exchange(file_, -1));
}

void MappedMemory::replace(const std::filesystem::path& path) {
  File file(path, Writes::stay_here);
  if (const std::uint64_t found = file.size(); found != size())
    refuse(path, in_bytes(size()), in_bytes(found));
  file.map(bytes_.data(), size());
  close_file();
  path_ = path;
  writes_ = Writes::stay_here;
  file_ = file.take();
}

void MappedMemory::check_file() const {
  if (file_ < 0) return;
  struct stat status {};
  fstat(file_, &status);
  const auto now = static_cast<std::uint64_t>(status.st_size);
  if (now < size()) refuse(path_, "the " + in_bytes(size()) + " that it had", in_bytes(now));
}

void MappedMemory::zero(std::uint64_t address, std::uint64_t length) {
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const std::uint64_t first = (address + page - 1) / page * page;
  const std::uint64_t end = (address + length) / page * page;
  const auto fill = [this](std::uint64_t from, std::uint64_t to) {
    std::fill_n(bytes_.data() + from, to - from, std::uint8_t{0});
  };
  if (first >= end) {
    fill(address, address + length);
    return;
  }
  fill(address, first);
  fill(end, address + length);
  zero_pages(first, end - first);
}

/// Small ranges keep their memory, as each would take a mapping of its own, of which a process has
/// few.
void MappedMemory::zero_pages(std::uint64_t address, std::uint64_t length) {
  constexpr std::uint64_t large = 2 << 20;
  std::uint8_t* const first = bytes_.data() + address;
  bool done = false;
  if (length >= large && writes_ == Writes::reach_file) {
    done = fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(address),
                     static_cast<off_t>(length)) == 0;
  } else if (length >= large) {
    done = mmap(first, length, readable_and_writable,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != MAP_FAILED;
  }
  if (!done) std::fill_n(first, length, std::uint8_t{0});
}

}  // namespace doorbell
