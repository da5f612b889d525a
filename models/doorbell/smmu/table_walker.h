#pragma once

#include <array>
#include <memory>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/slots.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/smmu/arch/invalidation_log.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/arch/walk_cache.h"
#include "doorbell/smmu/pending_table.h"

namespace doorbell::smmu {

/// Walks stage 1 translation tables (DDI 0487 D8): from the walk caches where they help, from
/// memory else. So many walks go on at a time as there are walkers; walks of the same page are
/// merged.
class TableWalker {
 public:
  TableWalker(Scheduler& scheduler, const Clock& clock, const StatisticsGroup& group,
              const SmmuParameters& parameters, MemoryPort& memory, const InvalidationLog& log);

  struct Result {
    EventType fault = EventType::none;  ///< F_TRANSLATION, F_WALK_EABT, F_ADDR_SIZE, F_ACCESS
    std::uint64_t fetch_address = 0;    ///< Of the descriptor in hand.
    Leaf leaf;
  };
  /// `regime` must live until the walk is over. `since` is when it was looked up: what an
  /// invalidation has overtaken since then is not kept.
  Task<Result> walk(TranslationTag tag, const TranslationRegime& regime, std::uint64_t address,
                    InvalidationLog::Epoch since, JourneyHandle journey);

  void invalidate(const Invalidation& invalidation);
  /// Walks that are under way, or wait.
  std::uint64_t walks() const {
    return walkers_.count() - walkers_.free() + walkers_.queue().occupancy();
  }
  /// Forgets all descriptors, while there are none.
  void settle() { cache_.reset(); }

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

  using LevelStatistics = std::array<std::unique_ptr<CacheStatistics>, WalkCache::levels>;

  static LevelStatistics statistics_in(const StatisticsGroup& group);
  bool look_up(const TranslationTag& tag, std::uint64_t address, WalkPosition& position,
               Result& result);
  Task<Result> read_tables(TranslationTag tag, const TranslationRegime& regime,
                           std::uint64_t address, WalkPosition position,
                           InvalidationLog::Epoch since, JourneyHandle journey);
  Holder why_walking(const TranslationTag& tag, std::uint64_t address, unsigned first_level) const;
  void keep(InvalidationLog::Epoch since, const TranslationTag& tag, std::uint64_t address,
            unsigned level, const WalkStep& step);

  Scheduler& scheduler_;
  const Clock& clock_;
  MemoryPort& memory_;
  const InvalidationLog& log_;
  std::uint32_t latency_ = 0;
  LevelStatistics cache_statistics_;
  WalkCache cache_;
  Slots walkers_;
  PendingTable<Key, Result, HashOfKey> walks_;
  std::array<std::unique_ptr<Counter>, WalkCache::levels> walks_of_length_;
  Counter merged_walks_;
};

}  // namespace doorbell::smmu
