#pragma once

#include <cstdint>

#include "doorbell/core/arch/associative_cache.h"
#include "doorbell/smmu/arch/context_descriptor.h"
#include "doorbell/smmu/arch/invalidation.h"
#include "doorbell/smmu/arch/stream_table_entry.h"

namespace doorbell::smmu {

/// The configuration of a stream as a TCU caches it: its STE and a CD, each once fetched
/// and valid.
struct StreamConfiguration {
  StreamTableEntry ste;
  bool has_cd = false;
  ContextDescriptor cd;
  bool has_ste = false;

  /// As if neither stage had HA and HD.
  void inhibit_updates() {
    ste.stage2 = ste.stage2.without_updates();
    cd.regime = cd.regime.without_updates();
  }
};

/// Configuration cache by StreamID and the index of the CD (IHI 0070 16.2): each CD of a stream is
/// kept with the STE that it was found by. Only valid structures are kept.
class ConfigurationCache {
 public:
  explicit ConfigurationCache(const CacheGeometry& geometry) : cache_(geometry) {}
  /// Counts evictions and invalidations in `counts`; whoever looks up says what was a hit.
  ConfigurationCache(const CacheGeometry& geometry, CacheCounts& counts)
      : cache_(geometry, counts) {}

  /// Null on a miss. Valid until the next change.
  const StreamConfiguration* lookup(std::uint32_t stream_id, std::uint32_t index = 0) {
    return cache_.find({stream_id, index});
  }
  const StreamConfiguration* peek(std::uint32_t stream_id, std::uint32_t index = 0) const {
    return cache_.peek({stream_id, index});
  }
  /// Whether a valid entry had to make room.
  bool insert(std::uint32_t stream_id, const StreamConfiguration& configuration,
              std::uint32_t index = 0) {
    return cache_.insert({stream_id, index}, configuration).evicted;
  }
  /// The number of STEs and CDs removed.
  std::size_t invalidate(const Invalidation& invalidation);

  /// Empty, as it was made.
  void reset() { cache_.reset(); }

  std::size_t size() const { return cache_.size(); }

 private:
  struct Key {
    std::uint32_t stream_id = 0;
    std::uint32_t index = 0;  ///< Of the CD.

    bool operator==(const Key&) const = default;
    std::uint64_t set_hash() const { return stream_id + std::uint64_t{index}; }
    std::uint64_t group() const { return stream_id; }
    std::uint64_t identity() const { return spread(stream_id | std::uint64_t{index} << 32); }
  };
  AssociativeCache<Key, StreamConfiguration> cache_;
};

}  // namespace doorbell::smmu
