#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace doorbell::memory {

/// A range of addresses that belongs to a target, and where it begins in the target's own.
struct AddressRegion {
  std::uint64_t base = 0;
  std::uint64_t size = 0;  ///< Bytes, at least 1.
  unsigned target = 0;
  std::uint64_t target_base = 0;

  std::uint64_t last() const { return base + (size - 1); }
  bool contains(std::uint64_t address) const { return address - base < size; }
  std::uint64_t to_target(std::uint64_t address) const { return address - base + target_base; }
};

/// Which target an address belongs to. Look-ups take O(log n) for n regions.
class AddressMap {
 public:
  /// Throws std::invalid_argument when the region overlaps another or passes the end of the address
  /// space.
  void add(const AddressRegion& region);

  /// The region that holds all of [address, address + length); null when none does.
  const AddressRegion* find(std::uint64_t address, std::uint64_t length = 1) const;
  const std::vector<AddressRegion>& regions() const { return regions_; }

 private:
  std::vector<AddressRegion> regions_;    ///< By base.
  mutable std::size_t latest_found_ = 0;  ///< Most accesses go where the one before went.
};

/// A range with both ends in it.
struct AddressRange {
  std::uint64_t first;
  std::uint64_t last;
};

/// The part of a target's `range` that `region` shows, in the addresses in front of the map.
std::optional<AddressRange> from_target(const AddressRegion& region, AddressRange range);

}  // namespace doorbell::memory
