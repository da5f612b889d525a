#pragma once

#include "doorbell/core/arch/barrier.h"
#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/slots.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/smmu/arch/invalidation_log.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/arch/tlb.h"
#include "doorbell/smmu/configuration_unit.h"
#include "doorbell/smmu/event_queue.h"
#include "doorbell/smmu/programming_interface.h"
#include "doorbell/smmu/table_walker.h"
#include "doorbell/smmu/tbu_links.h"

namespace doorbell::smmu {

/// How a TCU answers its TBUs (IHI 0070 chapter 15): SMMU_GBPA while it is disabled, else the
/// stream's configuration, the walk, and the event of what is terminated. So many translations go
/// on at a time as there are slots.
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
  };
  Translator(Scheduler& scheduler, const StatisticsGroup& group, const SmmuParameters& parameters,
             StageId stage, const Parts& parts);

  /// Answers a request of a TBU.
  Task<void> serve(unsigned tbu, dti::TranslationRequest request);
  /// Waits for the answers to what is being translated now. What still waits for a slot begins
  /// later, with what is then in memory.
  Task<void> answered() { return under_way_.wait(); }

 private:
  /// The result of a translation before it becomes a message.
  struct Outcome {
    enum class Kind : std::uint8_t { translated, terminated };
    Kind kind = Kind::terminated;
    TlbEntry entry;
    Event event;              ///< of a terminated one; type none: nothing is recorded
    bool suppressed = false;  ///< the configuration keeps the event back
  };

  Task<Outcome> translate(Stream stream, std::uint64_t address, Access access,
                          InvalidationLog::Epoch since, Slot& slot, JourneyHandle journey);
  Outcome bypass(const Stream& stream, std::uint64_t address, const Access& access,
                 bool record) const;
  void terminate(const Outcome& outcome, const dti::TranslationRequest& request);

  Scheduler& scheduler_;
  Features features_;
  StageId stage_;
  Parts parts_;
  Slots slots_;
  Barrier under_way_;
  Counter translated_;
  Counter terminated_recorded_, terminated_suppressed_, terminated_lost_;
  Counter doorbells_recorded_, doorbells_suppressed_, doorbells_lost_;
};

}  // namespace doorbell::smmu
