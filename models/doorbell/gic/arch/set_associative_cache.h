#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace doorbell::gic {

/// A set-associative cache with least-recently-used replacement. It keeps no statistics: who asks,
/// counts. The caller says which set a key belongs to, since hardware hashes each kind of key
/// differently; equal keys must have equal indices.
template <typename Key, typename Value>
class SetAssociativeCache {
 public:
  /// `entries` is a multiple of `ways`; 0 entries is a cache that never hits.
  SetAssociativeCache(unsigned entries, unsigned ways)
      : ways_(ways), sets_(entries / ways), lines_(std::size_t{sets_} * ways) {}

  /// The value of `key`, which becomes the most recently used of its set, or nullptr.
  Value* find(std::uint64_t index, const Key& key) {
    Line* line = lookup(index, key);
    if (line == nullptr) return nullptr;
    line->used = ++clock_;
    return &line->value;
  }

  /// The same without touching the replacement order; for debug accesses.
  const Value* peek(std::uint64_t index, const Key& key) const {
    const Line* line = const_cast<SetAssociativeCache*>(this)->lookup(index, key);
    return line == nullptr ? nullptr : &line->value;
  }

  /// Stores a value, in place of the one that `key` has, of an empty way, or of the least recently
  /// used. Returns true when another key, `evicted()`, had to go.
  bool insert(std::uint64_t index, const Key& key, Value value) {
    if (sets_ == 0) return false;
    Line* line = lookup(index, key);
    bool evicted = false;
    if (line == nullptr) {
      line = victim(index);
      evicted = line->valid;
      if (evicted) evicted_ = line->key;
    }
    *line = Line{key, std::move(value), ++clock_, true};
    return evicted;
  }

  /// The key that was the last to go for another.
  const Key& evicted() const { return evicted_; }

  /// Forgets `key`; returns whether it was there.
  bool erase(std::uint64_t index, const Key& key) {
    Line* line = lookup(index, key);
    if (line == nullptr) return false;
    line->valid = false;
    return true;
  }

  /// Forgets every entry for which `matches(key, value)`; returns how many.
  template <typename Predicate>
  unsigned erase_if(Predicate matches) {
    unsigned erased = 0;
    for (Line& line : lines_) {
      if (line.valid && matches(line.key, line.value)) {
        line.valid = false;
        ++erased;
      }
    }
    return erased;
  }

  void clear() {
    for (Line& line : lines_)
      line.valid = false;
  }

  unsigned sets() const { return sets_; }
  unsigned ways() const { return ways_; }
  unsigned capacity() const { return sets_ * ways_; }

 private:
  struct Line {
    Key key{};
    Value value{};
    std::uint64_t used = 0;
    bool valid = false;
  };

  Line* set_of(std::uint64_t index) { return &lines_[(index % sets_) * ways_]; }

  Line* lookup(std::uint64_t index, const Key& key) {
    if (sets_ == 0) return nullptr;
    Line* set = set_of(index);
    for (unsigned way = 0; way < ways_; ++way) {
      if (set[way].valid && set[way].key == key) return &set[way];
    }
    return nullptr;
  }

  Line* victim(std::uint64_t index) {
    Line* set = set_of(index);
    Line* oldest = set;
    for (unsigned way = 0; way < ways_; ++way) {
      if (!set[way].valid) return &set[way];
      if (set[way].used < oldest->used) oldest = &set[way];
    }
    return oldest;
  }

  unsigned ways_;
  unsigned sets_;
  std::uint64_t clock_ = 0;
  Key evicted_{};
  std::vector<Line> lines_;
};

}  // namespace doorbell::gic
