#pragma once

#include <array>
#include <cstdint>

#include "doorbell/smmu/arch/invalidation.h"

namespace doorbell::smmu {

/// Remembers the latest invalidations, so that what was read before one of them and arrives after
/// it is not cached: a walk notes the `epoch` at which it starts and asks at its end. When more
/// invalidations have come in between than the log holds, everything counts as affected; an
/// invalidation may take more than it must (IHI 0070 4.3, 4.4).
class InvalidationLog {
 public:
  using Epoch = std::uint64_t;

  Epoch epoch() const { return epoch_; }
  void record(const Invalidation& invalidation) { entries_[epoch_++ % capacity] = invalidation; }

  /// Whether a page or block read since `since` may already have been invalidated. Table
  /// descriptors on the way to it count: the walk may have come through one that is gone.
  bool leaf_affected(Epoch since, const TranslationTag& tag, std::uint64_t base, unsigned size_log2,
                     unsigned level) const {
    return any_since(since, [&](const Invalidation& i) {
      return i.matches_leaf(tag, base, size_log2, level) || affects_tables(i, tag);
    });
  }
  bool table_affected(Epoch since, const TranslationTag& tag) const {
    return any_since(since, [&](const Invalidation& i) { return affects_tables(i, tag); });
  }
  bool configuration_affected(Epoch since, std::uint32_t stream_id) const {
    return any_since(since, [&](const Invalidation& i) {
      return i.of_configuration() && i.covers_stream(stream_id);
    });
  }
  /// The same of what streams from `first` to `last` have in common.
  bool configuration_affected(Epoch since, std::uint32_t first, std::uint32_t last) const {
    return any_since(since, [&](const Invalidation& i) {
      return i.of_configuration() && i.covers_streams(first, last);
    });
  }

 private:
  static constexpr std::uint64_t capacity = 64;

  static bool affects_tables(const Invalidation& invalidation, const TranslationTag& tag) {
    // Level 0 over the whole address space: any Table descriptor of the same owner may be on the
    // path.
    return invalidation.matches_table(tag, 0, 64, 0);
  }
  template <class Predicate>
  bool any_since(Epoch since, Predicate affects) const {
    if (epoch_ - since > capacity) return true;
    for (Epoch e = since; e < epoch_; ++e) {
      if (affects(entries_[e % capacity])) return true;
    }
    return false;
  }

  std::array<Invalidation, capacity> entries_{};
  Epoch epoch_ = 0;
};

}  // namespace doorbell::smmu
