#include "doorbell/smmu/arch/tlb.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::smmu {

std::uint64_t TlbEntry::translate(std::uint64_t address) const {
  return leaf.output_base | (address & low_mask(leaf.size_log2));
}

Tlb::Key Tlb::key_of(StreamWord stream, std::uint64_t address, unsigned size_log2,
                     unsigned invalidation_log2) {
  return {(address & ~low_mask(size_log2)) | size_log2, stream,
          static_cast<std::uint8_t>(invalidation_log2)};
}

Tlb::Lookup Tlb::lookup(StreamWord stream, std::uint64_t address) {
  unsigned probes = 0;
  for (const unsigned size : sizes_) {
    ++probes;
    if (const TlbEntry* entry = cache_.find(key_of(stream, address, size))) {
      return {entry, probes};
    }
  }
  return {nullptr, std::max(probes, 1u)};
}

const TlbEntry* Tlb::peek(StreamWord stream, std::uint64_t address) const {
  for (const unsigned size : sizes_) {
    if (const TlbEntry* entry = cache_.peek(key_of(stream, address, size))) return entry;
  }
  return nullptr;
}

bool Tlb::insert(const TlbEntry& entry) {
  const unsigned size = entry.leaf.size_log2;
  const unsigned invalidation_size = entry.invalidation_size_log2();
  const Key key = key_of(entry.tag.stream(), entry.input_base, size, invalidation_size);
  invalidation_sizes_ |= std::uint64_t{1} << invalidation_size;
  const std::size_t before = cache_.size();
  const auto result = cache_.insert(key, entry);
  if (result.evicted) {
    count(result.evicted_key.size_log2(), -1);
    count(size, 1);
  } else if (cache_.size() != before) {
    count(size, 1);
  }
  return result.evicted;
}

void Tlb::count(unsigned size_log2, int change) {
  std::uint32_t& entries = entries_of_size_[size_log2];
  if (entries == 0) {
    sizes_.insert(std::lower_bound(sizes_.begin(), sizes_.end(), size_log2), size_log2);
  }
  entries += static_cast<std::uint32_t>(change);
  if (entries == 0) sizes_.erase(std::find(sizes_.begin(), sizes_.end(), size_log2));
}

std::size_t Tlb::invalidate(const Invalidation& invalidation) {
  if (invalidation.by_address()) return invalidate_range(invalidation);
  return cache_.erase_if([&](const Key& key, const TlbEntry& entry) {
    if (!invalidation.matches_leaf(entry.tag, key.page(), key.size_log2(), entry.leaf.level)) {
      return false;
    }
    count(key.size_log2(), -1);
    return true;
  });
}

std::size_t Tlb::invalidate_range(const Invalidation& invalidation) {
  const auto matches = [&](const Key& key, const TlbEntry& entry) {
    const unsigned size = key.invalidation_log2;
    const std::uint64_t base = canonical(key.page()) & ~low_mask(size);
    if (entry.bypass || !invalidation.matches_leaf(entry.tag, base, size, entry.leaf.level)) {
      return false;
    }
    count(key.size_log2(), -1);
    return true;
  };
  std::size_t erased = 0;
  for (unsigned size = 64; size-- > 0;) {
    if ((invalidation_sizes_ >> size & 1) == 0) continue;
    const std::uint64_t first = invalidation.first >> size;
    const std::uint64_t last = invalidation.last >> size;
    if (last - first >= cache_.capacity()) return erased + cache_.erase_if(matches);
    for (std::uint64_t page = first;; ++page) {
      erased += cache_.erase_group(group_of(page << size, size), matches);
      if (page == last) break;
    }
  }
  return erased;
}

std::size_t Tlb::invalidate_all() {
  const std::size_t erased = cache_.erase_if([](const Key&, const TlbEntry&) { return true; });
  entries_of_size_ = {};
  sizes_.clear();
  invalidation_sizes_ = 0;
  return erased;
}

}  // namespace doorbell::smmu
