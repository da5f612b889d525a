#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "doorbell/core/arch/cache_counts.h"
#include "doorbell/core/arch/departures.h"
#include "doorbell/core/arch/hash.h"
#include "doorbell/core/arch/replacement.h"
#include "doorbell/core/arch/slot_lists.h"

namespace doorbell {

/// Size and shape of a cache: whole sets of `ways` entries, any number of them. As many ways as
/// entries, or more, is fully associative; 0 entries is a cache that never hits.
struct CacheGeometry {
  std::uint32_t entries = 1;
  std::uint32_t ways = 1;
  ReplacementPolicy replacement = ReplacementPolicy::round_robin;
  std::uint64_t seed = 1;  ///< of the RANDOM policy

  /// Whether `entries` make whole sets.
  bool whole_sets() const { return ways >= entries || entries % ways == 0; }
};

/// A set-associative cache that counts what becomes of its entries and remembers why they have
/// left. `Key` offers
/// - `==`;
/// - `set_hash()`: modulo the number of sets it chooses the set (hardware hashes each kind of key
///   differently);
/// - `group()`: what entries that are invalidated together have in common, so that an invalidation
///   of one group looks at its entries alone;
/// - `identity()`: 64 bits in which different keys differ, spread over all of them.
/// Equal keys have equal ones of each.
template <class Key, class Value>
class AssociativeCache {
 public:
  using Reason = Departures::Reason;

  /// With counts of its own, or with `counts`, which outlive it: those of a CacheStatistics.
  explicit AssociativeCache(const CacheGeometry& geometry) : AssociativeCache(geometry, nullptr) {}
  AssociativeCache(const CacheGeometry& geometry, CacheCounts& counts)
      : AssociativeCache(geometry, &counts) {}
  AssociativeCache(const AssociativeCache&) = delete;
  AssociativeCache& operator=(const AssociativeCache&) = delete;

  /// Null on a miss. A hit counts as a use, and either is counted.
  Value* look_up(const Key& key) {
    Value* const found = find(key);
    found != nullptr ? counts_->hit() : counts_->miss();
    return found;
  }
  /// As `look_up` without counting: for those who look more than once, or not for what is counted.
  Value* find(const Key& key) {
    const std::uint32_t index = index_of(key);
    if (index == none) return nullptr;
    replacement_.touch(index);
    return &slots_[index].value;
  }
  /// As `find`, without being a use: for a debugger.
  const Value* peek(const Key& key) const {
    const std::uint32_t index = index_of(key);
    return index == none ? nullptr : &slots_[index].value;
  }

  struct Insertion {
    Value* value;  ///< The new entry, valid until the next change; null in a cache of no entries.
    bool evicted;
    Key evicted_key;
  };
  /// Puts an entry in: over one of the same key, else in the first free way of its set, else where
  /// the replacement policy says.
  Insertion insert(const Key& key, Value value) {
    Insertion result{nullptr, false, {}};
    if (capacity_ == 0) return result;
    const unsigned set = set_of(key);
    std::uint32_t index = index_of(key);
    if (index == none && filled_[set] == ways_) {
      index = set * ways_ + replacement_.victim(set);
      result.evicted = true;
      result.evicted_key = slots_[index].key;
      counts_->eviction();
      departures_.left(result.evicted_key.identity(), Departures::evicted);
    } else if (index == none) {
      index = free_slot(set);
    }
    Slot& slot = slots_[index];
    if (slot.valid) remove(set, index);
    slot.key = key;
    slot.value = std::move(value);
    add(set, index);
    replacement_.touch(index);
    result.value = &slot.value;
    return result;
  }

  /// Removes the entry of a key; whether there was one.
  bool erase(const Key& key, Reason reason = Departures::invalidated) {
    const std::uint32_t index = index_of(key);
    if (index == none) return false;
    invalidate(index, reason);
    return true;
  }

  /// Removes what `matches(key, value)`; the count of it.
  template <class Predicate>
  std::size_t erase_if(Predicate matches, Reason reason = Departures::invalidated) {
    std::size_t erased = 0;
    for (std::uint32_t i = 0; size_ != 0 && i < slots_.size(); ++i) {
      if (slots_[i].valid && matches(slots_[i].key, slots_[i].value)) {
        invalidate(i, reason);
        ++erased;
      }
    }
    return erased;
  }

  /// The same among the entries of one group.
  template <class Predicate>
  std::size_t erase_group(std::uint64_t group, Predicate matches,
                          Reason reason = Departures::invalidated) {
    std::size_t erased = 0;
    if (size_ == 0) return erased;
    std::uint32_t next = none;
    for (std::uint32_t i = groups_.first(spread(group)); i != none; i = next) {
      next = groups_.next(i);
      if (slots_[i].key.group() == group && matches(slots_[i].key, slots_[i].value)) {
        invalidate(i, reason);
        ++erased;
      }
    }
    return erased;
  }

