#pragma once

#include <array>
#include <memory>
#include <span>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/slots.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/smmu/arch/invalidation_log.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/arch/table_access.h"
#include "doorbell/smmu/arch/walk_cache.h"
#include "doorbell/smmu/pending_table.h"

namespace doorbell::smmu {

/// What the walks of a TCU share (DDI 0487 D8): the walk caches, so many walkers, and each other's
/// results: walks of the same page are merged.
class TableWalker {
 public:
  TableWalker(Scheduler& scheduler, const Clock& clock, const StatisticsGroup& group,
              const SmmuParameters& parameters, MemoryPort& memory, const InvalidationLog& log);

 private:
  struct Key {
    std::uint64_t page = 0;
    std::uint16_t asid = 0;
    std::uint16_t vmid = 0;
    bool operator==(const Key&) const = default;
  };
  struct HashOfKey {
    std::uint64_t operator()(const Key& key) const {
      return hash_of(key.page, std::uint64_t{key.vmid} << 16 | key.asid);
    }
  };
  using Walks = PendingTable<Key, WalkResult, HashOfKey>;

 public:
  /// One translation on its way: `since` is when it began; what an invalidation has overtaken since
  /// then is not kept.
  struct Walk {
    InvalidationLog::Epoch since;
    JourneyHandle journey;
    Slot walker;
    Walks::Entry* opened = nullptr;  ///< Others may wait for it.
    Holder reason;                   ///< Why it reads, for its Journey.
  };
  // As `TableAccess` has them.
  Task<WalkStart> start(Walk& walk, const TranslationTag& tag, std::uint64_t address,
                        const WalkPosition& first);
  Task<bool> read(Walk& walk, unsigned level, std::uint64_t address, std::span<std::uint8_t> data);
  void keep(const Walk& walk, const TranslationTag& tag, std::uint64_t address, unsigned level,
            const CachedStep& step);
  void finish(Walk& walk, const WalkResult& result, unsigned reads);

  void invalidate(const Invalidation& invalidation);
  /// Walks that are under way, or wait.
  std::uint64_t walks() const {
    return walkers_.count() - walkers_.free() + walkers_.queue().occupancy();
  }
  /// Forgets all descriptors, while there are none.
  void settle() { cache_.reset(); }

 private:
  using LevelStatistics = std::array<std::unique_ptr<CacheStatistics>, WalkCache::levels>;

  static LevelStatistics statistics_in(const StatisticsGroup& group);
  bool look_up(const TranslationTag& tag, std::uint64_t address, WalkStart& start);
  Holder why_walking(const TranslationTag& tag, std::uint64_t address, unsigned first_level) const;

  Scheduler& scheduler_;
  const Clock& clock_;
  MemoryPort& memory_;
  const InvalidationLog& log_;
  std::uint32_t latency_ = 0;
  LevelStatistics cache_statistics_;
  WalkCache cache_;
  Slots walkers_;
  Walks walks_;
  std::array<std::unique_ptr<Counter>, WalkCache::levels> walks_of_length_;
  Counter merged_walks_;
};

}  // namespace doorbell::smmu
