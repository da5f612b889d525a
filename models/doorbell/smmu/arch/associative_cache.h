#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "doorbell/smmu/arch/replacement.h"

namespace doorbell::smmu {

/// Size and shape of a cache. `entries` and `ways` are powers of two; as many ways as entries, or
/// more, is fully associative.
struct CacheGeometry {
  std::uint32_t entries = 1;
  std::uint32_t ways = 1;
  ReplacementPolicy replacement = ReplacementPolicy::round_robin;
  std::uint64_t seed = 1;  ///< of the RANDOM policy
};

/// 64 bits spread over all their positions (the finaliser of MurmurHash3).
constexpr std::uint64_t spread(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

/// A set-associative cache. `Key` offers `==`, `set_hash()` (its low bits choose the set) and
/// `group()`: what entries that are invalidated together have in common, so that an invalidation of
/// one group looks at its entries alone.
template <class Key, class Value>
class AssociativeCache {
 public:
  explicit AssociativeCache(const CacheGeometry& geometry)
      : ways_(std::min(geometry.ways, geometry.entries)),
        set_mask_(geometry.entries / ways_ - 1),
        replacement_(geometry.replacement, geometry.entries / ways_, ways_, geometry.seed),
        slots_(geometry.entries),
        heads_(geometry.entries, none) {}

  /// Null on a miss. A hit counts as a use.
  Value* find(const Key& key) {
    const unsigned set = set_of(key);
    for (unsigned way = 0; way < ways_; ++way) {
      Slot& slot = slots_[std::size_t{set} * ways_ + way];
      if (slot.valid && slot.key == key) {
        replacement_.touch(set, way);
        return &slot.value;
      }
    }
    return nullptr;
  }

  /// As `find`, without being a use: for a debugger.
  const Value* peek(const Key& key) const {
    const unsigned set = set_of(key);
    for (unsigned way = 0; way < ways_; ++way) {
      const Slot& slot = slots_[std::size_t{set} * ways_ + way];
      if (slot.valid && slot.key == key) return &slot.value;
    }
    return nullptr;
  }

  struct Insertion {
    Value* value;  ///< The new entry, valid until the next change of the cache.
    bool evicted;
    Key evicted_key;
  };
  /// Puts an entry in, over one of the same key if there is one.
  Insertion insert(const Key& key, Value value) {
    const unsigned set = set_of(key);
    unsigned way = place(set, key);
    Insertion result{nullptr, false, {}};
    if (way == ways_) way = replacement_.victim(set);
    const auto index = static_cast<std::uint32_t>(std::size_t{set} * ways_ + way);
    Slot& slot = slots_[index];
    if (slot.valid) {
      result.evicted = !(slot.key == key);
      result.evicted_key = slot.key;
      erase(index);
    }
    slot.key = key;
    slot.value = std::move(value);
    slot.valid = true;
    link(index);
    ++size_;
    replacement_.touch(set, way);
    result.value = &slot.value;
    return result;
  }

  /// Removes what `matches(key, value)`; the count of it.
  template <class Predicate>
  std::size_t erase_if(Predicate matches) {
    std::size_t erased = 0;
    for (std::uint32_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].valid && matches(slots_[i].key, slots_[i].value)) {
        erase(i);
        ++erased;
      }
    }
    return erased;
  }

  /// The same among the entries of one group.
  template <class Predicate>
  std::size_t erase_group(std::uint64_t group, Predicate matches) {
    std::size_t erased = 0;
    std::uint32_t next = none;
    for (std::uint32_t i = heads_[bucket(group)]; i != none; i = next) {
      next = slots_[i].next;
      if (slots_[i].key.group() == group && matches(slots_[i].key, slots_[i].value)) {
        erase(i);
        ++erased;
      }
    }
    return erased;
  }

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return slots_.size(); }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  struct Slot {
    Key key{};
    Value value{};
    bool valid = false;
    std::uint32_t next = none;
    std::uint32_t previous = none;
  };

  unsigned set_of(const Key& key) const {
    return static_cast<unsigned>(key.set_hash()) & set_mask_;
  }
  std::size_t bucket(std::uint64_t group) const { return spread(group) & (heads_.size() - 1); }

  /// The way of `key`, or the first free one, or `ways_`.
  unsigned place(unsigned set, const Key& key) const {
    unsigned free = ways_;
    for (unsigned way = 0; way < ways_; ++way) {
      const Slot& slot = slots_[std::size_t{set} * ways_ + way];
      if (slot.valid && slot.key == key) return way;
      if (!slot.valid && free == ways_) free = way;
    }
    return free;
  }

  void link(std::uint32_t index) {
    Slot& slot = slots_[index];
    std::uint32_t& head = heads_[bucket(slot.key.group())];
    slot.next = head;
    slot.previous = none;
    if (head != none) slots_[head].previous = index;
    head = index;
  }

  void erase(std::uint32_t index) {
    Slot& slot = slots_[index];
    if (slot.previous != none) {
      slots_[slot.previous].next = slot.next;
    } else {
      heads_[bucket(slot.key.group())] = slot.next;
    }
    if (slot.next != none) slots_[slot.next].previous = slot.previous;
    slot.valid = false;
    --size_;
  }

  unsigned ways_;
  unsigned set_mask_;
  Replacement replacement_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> heads_;
  std::size_t size_ = 0;
};

}  // namespace doorbell::smmu
