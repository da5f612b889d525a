#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace doorbell::memory {

/// Bytes of a memory that may be far larger than the host's: chunks come into being, zeroed, when
/// first written and never move, so that pointers into them stay good.
class SparseStorage {
 public:
  static constexpr std::uint64_t chunk_bytes = 2 * 1024 * 1024;

  /// `size` in bytes, at least 1.
  explicit SparseStorage(std::uint64_t size);

  std::uint64_t size() const { return size_; }
  /// Whether [address, address + length) lies within.
  bool contains(std::uint64_t address, std::uint64_t length) const {
    return length <= size_ && address <= size_ - length;
  }

  // The range must lie within.
  void read(std::uint64_t address, std::span<std::uint8_t> data) const;
  void write(std::uint64_t address, std::span<const std::uint8_t> data);

  /// The chunk that holds `address`; made if need be. Its last byte may lie beyond `size`.
  std::uint8_t* chunk(std::uint64_t address);
  /// Chunks that exist.
  std::size_t chunks() const { return count_; }

 private:
  struct Free {
    void operator()(std::uint8_t* bytes) const;
  };
  std::uint64_t size_;
  std::vector<std::unique_ptr<std::uint8_t[], Free>> chunks_;
  std::size_t count_ = 0;
};

}  // namespace doorbell::memory
