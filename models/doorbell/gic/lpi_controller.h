#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "doorbell/core/arch/barrier.h"
#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/slots.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/gic/arch/move_all_marks.h"
#include "doorbell/gic/gic_message.h"
#include "doorbell/gic/lpi_pending_set.h"

namespace doorbell::gic {

/// What the ITS has to say about the LPIs of one redistributor (IHI 0069, 5.1): takes its messages
/// through a pipeline, changes what is pending by them, and acknowledges.
class LpiController {
 public:
  struct Environment {
    Scheduler& scheduler;
    JourneyLog& journeys;
    Clock clock;
    StageId stage;
    unsigned priority_bits;
    const RedistributorParameters& parameters;
    bool direct_lpis = false;  ///< there is GICR_SETLPIR
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

  /// GICR_SETLPIR, GICR_CLRLPIR: the same. Ends when it has taken effect.
  Task<void> take_register(const gic_message::Request& request) { return handle(request); }

  // What the redistributor says and asks of the pending LPIs.
  void enable(const LpiTables& tables, bool pending_table_zero) {
    lpis_.enable(tables, pending_table_zero);
  }
  void disable() { lpis_.disable(); }
  void set_two_states(bool two_states) { lpis_.set_two_states(two_states); }
  /// GICR_INVLPIR, or GICR_INVALLR without INTID: as INV and INVALL, of all caches, the others as
  /// far away as a link there and back. Ends when it has taken effect.
  Task<void> invalidate_by_register(std::optional<std::uint32_t> INTID, Time link_latency);
  void know_caches(std::vector<LpiCache*> others) { other_caches_ = std::move(others); }
  PendingInterrupt highest() const { return lpis_.highest(); }
  JourneyHandle journey(std::uint32_t INTID) { return lpis_.journey(INTID); }
  std::size_t pending() const { return lpis_.size(); }
  std::vector<std::uint32_t> intids() const { return lpis_.intids(); }

  /// The CPU interface takes a pending LPI. Its Journey goes to the caller.
  JourneyHandle take(std::uint32_t INTID);

  const LpiStatistics& counters() const { return counters_; }

  // For a checkpoint.
  void save(StateWriter& state) const { lpis_.save(state); }
  void restore(StateReader& state) { lpis_.restore(state); }

  bool busy() const { return pipeline_.free() != pipeline_.count() || barrier_.under_way() != 0; }
  void settle() { lpis_.settle(); }

 private:
  using Request = gic_message::Request;

  Task<void> handle(Request request);
  /// Makes an LPI pending; true when its configuration must still be read.
  bool set(const Request& request);
  LpiPendingSet::Removed take_back(std::uint32_t INTID) {
    moving_.gone(INTID);
    return lpis_.take_back(INTID);
  }
  LpiPendingSet::Removed take_back_marked(const Request& request, std::uint32_t& INTID);
  LpiStatistics::Source& source(const Request& request);
  void drop(const Request& request, Counter& reason);
  /// INV, INVALL: in the cache, and beside the pending LPIs of all whose cache it is.
  static Task<void> invalidate(LpiCache& cache, std::uint32_t INTID);
  static Task<void> invalidate_all(LpiCache& cache);

  Environment environment_;
  LpiCache& cache_;
  std::vector<LpiCache*> other_caches_;
  Callbacks callbacks_;
  LpiStatistics counters_;
  LpiPendingSet lpis_;
  MoveAllMarks moving_;
  Slots pipeline_;
  Barrier barrier_;
  TaskGroup tasks_;
};

}  // namespace doorbell::gic
