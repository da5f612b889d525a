#pragma once

#include <cstdint>
#include <vector>

#include "doorbell/core/arch/random.h"

namespace doorbell {

/// How a set chooses the entry that makes room.
enum class ReplacementPolicy : std::uint8_t {
  round_robin,
  random,
  plru,  ///< tree pseudo-LRU
  lru,
};

/// The replacement state of all sets of a cache, of any number of ways.
class Replacement {
 public:
  Replacement(ReplacementPolicy policy, unsigned sets, unsigned ways, std::uint64_t seed);

  /// A hit on, or a fill of, `way`.
  void touch(unsigned set, unsigned way) { touch(set * ways_ + way); }
  /// The same of the entry that has this number among those of all sets.
  void touch(std::uint32_t entry) {
    if (entry == latest_) return;  // once more changes no order
    latest_ = entry;
    if (policy_ == ReplacementPolicy::lru) {
      stamp_[entry] = ++clock_;
    } else if (policy_ == ReplacementPolicy::plru) {
      touch_tree(entry / ways_, entry % ways_);
    }
  }
  /// The way to evict from a full set.
  unsigned victim(unsigned set);
  /// As it was made.
  void reset() { *this = Replacement(policy_, sets_, ways_, seed_); }

 private:
  void touch_tree(unsigned set, unsigned way);
  unsigned plru_victim(unsigned set) const;
  unsigned lru_victim(unsigned set) const;

  ReplacementPolicy policy_;
  unsigned sets_;
  unsigned ways_;
  std::uint64_t seed_;
  unsigned leaves_;                   ///< plru: the ways, and as many more as make a whole tree
  std::vector<std::uint32_t> next_;   ///< round_robin: by set
  std::vector<std::uint8_t> tree_;    ///< plru: leaves - 1 nodes a set, the side to evict from
  std::vector<std::uint64_t> stamp_;  ///< lru: by entry
  std::uint64_t clock_ = 0;
  std::uint32_t latest_ = ~std::uint32_t{0};  ///< entry that was touched
  Random random_;
};

}  // namespace doorbell
