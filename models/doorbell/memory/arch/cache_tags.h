#pragma once

#include <cstdint>
#include <vector>

namespace doorbell::memory {

/// Which lines a cache holds, and nothing of their contents: set-associative, least recently used
/// goes first.
class CacheTags {
 public:
  /// `bytes` is a multiple of `ways` times `line_bytes`; the number of sets need not be a power of
  /// two.
  CacheTags(std::uint64_t bytes, unsigned ways, unsigned line_bytes);

  struct Result {
    bool hit;
    bool evicted;  ///< A valid line made room.
  };
  /// Looks the line of `address` up and holds it from now on.
  Result access(std::uint64_t address);
  /// Takes all lines out.
  void clear() { lines_.assign(lines_.size(), 0); }
  unsigned line_bytes() const { return line_bytes_; }

 private:
  unsigned ways_;
  unsigned line_bytes_;
  std::uint64_t sets_;
  /// Line number + 1, 0 when free; each set with the most recently used first.
  std::vector<std::uint64_t> lines_;
};

}  // namespace doorbell::memory
