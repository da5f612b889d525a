#include "doorbell/smmu/arch/walk_cache.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/tlb.h"

namespace doorbell::smmu {

WalkCache::WalkCache(const std::array<CacheGeometry, levels>& geometry,
                     const std::array<CacheCounts*, levels>& counts, Invalidation::Set stages)
    : stages_(stages) {
  for (unsigned level = 0; level < levels; ++level) {
    level_[level] = counts[level] != nullptr
                        ? std::make_unique<Level>(geometry[level], *counts[level])
                        : std::make_unique<Level>(geometry[level]);
  }
}

WalkCache::Key WalkCache::key_of(const TranslationTag& tag, std::uint64_t address, unsigned level) {
  const unsigned size_log2 = level_shift(tag.granule, level);
  return {canonical(address) & ~low_mask(size_log2),
          tag.asid,
          tag.vmid,
          static_cast<std::uint8_t>(size_log2),
          static_cast<std::uint8_t>(tag.granule),
          tag.world,
          tag.stages};
}

bool WalkCache::lookup(const TranslationTag& tag, std::uint64_t address, unsigned first_level,
                       Hit& hit, const Access& access) {
  for (unsigned level = levels; level-- > first_level;) {
    if (level_[level]->capacity() == 0) continue;
    const Value* const value = level_[level]->look_up(key_of(tag, address, level));
    const Leaf* const leaf = value != nullptr ? std::get_if<Leaf>(&value->step) : nullptr;
    if (value != nullptr && (leaf == nullptr || leaf->serves(access))) {
      hit = {value->step, level};
      return true;
    }
  }
  return false;
}

bool WalkCache::insert(const TranslationTag& tag, std::uint64_t address, unsigned level,
                       const CachedStep& step) {
  const Leaf* const leaf = std::get_if<Leaf>(&step);
  const Value value{step, leaf != nullptr && !leaf->not_global};
  if (std::find(granules_.begin(), granules_.end(), tag.granule) == granules_.end()) {
    granules_.push_back(tag.granule);
  }
  return level_[level]->insert(key_of(tag, address, level), value).evicted;
}

bool WalkCache::overlaps(const TranslationTag& tag, std::uint64_t address, const Leaf& leaf) {
  for (unsigned level = 0; level < leaf.level; ++level) {
    const Value* const larger = level_[level]->peek(key_of(tag, address, level));
    if (larger != nullptr && std::holds_alternative<Leaf>(larger->step)) return true;
  }
  bool found = false;
  for (unsigned level = leaf.level + 1; level < levels && !found; ++level) {
    const Key smaller = key_of(tag, address, level);
    const std::uint64_t offset = low_mask(leaf.size_log2);
    // It only looks.
    level_[level]->erase_if([&](const Key& key, const Value& value) {
      found |= key.owner() == smaller.owner() && key.granule == smaller.granule &&
               ((key.base ^ smaller.base) & ~offset) == 0 &&
               std::holds_alternative<Leaf>(value.step);
      return false;
    });
  }
  return found;
}

Departures::Reason WalkCache::why_missing(const TranslationTag& tag, std::uint64_t address,
                                          unsigned first_level) const {
  for (unsigned level = levels; level-- > first_level;) {
    const Departures::Reason reason = level_[level]->why_missing(key_of(tag, address, level));
    if (reason != Departures::unknown) return reason;
  }
  return Departures::unknown;
}

bool WalkCache::matches(const Invalidation& invalidation, const Key& key, const Value& value,
                        unsigned level) {
  TranslationTag tag;
  tag.asid = key.asid;
  tag.vmid = key.vmid;
  tag.global = value.global;
  tag.granule = key.granule;
  tag.world = key.world;
  tag.stages = key.stages;
  return std::holds_alternative<Leaf>(value.step)
             ? invalidation.matches_leaf(tag, key.base, key.size_log2, level)
             : invalidation.matches_table(tag, key.base, key.size_log2, level);
}

std::array<std::size_t, WalkCache::levels> WalkCache::invalidate(const Invalidation& invalidation) {
  std::array<std::size_t, levels> erased{};
  if (invalidation.of_configuration() || (invalidation.stages & stages_) == 0) return erased;
  const Departures::Reason reason = invalidated(invalidation.command);
  for (unsigned level = 0; level < levels; ++level) {
    const auto of_level = [&](const Key& key, const Value& value) {
      return matches(invalidation, key, value, level);
    };
    erased[level] = invalidation.by_address() ? invalidate_range(invalidation, level)
                                              : level_[level]->erase_if(of_level, reason);
  }
  return erased;
}

std::size_t WalkCache::invalidate_range(const Invalidation& invalidation, unsigned level) {
  const Departures::Reason reason = invalidated(invalidation.command);
  const auto of_level = [&](const Key& key, const Value& value) {
    return matches(invalidation, key, value, level);
  };
  std::size_t erased = 0;
  for (const GranuleShift granule : granules_) {
    const unsigned size = level_shift(granule, level);
    const std::uint64_t first = invalidation.first >> size;
    const std::uint64_t last = invalidation.last >> size;
    if (last - first >= level_[level]->capacity()) {
      return erased + level_[level]->erase_if(of_level, reason);
    }
    for (std::uint64_t entry = first;; ++entry) {
      erased += level_[level]->erase_group(entry << size, of_level, reason);
      if (entry == last) break;
    }
  }
  return erased;
}

std::size_t WalkCache::size() const {
  std::size_t entries = 0;
  for (const auto& level : level_)
    entries += level->size();
  return entries;
}

}  // namespace doorbell::smmu
