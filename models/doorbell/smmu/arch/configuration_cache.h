#pragma once

#include <cstdint>
#include <optional>

#include "doorbell/core/arch/associative_cache.h"
#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/context_descriptor.h"
#include "doorbell/smmu/arch/invalidation.h"
#include "doorbell/smmu/arch/stream_table.h"
#include "doorbell/smmu/arch/stream_table_entry.h"

namespace doorbell::smmu {

/// The configuration of a stream as a TCU caches it: its STE and a CD, each once fetched.
struct StreamConfiguration {
  StreamTableEntry ste;
  bool has_cd = false;  ///< There is a CD, and it is valid.
  ContextDescriptor cd;
  bool has_ste = false;  ///< There is an STE, and it is valid.
  bool bad_ste = false;  ///< It has been fetched, and is not.
  bool bad_cd = false;   ///< The same of the CD.

  /// As if neither stage had HA and HD.
  void inhibit_updates() {
    ste.stage2 = ste.stage2.without_updates();
    cd.regime = cd.regime.without_updates();
  }
};

/// Which level-1 descriptor of a table of two levels: of a stream table (IHI 0070 5.1), or of the
/// table of CDs of a stream (5.3).
struct LevelOneDescriptor {
  bool of_cds = false;
  std::uint8_t log2_entries = 0;  ///< How many STEs or CDs are found through it.
  std::uint32_t stream_id = 0;    ///< Of STEs: the first of those streams.
  std::uint32_t index = 0;        ///< Of CDs: the first of them.

  static constexpr LevelOneDescriptor of_stream(std::uint32_t stream_id, unsigned split) {
    return {false, static_cast<std::uint8_t>(split),
            stream_id & ~static_cast<std::uint32_t>(low_mask(split)), 0};
  }
  static constexpr LevelOneDescriptor of_context(std::uint32_t stream_id, std::uint32_t index,
                                                 unsigned leaf_bits) {
    return {true, static_cast<std::uint8_t>(leaf_bits), stream_id,
            index & ~static_cast<std::uint32_t>(low_mask(leaf_bits))};
  }
  /// The last stream that is found through it.
  constexpr std::uint32_t last_stream() const {
    return of_cds ? stream_id : stream_id | static_cast<std::uint32_t>(low_mask(log2_entries));
  }
  constexpr bool operator==(const LevelOneDescriptor&) const = default;
};

/// Configuration cache (IHI 0070 16.2) of three kinds of structures: configurations by StreamID and
/// the index of the CD, so that each CD of a stream is kept with the STE that it was found by, and
/// the level-1 descriptors of both kinds of tables. What may be kept is its owner's decision.
class ConfigurationCache {
 public:
  explicit ConfigurationCache(const CacheGeometry& geometry) : cache_(geometry) {}
  /// Counts evictions and invalidations in `counts`; whoever looks up says what was a hit.
  ConfigurationCache(const CacheGeometry& geometry, CacheCounts& counts)
      : cache_(geometry, counts) {}

  /// Null on a miss. Valid until the next change.
  const StreamConfiguration* lookup(std::uint32_t stream_id, std::uint32_t index = 0) {
    return structures(cache_.find(key_of(stream_id, index)));
  }
  const StreamConfiguration* peek(std::uint32_t stream_id, std::uint32_t index = 0) const {
    return structures(cache_.peek(key_of(stream_id, index)));
  }
  /// Whether a valid entry had to make room.
  bool insert(std::uint32_t stream_id, const StreamConfiguration& configuration,
              std::uint32_t index = 0) {
    return cache_.insert(key_of(stream_id, index), {configuration, 0}).evicted;
  }

  /// The doubleword of a level-1 descriptor; nothing on a miss.
  std::optional<std::uint64_t> find_descriptor(const LevelOneDescriptor& which) {
    const Value* const found = cache_.find(key_of(which));
    return found != nullptr ? std::optional(found->descriptor) : std::nullopt;
  }
  bool insert_descriptor(const LevelOneDescriptor& which, std::uint64_t word) {
    return cache_.insert(key_of(which), {{}, word}).evicted;
  }

  /// The number of structures removed.
  std::size_t invalidate(const Invalidation& invalidation);

  /// Empty, as it was made.
  void reset() { cache_.reset(); }

  std::size_t size() const { return cache_.size(); }

 private:
  enum class Kind : std::uint8_t { structures, stream_descriptor, context_descriptor };

  struct Key {
    std::uint32_t stream_id = 0;
    std::uint32_t index = 0;  ///< Of the CD.
    Kind kind = Kind::structures;
    std::uint8_t log2_entries = 0;  ///< Of a level-1 descriptor.

    bool operator==(const Key&) const = default;
    std::uint64_t set_hash() const {
      // Of level-1 descriptors the low bits are always zero.
      return kind == Kind::stream_descriptor ? stream_id >> log2_entries
                                             : stream_id + std::uint64_t{index >> log2_entries};
    }
    std::uint64_t group() const {
      return kind == Kind::stream_descriptor ? group_of_descriptors(stream_id, log2_entries)
                                             : stream_id;
    }
    std::uint64_t identity() const {
      return spread((stream_id | std::uint64_t{index} << 32) ^ std::uint64_t{log2_entries} << 53 ^
                    std::uint64_t{static_cast<std::uint8_t>(kind)} << 58);
    }
  };
  struct Value {
    StreamConfiguration structures;
    std::uint64_t descriptor = 0;
  };

  static Key key_of(std::uint32_t stream_id, std::uint32_t index) { return {stream_id, index}; }
  static Key key_of(const LevelOneDescriptor& which) {
    return {which.stream_id, which.index,
            which.of_cds ? Kind::context_descriptor : Kind::stream_descriptor, which.log2_entries};
  }
  /// Apart from those of streams, and of each split.
  static constexpr std::uint64_t group_of_descriptors(std::uint32_t stream_id, unsigned split) {
    return stream_id >> split | std::uint64_t{split} << 32;
  }
  static const StreamConfiguration* structures(const Value* value) {
    return value != nullptr ? &value->structures : nullptr;
  }
  static bool leads_to(const Invalidation& invalidation, const Key& key);

  AssociativeCache<Key, Value> cache_;
};

}  // namespace doorbell::smmu
