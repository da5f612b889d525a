#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace doorbell::pcie {

/// Size of the tag field in use (PCIe 6.0 2.2.6.2): Device Control and Device Control 2 choose.
enum class TagWidth : std::uint8_t { bits5, bits8, bits10 };

/// Tags of outstanding non-posted requests. A requester with 10-bit tags keeps Tag[9:8] other than
/// 00b (PCIe 6.0 2.2.6.2), which leaves 768.
class TagPool {
 public:
  /// `limit` bounds the number of tags below what the width allows; 0 means no bound of its own.
  explicit TagPool(TagWidth width, unsigned limit = 0) {
    first_ = width == TagWidth::bits10 ? 256 : 0;
    unsigned count = width == TagWidth::bits5 ? 32 : width == TagWidth::bits8 ? 256 : 768;
    if (limit != 0 && limit < count) count = limit;
    capacity_ = count;
    free_.reserve(count);
    for (unsigned tag = count; tag-- > 0;)
      free_.push_back(static_cast<std::uint16_t>(first_ + tag));
  }

  std::optional<std::uint16_t> allocate() {
    if (free_.empty()) return std::nullopt;
    const std::uint16_t tag = free_.back();
    free_.pop_back();
    return tag;
  }

  void release(std::uint16_t tag) { free_.push_back(tag); }

  unsigned in_use() const { return capacity_ - static_cast<unsigned>(free_.size()); }
  unsigned capacity() const { return capacity_; }
  /// Smallest tag of the pool; tags are first() to first() + capacity() - 1.
  unsigned first() const { return first_; }

 private:
  unsigned first_ = 0;
  unsigned capacity_ = 0;
  std::vector<std::uint16_t> free_;
};

}  // namespace doorbell::pcie
