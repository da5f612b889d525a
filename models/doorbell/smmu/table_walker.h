#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>

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

/// What the walks of a TCU share (DDI 0487 D8): the walk caches of each stage, so many walkers, and
/// each other's results: walks of the same page are merged.
///
/// A translation takes its walker when it first misses, in whichever stage, and keeps it as long as
/// it may walk. Meanwhile it joins only a walk that has one: the other might wait for this one's.
class TableWalker {
 public:
  TableWalker(Scheduler& scheduler, const Clock& clock, const StatisticsGroup& group,
              const SmmuParameters& parameters, MemoryPort& memory, MemoryPort* updates,
              const InvalidationLog& log);

 private:
  struct Key {
    std::uint64_t page = 0;
    std::uint64_t owner = 0;
    bool operator==(const Key&) const = default;
  };
  struct HashOfKey {
    std::uint64_t operator()(const Key& key) const { return hash_of(key.page, key.owner); }
  };
  using Walks = PendingTable<Key, WalkResult, HashOfKey>;

 public:
  /// What a translation has of the walk of a stage that is under way.
  struct StageOfWalk {
    Walks::Entry* opened = nullptr;  ///< Others may wait for it.
    Holder reason;                   ///< Why it reads, for its Journey.
  };
  /// One translation on its way: `since` is when it began; what an invalidation has overtaken since
  /// then is not kept.
  struct Walk {
    InvalidationLog::Epoch since;
    JourneyHandle journey;
    Slot walker;
    bool alone = false;  ///< Neither joins nor is joined.
    StageOfWalk stage1, stage2;
    bool missed = false;  ///< The walk caches weren't enough.
    bool nested = false;  ///< By both stages.
    unsigned reads = 0;   ///< Of descriptors, of either stage.

    StageOfWalk& of(const TranslationTag& tag) {
      return tag.stages == Stages::stage2 ? stage2 : stage1;
    }
  };
  // As `TableAccess` has them.
  Task<WalkStart> start(Walk& walk, const TranslationTag& tag, std::uint64_t address,
                        const WalkPosition& first, const Access& access);
  Task<bool> read(Walk& walk, TablePurpose purpose, unsigned level, std::uint64_t address,
                  std::span<std::uint8_t> data);
  Task<Exchanged> exchange(Walk& walk, TablePurpose purpose, std::uint64_t address,
                           std::uint64_t expected, std::uint64_t desired);
  void keep(const Walk& walk, const TranslationTag& tag, std::uint64_t address, unsigned level,
            const CachedStep& step);
  bool conflicts(const TranslationTag& tag, std::uint64_t address, const Leaf& leaf) {
    return conflicts_ && stage_of(tag).cache.overlaps(tag, address, leaf);
  }
  void finish(Walk& walk, const TranslationTag& tag, const WalkResult& result, unsigned reads,
              bool last);
  /// The translation has all that it wants of tables.
  void end(const Walk& walk);

  void invalidate(const Invalidation& invalidation);
  /// Walks that are under way, or wait.
  std::uint64_t walks() const {
    return walkers_.count() - walkers_.free() + walkers_.queue().occupancy();
  }
  /// Forgets all descriptors, while there are none.
  void settle() {
    stage1_.cache.reset();
    if (stage2_) stage2_->cache.reset();
  }

 private:
  using LevelStatistics = std::array<std::unique_ptr<CacheStatistics>, WalkCache::levels>;
  using LevelParameters = std::array<CacheParameters, WalkCache::levels>;

  /// The caches of a stage, and its walks under way.
  struct Stage {
    Stage(Scheduler& scheduler, LevelStatistics caches, Invalidation::Set stages,
          const LevelParameters& parameters);

    std::uint32_t latency = 0;
    LevelStatistics statistics;
    WalkCache cache;
    Walks walks;
  };
  /// What there is only if stage 2 is offered.
  struct SecondStage : Stage {
    SecondStage(Scheduler& scheduler, const StatisticsGroup& group,
                const LevelParameters& parameters);
    Counter reads;
    Counter merged;
    HistogramStatistics nested_reads;
  };

  static LevelStatistics statistics_in(const StatisticsGroup& group, const std::string& name,
                                       const std::string& of_stage);
  Stage& stage_of(const TranslationTag& tag) {
    return tag.stages == Stages::stage2 ? *stage2_ : stage1_;
  }
  static bool look_up(WalkCache& cache, const TranslationTag& tag, std::uint64_t address,
                      const Access& access, WalkStart& start);

  Scheduler& scheduler_;
  const Clock& clock_;
  MemoryPort& memory_;
  MemoryPort* updates_;  ///< Null where no updates are offered.
  const InvalidationLog& log_;
  bool conflicts_;  ///< IDR3.BBML = 1
  Stage stage1_;
  std::unique_ptr<SecondStage> stage2_;
  Slots walkers_;
  std::array<std::unique_ptr<Counter>, WalkCache::levels> walks_of_length_;
  Counter merged_walks_;
  std::unique_ptr<Counter> httu_updates_, httu_lost_races_;
};

}  // namespace doorbell::smmu
