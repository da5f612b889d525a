#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "doorbell/core/arch/associative_cache.h"
#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/invalidation.h"
#include "doorbell/smmu/arch/translation_table.h"

namespace doorbell::smmu {

/// An input address as translation sees it: bit 55 repeated above (top byte ignored or not).
constexpr std::uint64_t canonical(std::uint64_t address) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(address << 8) >> 8);
}

/// What a TLB holds about a page, a block, or a whole stream that bypasses translation.
struct TlbEntry {
  std::uint64_t input_base = 0;
  TranslationTag tag;
  Leaf leaf;
  /// Bytes of which an invalidation of any takes it: those of the stage 1 page or block, which two
  /// stages may have made smaller (DDI 0487 D8.17).
  unsigned invalidation_log2 = 0;
  std::uint8_t attributes = 0xff;  ///< MAIR attribute
  bool bypass = false;             ///< Identity for a stream that is not translated.

  std::uint64_t translate(std::uint64_t address) const;
  /// The same, never less than what it maps.
  unsigned invalidation_size_log2() const {
    return invalidation_log2 > leaf.size_log2 ? invalidation_log2 : leaf.size_log2;
  }
};

/// A TLB of a TBU: pages and blocks of several sizes by stream and input address, with the ASID
/// and VMID that invalidations ask for (IHI 0070 3.17, 4.4). Every lookup probes once per page size
/// in use.
class Tlb {
 public:
  explicit Tlb(const CacheGeometry& geometry) : cache_(geometry) { sizes_.reserve(4); }
  /// Counts evictions and invalidations in `counts`; whoever looks up says what was a hit.
  Tlb(const CacheGeometry& geometry, CacheCounts& counts) : cache_(geometry, counts) {
    sizes_.reserve(4);
  }

  struct Lookup {
    const TlbEntry* entry;  ///< Null on a miss. Valid until the next change.
    unsigned probes;        ///< One for each page size tried.
  };
  Lookup lookup(StreamWord stream, std::uint64_t address);
  /// Without being a use, for a debugger.
  const TlbEntry* peek(StreamWord stream, std::uint64_t address) const;

  /// Whether a valid entry had to make room.
  bool insert(const TlbEntry& entry);
  /// The number of entries removed.
  std::size_t invalidate(const Invalidation& invalidation);
  std::size_t invalidate_all();

  /// Empty, as it was made.
  void reset() {
    cache_.reset();
    entries_of_size_ = {};
    sizes_.clear();
    invalidation_sizes_ = 0;
  }

  std::size_t size() const { return cache_.size(); }

 private:
  /// Two words: the low bits of a page are free for its size.
  struct Key {
    std::uint64_t page_and_size = 0;
    StreamWord stream;
    /// Of its group. Not compared: whoever looks up doesn't know it.
    std::uint8_t invalidation_log2 = 0;

    static constexpr std::uint64_t size_mask = 0x3f;

    std::uint64_t page() const { return page_and_size & ~size_mask; }
    unsigned size_log2() const { return static_cast<unsigned>(page_and_size & size_mask); }
    bool operator==(const Key& other) const {
      return page_and_size == other.page_and_size && stream == other.stream;
    }
    std::uint64_t set_hash() const { return (page_and_size >> size_log2()) + spread(stream.value); }
    std::uint64_t group() const { return group_of(page(), invalidation_log2); }
    std::uint64_t identity() const { return hash_of(page_and_size, stream.value); }
  };
  static Key key_of(StreamWord stream, std::uint64_t address, unsigned size_log2,
                    unsigned invalidation_log2 = 0);
  static std::uint64_t group_of(std::uint64_t address, unsigned size_log2) {
    return (canonical(address) & ~low_mask(size_log2)) ^ size_log2;
  }

  std::size_t invalidate_range(const Invalidation& invalidation);
  void count(unsigned size_log2, int change);

  AssociativeCache<Key, TlbEntry> cache_;
  std::array<std::uint32_t, 64> entries_of_size_{};
  std::vector<unsigned> sizes_;           ///< page sizes in use, ascending
  std::uint64_t invalidation_sizes_ = 0;  ///< A bit for each that there has been.
};

}  // namespace doorbell::smmu
