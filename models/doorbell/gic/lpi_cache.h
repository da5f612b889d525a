#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "doorbell/core/arch/associative_cache.h"
#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/gic/arch/lpi_tables.h"
#include "doorbell/gic/arch/parameters.h"

namespace doorbell::gic {

/// Someone beside whose pending LPIs there are copies of their configurations.
class LpiConfigurationUser {
 public:
  virtual ~LpiConfigurationUser() = default;
  virtual bool is_pending(std::uint32_t INTID) const = 0;
  /// Reads the configuration of a pending LPI afresh, or those of all.
  virtual Task<void> load_configuration(std::uint32_t INTID) = 0;
  virtual Task<void> reload_all() = 0;
};

/// The LPI configurations that the GIC has read, and the room for pending LPIs: one for the chip,
/// or one for each redistributor. A configuration stays in use until INV, INVALL or eviction,
/// whatever software writes into its table (IHI 0069, 5.1.1.1).
class LpiCache {
 public:
  LpiCache(const StatisticsGroup& group, const RedistributorParameters& parameters)
      : configurations_(
            group, "configurations",
            {.unit = "look-ups", .better = Better::higher, .help = "LPI configurations"}),
        entries_({parameters.lpi_cache_entries, parameters.lpi_cache_ways, ReplacementPolicy::lru},
                 configurations_),
        capacity_(parameters.lpi_cache_entries),
        pending_(group, "pending",
                 {.unit = "LPIs", .help = "Pending LPIs held, not spilled to memory"}) {}

  /// Who must read afresh what an invalidation gets rid of.
  void add_user(LpiConfigurationUser& user) { users_.push_back(&user); }
  const std::vector<LpiConfigurationUser*>& users() const { return users_; }

  /// An LPI of the configuration table at `table`. Counts a hit or a miss.
  const LpiConfiguration* find(std::uint64_t table, std::uint32_t INTID) {
    return entries_.look_up({table, INTID});
  }
  void insert(std::uint64_t table, std::uint32_t INTID, LpiConfiguration configuration) {
    if (std::find(tables_.begin(), tables_.end(), table) == tables_.end()) tables_.push_back(table);
    entries_.insert({table, INTID}, configuration);
  }
  /// In all tables: an LPI may have been at a redistributor with another one when it was read.
  void invalidate(std::uint32_t INTID) {
    ++invalidations_;
    for (const std::uint64_t table : tables_)
      entries_.erase({table, INTID}, by_INV);
  }
  void invalidate_all() {
    ++invalidations_;
    entries_.erase_if([](const Key&, const LpiConfiguration&) { return true; }, by_INVALL);
    tables_.clear();
  }
  /// Why the configuration of an LPI must be read again, if it was here before.
  Holder why_missing(std::uint64_t table, std::uint32_t INTID) const {
    switch (entries_.why_missing({table, INTID})) {
      case Departures::evicted:
        return {"eviction from LPI cache set", entries_.set_of({table, INTID})};
      case by_INV:
        return {"INV of INTID", INTID};
      case by_INVALL:
        return {"INVALL, of INTID", INTID};
      default:
        return {};
    }
  }
  /// Forgets all configurations.
  void settle() {
    entries_.reset();
    tables_.clear();
  }
  /// Changes with each invalidation: a read that overlaps one must be made again.
  std::uint64_t invalidations() const { return invalidations_; }

  /// Pending LPIs come and go; more than there is room for must spill.
  bool has_room() const { return held_ < capacity_; }
  bool overfull() const { return held_ > capacity_; }
  void hold() { pending_.set(++held_); }
  void let_go() { pending_.set(--held_); }

 private:
  // Why an entry has left, if not for another.
  static constexpr Departures::Reason by_INV = 2;
  static constexpr Departures::Reason by_INVALL = 3;
  // Redistributors that share a cache need not share a table (GICR_TYPER.CommonLPIAff).
  struct Key {
    std::uint64_t table = 0;
    std::uint32_t INTID = 0;
    bool operator==(const Key&) const = default;
    std::uint64_t set_hash() const { return INTID; }
    std::uint64_t group() const { return INTID; }
    std::uint64_t identity() const { return hash_of(INTID, table); }
  };

  CacheStatistics configurations_;
  AssociativeCache<Key, LpiConfiguration> entries_;
  std::vector<std::uint64_t> tables_;  ///< of which there may be entries
  std::vector<LpiConfigurationUser*> users_;
  std::int64_t capacity_;
  std::int64_t held_ = 0;
  std::uint64_t invalidations_ = 0;
  Gauge pending_;
};

}  // namespace doorbell::gic
