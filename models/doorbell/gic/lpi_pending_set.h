#pragma once

#include <functional>
#include <vector>

#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/gic/arch/pending_lpis.h"
#include "doorbell/gic/lpi_cache.h"
#include "doorbell/gic/lpi_pending_table.h"
#include "doorbell/gic/lpi_statistics.h"

namespace doorbell {

class StateReader;
class StateWriter;

}  // namespace doorbell

namespace doorbell::gic {

/// The LPIs that are pending at one redistributor (IHI 0069, 5.1): those that the cache has room
/// for, most urgent first, and those that have spilled to the Pending table in memory. Beside each
/// are its configuration, as it was last read, and its Journey.
class LpiPendingSet : private LpiConfigurationUser {
 public:
  struct Environment {
    Scheduler& scheduler;
    JourneyLog& journeys;
    unsigned priority_bits;
    std::uint32_t most_changes;  ///< of the Pending table, under way or waiting
  };
  /// `changed`: the most urgent LPI may be another. `write_pending`: GICR_CTLR.RWP.
  LpiPendingSet(const Environment& environment, const StatisticsGroup& group, TablePort& port,
                LpiCache& cache, LpiStatistics& counters, std::function<void()> changed,
                std::function<void(bool)> write_pending);

  /// GICR_CTLR.EnableLPIs has changed. Enabling reads the Pending table unless software said that
  /// it is zero; disabling writes it back.
  void enable(const LpiTables& tables, bool pending_table_zero);
  void disable();
  bool enabled() const { return enabled_; }
  /// Whether configurations that are read from now on are of two Security states.
  void set_two_states(bool two_states) { two_states_ = two_states; }
  /// Whether an INTID is an LPI of the tables in force.
  bool in_tables(std::uint32_t INTID) const { return tables_.contains(INTID); }

  /// The most urgent enabled LPI, as long as LPIs are enabled.
  PendingInterrupt highest() const {
    return enabled_ ? pending_.highest() : PendingInterrupt::none();
  }
  bool is_pending(std::uint32_t INTID) const override {
    return pending_.contains(INTID) || spilled_.contains(INTID);
  }
  std::size_t size() const { return pending_.size() + spilled_.size(); }
  std::vector<std::uint32_t> intids() const;
  /// The Journey of a pending LPI, or null.
  JourneyHandle journey(std::uint32_t INTID);

  /// An LPI that wasn't pending is; true when its configuration must still be loaded.
  bool add(std::uint32_t INTID, JourneyHandle journey);
  struct Removed {
    bool was_pending = false;
    JourneyHandle journey;
  };
  /// Ends the pending state of an LPI. Without effect while LPIs are disabled: what is pending then
  /// is in the table alone (12.11.2).
  Removed take_back(std::uint32_t INTID);
  /// More changes of the Pending table wait than there is room for: nothing may be asked of it that
  /// makes more.
  bool is_crowded() const { return changes_ > environment_.most_changes; }
  Task<void> wait_for_room();
  /// As after a restart: those that are pending have no Journey, count as restored, and their
  /// configurations are read anew.
  void settle();

  /// Reads the configuration of a pending LPI into cache and set, unless it is gone by then, or
  /// LPIs are disabled and the tables are software's.
  Task<void> load_configuration(std::uint32_t INTID) override;
  Task<void> reload_all() override;

  // For a checkpoint: which are pending, in memory or not. Their configurations are read again when
  // they settle, and they have no Journeys.
  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  void admit(std::uint32_t INTID, LpiConfiguration configuration, JourneyHandle journey);
  void configure(std::uint32_t INTID, LpiConfiguration configuration);
  Holder ahead_of(LpiConfiguration configuration) const;
  /// The Journey of a pending LPI that waits for its configuration, or null.
  JourneyHandle unconfigured(std::uint32_t INTID);
  void update();

  // Between cache and table.
  bool must_wait();
  void spill();
  void refill();
  void bring_back(std::uint32_t INTID);
  void forget(std::uint32_t INTID);
  template <class Self, class State>
  static void describe_tables(Self& self, State& state);
  Task<void> write_bit(std::uint32_t INTID, bool pending);
  /// `left_behind`: what was pending when LPIs were disabled, in ascending order. It still is if
  /// software left its bit.
  Task<void> restore(std::vector<std::uint32_t> left_behind);
  Task<void> write_back();
  Task<void> start_again(std::vector<std::uint32_t> INTIDs);
  void drop_journey(JourneyHandle journey);

  Environment environment_;
  TablePort& port_;
  LpiCache& cache_;
  LpiStatistics& counters_;
  std::function<void()> changed_;
  std::function<void(bool)> write_pending_;
  bool enabled_ = false;
  bool two_states_ = false;
  LpiTables tables_;
  LpiPendingTable table_;
  std::uint32_t changes_ = 0;  ///< of the table: bits under way or waiting
  bool refill_due_ = false;    ///< when there is room for changes
  Condition has_room_;
  PendingLpis<JourneyHandle> pending_;
  PendingLpis<JourneyHandle> spilled_;  ///< whose pending bit is in memory
  TaskGroup tasks_;
};

}  // namespace doorbell::gic
