#pragma once

#include <memory>
#include <optional>

#include "doorbell/core/arch/barrier.h"
#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/slots.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/smmu/arch/invalidation_log.h"
#include "doorbell/smmu/arch/monitored_events.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/arch/procedure.h"
#include "doorbell/smmu/arch/untimed_access.h"
#include "doorbell/smmu/configuration_unit.h"
#include "doorbell/smmu/event_queue.h"
#include "doorbell/smmu/programming_interface.h"
#include "doorbell/smmu/stalls.h"
#include "doorbell/smmu/table_walker.h"
#include "doorbell/smmu/tbu_links.h"
#include "doorbell/smmu/translator_access.h"
#include "doorbell/smmu/turns.h"

namespace doorbell::smmu {

/// Where `procedure` has time: how a TCU answers its TBUs, with the event of what is terminated. So
/// many translations go on at a time as there are slots.
class Translator {
 public:
  /// What it stands on.
  struct Parts {
    const ProgrammingInterface& registers;
    const InvalidationLog& log;
    ConfigurationUnit& configurations;
    TableWalker& walker;
    EventQueue& events;
    TbuLinks& links;
    MonitoredEvents& monitored;
    Stalls* stalls = nullptr;  ///< Null without the stall model.
  };
  /// For so many TBUs, which have their turns at the slots.
  Translator(const Clock& clock, const StatisticsGroup& group, const SmmuParameters& parameters,
             StageId stage, unsigned tbus, const Parts& parts);

  /// Answers a request of a TBU.
  Task<void> serve(unsigned tbu, dti::TranslationRequest request);
  /// Fetches the configuration of a stream, and walks for an address, for what may come: whatever
  /// goes wrong is no event (IHI 0070 4.2, 7.2).
  Task<void> prefetch(Stream stream, std::optional<std::uint64_t> address);
  /// What comes in beside transactions: operations of software, and requests of ATCs, for a slot
  /// as those. `passive`: nothing in tables is updated. Events are for the caller, as are `misses`,
  /// to which its own are added: a request may take several.
  Task<TranslationOutcome> find(TranslationQuery query, Misses& misses, bool passive = false);
  /// From `begin` to `end` is one of what `answered` waits for, whatever is found meanwhile.
  unsigned begin() { return under_way_.enter(); }
  void end(unsigned epoch) { under_way_.leave(epoch); }
  /// The STE of a stream by itself; nothing where there is no valid one.
  Task<std::optional<StreamTableEntry>> find_stream(std::uint32_t stream_id);
  /// The output address by what is in memory, without time, caches or events; nothing where a
  /// transaction would be terminated.
  std::optional<std::uint64_t> translate_debug(const TranslationQuery& query,
                                               const UntimedAccess::Read& read) const;
  /// Waits for the answers to what is being translated now. What still waits for a slot begins
  /// later, with what is then in memory.
  Task<void> answered() { return under_way_.wait(); }
  void settle() { turns_.settle(); }

 private:
  GlobalConfiguration global() const;
  dti::TranslationAnswer answer_of(const TranslationOutcome& outcome, InvalidationLog::Epoch start,
                                   const dti::TranslationRequest& request);
  bool stalls(const TranslationOutcome& outcome, unsigned tbu,
              const dti::TranslationRequest& request, std::optional<StallTable::Index>& place);
  dti::TranslationAnswer::Result terminated_by(StallEnd end,
                                               const dti::TranslationRequest& request);
  void terminate(const TranslationOutcome& outcome, const dti::TranslationRequest& request);

  Scheduler& scheduler_;
  Features features_;
  bool contiguous_entries_;
  StageId stage_;
  Parts parts_;
  Slots slots_;
  Turns turns_;
  Barrier under_way_;
  Counter translated_;
  Counter terminated_recorded_, terminated_suppressed_, terminated_lost_;
  Counter doorbells_recorded_, doorbells_suppressed_, doorbells_lost_;
  /// Null without the stall model.
  std::unique_ptr<Counter> terminated_stalled_, doorbells_stalled_;
};

}  // namespace doorbell::smmu
