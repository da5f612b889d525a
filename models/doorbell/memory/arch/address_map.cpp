#include "doorbell/memory/arch/address_map.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace doorbell::memory {

void AddressMap::add(const AddressRegion& region) {
  const auto next =
      std::upper_bound(regions_.begin(), regions_.end(), region.base,
                       [](std::uint64_t base, const AddressRegion& r) { return base < r.base; });
  const bool meets_next = next != regions_.end() && region.last() >= next->base;
  const bool meets_previous = next != regions_.begin() && (next - 1)->last() >= region.base;
  if (region.size == 0 || region.last() < region.base || meets_next || meets_previous) {
    throw std::invalid_argument("address region at " + std::to_string(region.base) +
                                " is empty or overlaps another");
  }
  regions_.insert(next, region);
}

const AddressRegion* AddressMap::find(std::uint64_t address, std::uint64_t length) const {
  if (regions_.empty()) return nullptr;
  if (!regions_[latest_found_].contains(address)) {
    const auto next =
        std::upper_bound(regions_.begin(), regions_.end(), address,
                         [](std::uint64_t a, const AddressRegion& r) { return a < r.base; });
    if (next == regions_.begin() || !(next - 1)->contains(address)) return nullptr;
    latest_found_ = static_cast<std::size_t>(next - 1 - regions_.begin());
  }
  const AddressRegion& region = regions_[latest_found_];
  return length - 1 <= region.last() - address ? &region : nullptr;
}

std::optional<AddressRange> from_target(const AddressRegion& region, AddressRange range) {
  const std::uint64_t target_last = region.target_base + (region.size - 1);
  const std::uint64_t first = std::max(range.first, region.target_base);
  const std::uint64_t last = std::min(range.last, target_last);
  if (first > last) return std::nullopt;
  return AddressRange{first - region.target_base + region.base,
                      last - region.target_base + region.base};
}

}  // namespace doorbell::memory
