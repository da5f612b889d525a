#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "doorbell/core/arch/associative_cache.h"
#include "doorbell/smmu/arch/invalidation.h"
#include "doorbell/smmu/arch/translation_table.h"

namespace doorbell::smmu {

/// What a walk cache keeps of one descriptor: where the walk goes on, or its end.
using CachedStep = std::variant<WalkPosition, Leaf>;

/// The walk caches of a stage: one for the descriptors of each level (S1L0 to S1L3, S2L0 to S2L3 of
/// an MMU-600), all looked up at once; the deepest hit shortens the walk most. Only valid
/// descriptors are kept. Addresses in them are as descriptors have them: with two stages those of
/// stage 1 are intermediate physical ones, and the leaves of stage 2 are a cache of what these are.
class WalkCache {
 public:
  static constexpr unsigned levels = 4;

  /// `geometry[n].entries` = 0 leaves the cache of level n out. Each counts in `counts[n]`, or by
  /// itself.
  /// `stages`: of whose walks it is asked.
  explicit WalkCache(const std::array<CacheGeometry, levels>& geometry,
                     const std::array<CacheCounts*, levels>& counts = {},
                     Invalidation::Set stages = Invalidation::only(Stages::stage1, Stages::both));

  struct Hit {
    CachedStep step;
    unsigned level;  ///< Whose descriptor it is.
  };
  /// The deepest hit at `first_level` or below that serves the access; nothing when no level hits.
  /// A hit of its level, and a miss of each level below.
  bool lookup(const TranslationTag& tag, std::uint64_t address, unsigned first_level, Hit& hit,
              const Access& access = {});
  /// Whether a valid entry had to make room.
  bool insert(const TranslationTag& tag, std::uint64_t address, unsigned level,
              const CachedStep& step);
  /// Whether a leaf of another level is there for an address that `leaf` of `address` maps.
  bool overlaps(const TranslationTag& tag, std::uint64_t address, const Leaf& leaf);
  /// Why the entry of this page isn't there any more, of the deepest level that had one: `evicted`,
  /// `invalidated` by that command, or 0 when it never was, or that has been forgotten.
  Departures::Reason why_missing(const TranslationTag& tag, std::uint64_t address,
                                 unsigned first_level) const;
  static constexpr Departures::Reason evicted = Departures::evicted;
  static constexpr Departures::Reason invalidated(Opcode command) {
    return static_cast<Departures::Reason>(Departures::invalidated +
                                           static_cast<unsigned>(command));
  }
  /// The number of entries removed, by level.
  std::array<std::size_t, levels> invalidate(const Invalidation& invalidation);

  /// Empty, as it was made.
  void reset() {
    granules_.clear();
    for (const auto& level : level_)
      level->reset();
  }

  std::size_t size() const;

 private:
  struct Key {
    std::uint64_t base = 0;  ///< Input address of what the descriptor maps.
    std::uint16_t asid = 0;
    std::uint16_t vmid = 0;
    std::uint8_t size_log2 = 0;
    std::uint8_t granule = 12;
    World world = World::el1;
    Stages stages = Stages::stage1;

    bool operator==(const Key&) const = default;
    std::uint64_t set_hash() const { return (base >> size_log2) + spread(owner()); }
    std::uint64_t owner() const {
      return std::uint64_t{static_cast<std::uint8_t>(stages)} << 40 |
             std::uint64_t{static_cast<std::uint8_t>(world)} << 32 | std::uint64_t{vmid} << 16 |
             asid;
    }
    std::uint64_t group() const { return base; }
    std::uint64_t identity() const { return hash_of(base ^ size_log2, owner()); }
  };
  struct Value {
    CachedStep step;
    bool global = false;
  };
  using Level = AssociativeCache<Key, Value>;

  static Key key_of(const TranslationTag& tag, std::uint64_t address, unsigned level);
  static bool matches(const Invalidation& invalidation, const Key& key, const Value& value,
                      unsigned level);

  std::size_t invalidate_range(const Invalidation& invalidation, unsigned level);

  Invalidation::Set stages_;
  std::array<std::unique_ptr<Level>, levels> level_;
  std::vector<GranuleShift> granules_;  ///< Of which there have been entries.
};

}  // namespace doorbell::smmu
