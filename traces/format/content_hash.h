#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace doorbell::trace {

/// FNV-1a, 64 bits, fed piece by piece.
class ContentHash {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) {
      value_ = (value_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
    }
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

/// The hash of a file's bytes, decompressed if it is gzipped: how statistics name their workload.
/// Throws InputError when it can't be read or is truncated.
std::uint64_t content_hash(const std::string& path);

/// The same, and the text itself, unless it has more than `most` bytes: none then.
struct HashedText {
  std::uint64_t hash = 0;
  std::shared_ptr<const std::string> text;
};
HashedText read_hashed(const std::string& path, std::size_t most);

}  // namespace doorbell::trace
