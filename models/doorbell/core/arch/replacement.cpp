#include "doorbell/core/arch/replacement.h"

#include <bit>

namespace doorbell {

Replacement::Replacement(ReplacementPolicy policy, unsigned sets, unsigned ways, std::uint64_t seed)
    : policy_(policy),
      sets_(sets),
      ways_(ways),
      seed_(seed),
      leaves_(std::bit_ceil(ways)),
      random_(seed) {
  if (policy == ReplacementPolicy::round_robin) next_.resize(sets);
  if (policy == ReplacementPolicy::plru) tree_.resize(std::size_t{sets} * (leaves_ - 1));
  if (policy == ReplacementPolicy::lru) stamp_.resize(std::size_t{sets} * ways);
}

void Replacement::touch_tree(unsigned set, unsigned way) {
  std::uint8_t* const nodes = tree_.data() + std::size_t{set} * (leaves_ - 1);
  unsigned node = 0;
  for (unsigned half = leaves_ / 2; half != 0; half /= 2) {
    const bool right = (way & half) != 0;
    nodes[node] = right ? 0 : 1;  // point away from what was used
    node = 2 * node + (right ? 2 : 1);
  }
}

unsigned Replacement::victim(unsigned set) {
  switch (policy_) {
    case ReplacementPolicy::round_robin: {
      const unsigned way = next_[set];
      next_[set] = (way + 1) % ways_;
      return way;
    }
    case ReplacementPolicy::random:
      return static_cast<unsigned>(random_.below(ways_));
    case ReplacementPolicy::plru:
      return plru_victim(set);
    case ReplacementPolicy::lru:
      return lru_victim(set);
  }
  return 0;
}

unsigned Replacement::plru_victim(unsigned set) const {
  const std::uint8_t* const nodes = tree_.data() + std::size_t{set} * (leaves_ - 1);
  unsigned node = 0;
  unsigned way = 0;
  for (unsigned half = leaves_ / 2; half != 0; half /= 2) {
    // A side of the tree that has no way at all is never chosen.
    const bool right = nodes[node] != 0 && way + half < ways_;
    if (right) way += half;
    node = 2 * node + (right ? 2 : 1);
  }
  return way;
}

unsigned Replacement::lru_victim(unsigned set) const {
  const std::uint64_t* const stamps = stamp_.data() + std::size_t{set} * ways_;
  unsigned oldest = 0;
  for (unsigned way = 1; way < ways_; ++way) {
    if (stamps[way] < stamps[oldest]) oldest = way;
  }
  return oldest;
}

}  // namespace doorbell
