#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace doorbell {

/// SHA-256 of a stream of bytes (FIPS 180-4): what names a workload in the statistics.
class Sha256 {
 public:
  void update(std::span<const std::uint8_t> bytes);
  /// The digest of everything so far in lower-case hexadecimal. Nothing may be added afterwards.
  std::string hexadecimal();

 private:
  static constexpr std::size_t block_bytes = 64;
  void process_block(const std::uint8_t* block);

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, block_bytes> pending_{};
  std::uint64_t length_ = 0;  ///< Bytes.
};

/// SHA-256 of a file as it stands on the disk, what `sha256sum` prints. InputError when it can't be
/// read.
std::string sha256_of_file(const std::string& file);

}  // namespace doorbell
