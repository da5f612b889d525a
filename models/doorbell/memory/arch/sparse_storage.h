#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace doorbell::memory {

/// Bytes of a memory that may be far larger than the host's: one private mapping, zero at first,
/// of which the host gives a page when it is first written. It never moves, so that pointers into
/// it stay good.
class SparseStorage {
 public:
  /// `size` in bytes, at least 1. Throws InputError when the host has no room of addresses for it.
  explicit SparseStorage(std::uint64_t size);
  ~SparseStorage();
  SparseStorage(const SparseStorage&) = delete;
  SparseStorage& operator=(const SparseStorage&) = delete;

  std::uint64_t size() const { return bytes_.size(); }
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

  /// All of them, at an address that is a multiple of the host's pages.
  std::span<std::uint8_t> bytes() { return bytes_; }

 private:
  std::span<std::uint8_t> bytes_;
};

}  // namespace doorbell::memory
