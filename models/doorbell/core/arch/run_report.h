#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "doorbell/core/arch/parameters.h"
#include "doorbell/core/arch/statistics.h"
#include "doorbell/core/arch/statistics_stages.h"

namespace doorbell {

/// What became of every doorbell: each that was sent ends as exactly one outcome. Sent and outcomes
/// come from independent counters in different blocks, so that the balance proves something.
struct Conservation {
  struct Outcome {
    std::string name;  ///< "pending", "coalesced", "dropped by the ITS: unmapped event".
    std::uint64_t count = 0;
  };
  std::uint64_t sent = 0;  ///< By functions, and by others to an ITS.
  std::vector<Outcome> outcomes;

  std::uint64_t accounted() const;
  bool balanced() const { return sent == accounted(); }
};

/// What was refused or went wrong in the measured region: nothing, if all went well.
struct RunFaults {
  std::uint64_t commands_refused = 0;    ///< By the SMMU and the ITS.
  std::uint64_t operations_failed = 0;   ///< Of software: a driver answered with an error.
  std::uint64_t operations_refused = 0;  ///< Of functions: not sent, or answered with an error.
  std::uint64_t events_recorded = 0;     ///< By the SMMU, in its Event queue.
  /// Accesses of processors and of tables that were answered with an error, events that were lost,
  /// interrupts that no handler wanted.
  std::uint64_t errors_raised = 0;

  std::uint64_t sum() const {
    return commands_refused + operations_failed + operations_refused + events_recorded +
           errors_raised;
  }
};

/// A run in a few numbers.
struct RunTotals {
  Time measured = 0;               ///< Simulated time of the measured region, in ps.
  std::uint64_t transactions = 0;  ///< DMA transactions that ended.
  std::uint64_t bytes = 0;         ///< Of their payload.
  std::uint64_t sent = 0;          ///< MSIs written by the endpoints.
  std::uint64_t acknowledged = 0;  ///< Interrupts of them that a processor took.
  RunFaults faults;
};

/// What a run's workload is called by in its results.
struct WorkloadIdentity {
  std::uint64_t hash = 0;  ///< Of all its content (trace::ContentHash).
  /// Names and values of what it was made from; none for a recording.
  std::vector<std::pair<std::string, std::string>> made_from;
};

/// Everything that a run has to tell. The objects referred to belong to the simulation.
struct RunReport {
  std::string version;
  std::string model;     ///< Hash of the model's sources (model_hash).
  bool partial = false;  ///< Ended before the workload did.
  WorkloadIdentity workload;
  const ParameterTree& parameters;
  const Statistics& statistics;
  StageStatistics& stages;  ///< Settles what it has recorded when asked, so not constant.
  RunTotals totals;
  Conservation conservation;
};

/// The statistics file: no wall times, host names or paths, so equal runs give equal bytes.
nlohmann::ordered_json to_json(const RunReport& report);

}  // namespace doorbell
