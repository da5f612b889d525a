#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/smmu/arch/event.h"
#include "doorbell/smmu/arch/stall_table.h"
#include "doorbell/smmu/event_queue.h"

namespace doorbell::smmu {

/// Where stalled transactions wait (IHI 0070 3.12.2): it has their events recorded, and wakes them
/// when a command, SMMUEN = 0 or, for those without a record, room for one ends the stall. They
/// hold nothing of the TCU but the credit of their TBU.
class Stalls {
 public:
  /// `stall_max`: IDR5.STALL_MAX. `stallable`: for each TBU, how many of its transactions may stall
  /// at a time.
  Stalls(Scheduler& scheduler, const StatisticsGroup& group, StageId stage, unsigned stall_max,
         std::vector<std::uint32_t> stallable, EventQueue& events);

  /// A place for a transaction of that TBU that is to stall, which keeps it until it leaves the
  /// SMMU; nothing when all are taken.
  std::optional<StallTable::Index> take_place(unsigned tbu);
  void give_back(StallTable::Index index);
  /// The transaction stalls. Its event is recorded, suppressed or kept back when this returns.
  void begin(StallTable::Index index, const StallTable::Stall& stall, Event event);
  /// Waits until the stall that has begun has ended.
  Task<StallEnd> end_of(StallTable::Index index, JourneyHandle journey);

  /// CMD_RESUME (4.7.1).
  void resume(std::uint32_t stream_id, std::uint16_t stag, StallEnd how);
  /// CMD_STALL_TERM (4.7.2).
  void terminate(std::uint32_t stream_id);
  /// SMMUEN = 0 (6.3.9.6).
  void terminate_all();
  /// Retries those without a record, if one may be written: the Event queue has become writable.
  void retry_unrecorded();

  /// Transactions that are stalled.
  std::size_t count() const { return table_.count(); }
  void settle() { table_.settle(); }

 private:
  struct Place {
    explicit Place(Scheduler& scheduler) : ended(scheduler) {}
    Time taken = 0;
    Time stalled = 0;
    bool is_over = false;
    StallEnd how = StallEnd::abort;
    Holder waits_for;
    Condition ended;
  };

  void end(const std::vector<StallTable::Ended>& stalls);

  Scheduler& scheduler_;
  StageId stage_;
  EventQueue& events_;
  StallTable table_;
  std::vector<std::unique_ptr<Place>> places_;  // by index
  QueueStatistics stalls_;
  HistogramStatistics stall_time_;
  Counter unrecorded_;
  Counter suppressed_;
};

}  // namespace doorbell::smmu
