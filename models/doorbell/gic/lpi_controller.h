#pragma once

#include <functional>
#include <vector>

#include "doorbell/core/arch/barrier.h"
#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/slots.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/gic/arch/pending_lpis.h"
#include "doorbell/gic/gic_message.h"
#include "doorbell/gic/lpi_cache.h"
#include "doorbell/gic/lpi_statistics.h"
#include "doorbell/gic/table_port.h"

namespace doorbell::gic {

/// The LPIs of one redistributor (IHI 0069, 5.1): takes messages from the ITS through a pipeline,
/// reads configurations, keeps what is pending and says what is the most urgent.
class LpiController : private LpiConfigurationUser {
 public:
  struct Environment {
    Scheduler& scheduler;
    JourneyLog& journeys;
    Clock clock;
    StageId stage;
    unsigned priority_bits;
    const RedistributorParameters& parameters;
  };
  /// What the redistributor does for it.
  struct Callbacks {
    std::function<void()> changed;  ///< the most urgent LPI may be another
    std::function<void(std::uint32_t, gic_message::Acknowledge)> acknowledge;  ///< to an ITS
    std::function<void(std::uint32_t)> return_lpi_credit;
    std::function<void(std::uint32_t)> return_command_credit;
    std::function<void(bool)> write_pending;  ///< GICR_CTLR.RWP
  };

  LpiController(const Environment& environment, const StatisticsGroup& group, TablePort& port,
                LpiCache& cache, Callbacks callbacks);

  /// A message from an ITS; inside the scheduler.
  void receive(const gic_message::Request& request) { tasks_.start(handle(request)); }

  /// GICR_CTLR.EnableLPIs has changed. Enabling reads the Pending table unless software said that
  /// it is zero; disabling writes it back.
  void enable(const LpiTables& tables, bool pending_table_zero);
  void disable();

  /// The most urgent pending and enabled LPI.
  PendingInterrupt highest() const {
    return enabled_ ? pending_.highest() : PendingInterrupt::none();
  }
  /// The CPU interface takes a pending LPI. Its Journey goes to the caller.
  Journey* take(std::uint32_t INTID);
  /// The Journey of a pending LPI, or null.
  Journey* journey(std::uint32_t INTID);

  std::size_t pending() const { return pending_.size() + spilled_.size(); }
  const LpiStatistics& counters() const { return counters_; }

 private:
  using Request = gic_message::Request;

  Task<void> handle(Request request);
  /// Makes an LPI pending; true when its configuration must still be read.
  bool set(const Request& request);
  LpiStatistics::Source& source(const Request& request);
  void drop(const Request& request, Counter& reason);
  void admit(std::uint32_t INTID, LpiConfiguration configuration, Journey* journey);
  Holder ahead_of(LpiConfiguration configuration) const;
  struct Removed {
    bool was_pending = false;
    Journey* journey = nullptr;
  };
  Removed remove(std::uint32_t INTID);
  Removed remove_any(std::uint32_t& INTID);
  bool is_pending(std::uint32_t INTID) const override {
    return pending_.contains(INTID) || spilled_.contains(INTID);
  }
  Task<void> load_configuration(std::uint32_t INTID) override;
  Task<void> reload_all() override;
  /// INV, INVALL: in the cache, and beside the pending LPIs of all whose cache it is.
  Task<void> invalidate(std::uint32_t INTID);
  Task<void> invalidate_all();
  /// The Journey of a pending LPI that waits for its configuration, or null.
  Journey* unconfigured(std::uint32_t INTID);
  void configure(std::uint32_t INTID, LpiConfiguration configuration);
  void update();

  // The Pending table in memory (lpi_pending_table.cpp).
  /// `left_behind`: what was pending when LPIs were disabled, in ascending order. It still is if
  /// software left its bit.
  Task<void> restore(std::vector<std::uint32_t> left_behind);
  void forget(std::uint32_t INTID);
  Task<void> write_back();
  Task<void> write_pending_bit(std::uint32_t INTID, bool pending);
  void spill();
  void refill();
  void bring_back(std::uint32_t INTID);

  Environment environment_;
  TablePort& port_;
  LpiCache& cache_;
  Callbacks callbacks_;
  LpiStatistics counters_;
  bool enabled_ = false;
  LpiTables tables_;
  PendingLpis<Journey*> pending_;
  PendingLpis<Journey*> spilled_;  ///< whose pending bit is in memory
  Slots pipeline_;
  Slots table_;  ///< one read-modify-write of the Pending table at a time
  Barrier barrier_;
  TaskGroup tasks_;
};

}  // namespace doorbell::gic
