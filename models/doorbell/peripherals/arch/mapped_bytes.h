#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace doorbell::peripherals {

/// Bytes that the host gives a page of when it is first touched: zeros, or a file.
class MappedBytes {
 public:
  /// Zeros. `size` in bytes, at least 1.
  explicit MappedBytes(std::uint64_t size);
  /// The bytes of `file`, which must have that size; what is written goes to the file. An
  /// InputError when that can't be.
  MappedBytes(std::uint64_t size, const std::filesystem::path& file);
  ~MappedBytes();
  MappedBytes(const MappedBytes&) = delete;
  MappedBytes& operator=(const MappedBytes&) = delete;

  std::span<std::uint8_t> bytes() { return bytes_; }
  std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
  std::span<std::uint8_t> bytes_;
};

}  // namespace doorbell::peripherals