  /// Empty, as it was made: nothing is counted, and no reason is remembered.
  void reset() {
    for (Slot& slot : slots_)
      slot.valid = false;
    filled_.assign(filled_.size(), 0);
    size_ = 0;
    groups_.clear();
    identities_.clear();
    replacement_.reset();
    departures_ = {};
  }

  /// Why the entry of a key isn't there any more: `Departures::evicted`, the reason that an
  /// invalidation gave, or `Departures::unknown`.
  Reason why_missing(const Key& key) const { return departures_.reason(key.identity()); }

  /// Look-ups that are counted by hand, and entries that go in ways of the owner's.
  CacheCounts& counts() { return *counts_; }

  /// The set of a key; 0 in a cache of no entries.
  unsigned set_of(const Key& key) const {
    const std::uint64_t hash = key.set_hash();
    // A division costs more than the rest of a look-up.
    return static_cast<unsigned>(set_mask_ != no_mask ? hash & set_mask_ : hash % sets_);
  }
  unsigned sets() const { return capacity_ == 0 ? 0 : sets_; }
  unsigned ways() const { return ways_; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }

 private:
  static constexpr std::uint32_t none = SlotLists::none;
  static constexpr std::uint64_t no_mask = ~std::uint64_t{0};
  /// Sets of more ways are searched by the identity of the key rather than way by way.
  static constexpr unsigned most_ways_to_try = 8;

  struct Slot {
    Key key{};
    Value value{};
    bool valid = false;
  };

  AssociativeCache(const CacheGeometry& geometry, CacheCounts* counts)
      : ways_(std::max(1u, std::min(geometry.ways, geometry.entries))),
        sets_(std::max(1u, geometry.entries / ways_)),
        capacity_(geometry.entries == 0 ? 0 : std::size_t{sets_} * ways_),
        set_mask_(std::has_single_bit(sets_) ? sets_ - 1 : no_mask),
        replacement_(geometry.replacement, sets_, ways_, geometry.seed),
        slots_(std::size_t{sets_} * ways_),
        filled_(sets_, 0),
        groups_(slots_.size()),
        identities_(ways_ > most_ways_to_try ? slots_.size() : 0),
        counts_(counts != nullptr ? counts : &own_counts_) {}

  std::uint32_t index_of(const Key& key) const {
    return ways_ <= most_ways_to_try ? index_by_way(key) : index_by_identity(key);
  }
  std::uint32_t index_by_way(const Key& key) const {
    const std::uint32_t first = set_of(key) * ways_;
    for (std::uint32_t index = first; index < first + ways_; ++index) {
      if (slots_[index].valid && slots_[index].key == key) return index;
    }
    return none;
  }
  std::uint32_t index_by_identity(const Key& key) const {
    std::uint32_t index = identities_.first(key.identity());
    while (index != none && !(slots_[index].key == key))
      index = identities_.next(index);
    return index;
  }
  /// The first free one of a set that isn't full.
  std::uint32_t free_slot(unsigned set) const {
    std::uint32_t index = set * ways_;
    while (slots_[index].valid)
      ++index;
    return index;
  }

  void add(unsigned set, std::uint32_t index) {
    Slot& slot = slots_[index];
    slot.valid = true;
    groups_.add(index, spread(slot.key.group()));
    if (ways_ > most_ways_to_try) identities_.add(index, slot.key.identity());
    ++filled_[set];
    ++size_;
  }
  void remove(unsigned set, std::uint32_t index) {
    Slot& slot = slots_[index];
    slot.valid = false;
    groups_.remove(index, spread(slot.key.group()));
    if (ways_ > most_ways_to_try) identities_.remove(index, slot.key.identity());
    --filled_[set];
    --size_;
  }
  void invalidate(std::uint32_t index, Reason reason) {
    counts_->invalidation();
    departures_.left(slots_[index].key.identity(), reason);
    remove(index / ways_, index);
  }

  unsigned ways_;
  unsigned sets_;
  std::size_t capacity_;
  std::uint64_t set_mask_;  ///< of a number of sets that is a power of two
  Replacement replacement_;
  std::vector<Slot> slots_;            ///< a cache of no entries has one that is never filled
  std::vector<std::uint32_t> filled_;  ///< entries of each set
  SlotLists groups_;
  SlotLists identities_;  ///< of wide sets
  std::size_t size_ = 0;
  Departures departures_;
  CacheCounts own_counts_;
  CacheCounts* counts_;
};

}  // namespace doorbell
