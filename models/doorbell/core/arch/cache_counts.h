#pragma once

#include <cstdint>

namespace doorbell {

/// Look-ups in a cache and what became of its entries.
class CacheCounts {
 public:
  void hit() { ++hits_; }
  void miss() { ++misses_; }
  /// A valid entry made room for another.
  void eviction() { ++evictions_; }
  /// `entries` valid entries were taken out by an invalidation.
  void invalidation(std::uint64_t entries = 1) { invalidations_ += entries; }

  std::uint64_t hits() const { return hits_; }
  std::uint64_t misses() const { return misses_; }
  std::uint64_t evictions() const { return evictions_; }
  std::uint64_t invalidations() const { return invalidations_; }

 protected:
  void reset_counts() { hits_ = misses_ = evictions_ = invalidations_ = 0; }

 private:
  std::uint64_t hits_ = 0, misses_ = 0, evictions_ = 0, invalidations_ = 0;
};

}  // namespace doorbell
