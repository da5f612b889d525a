#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>

namespace doorbell {

/// Memory of the host's in one mapping: zeros, of which the host gives a page when it is first
/// written, so that it may be far larger than the host's own; or the bytes of a file. It never
/// moves, so that pointers into it stay good.
class MappedMemory {
 public:
  /// What becomes of what is written to the bytes of a file.
  enum class Writes {
    stay_here,   ///< It lives in this process, and the file stays as it is.
    reach_file,  ///< The file keeps it.
  };

  /// Zeros. `size` in bytes, at least 1. InputError when the host has no room of addresses for it.
  explicit MappedMemory(std::uint64_t size);
  /// The bytes of a file, none when it is empty. InputError when it is missing, no regular file, or
  /// may not be read, nor written where writes reach it.
  MappedMemory(const std::filesystem::path& file, Writes writes);
  ~MappedMemory();
  MappedMemory(const MappedMemory&) = delete;
  MappedMemory& operator=(const MappedMemory&) = delete;

  std::uint64_t size() const { return bytes_.size(); }
  /// All of them, at an address that is a multiple of the host's pages.
  std::span<std::uint8_t> bytes() { return bytes_; }
  std::span<const std::uint8_t> bytes() const { return bytes_; }

  /// Whether [address, address + length) lies within.
  bool contains(std::uint64_t address, std::uint64_t length) const {
    return length <= size() && address <= size() - length;
  }

  // The range must lie within.
  void read(std::uint64_t address, std::span<std::uint8_t> data) const {
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(address), data.size(), data.begin());
  }
  void write(std::uint64_t address, std::span<const std::uint8_t> data) {
    std::copy(data.begin(), data.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(address));
  }
  /// Large ranges give their memory back.
  void zero(std::uint64_t address, std::uint64_t length);

  /// The bytes become those of a file of this size, at the same place; what is written from now on
  /// stays here. InputError as above, or when its size is another: then nothing has changed.
  void replace(const std::filesystem::path& file);
  /// InputError when somebody has cut the file short meanwhile: its pages can't be touched then.
  void check_file() const;

 private:
  class File;

  void close_file();
  void zero_pages(std::uint64_t address, std::uint64_t length);

  std::filesystem::path path_;
  Writes writes_ = Writes::stay_here;
  int file_ = -1;  ///< -1 where there is none
  std::span<std::uint8_t> bytes_;
};

}  // namespace doorbell
