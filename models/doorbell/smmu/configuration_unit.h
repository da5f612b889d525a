#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/smmu/arch/configuration_cache.h"
#include "doorbell/smmu/arch/invalidation_log.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/arch/table_access.h"
#include "doorbell/smmu/pending_table.h"

namespace doorbell::smmu {

/// The configurations of streams as a TCU caches them (IHI 0070 16.2). Fetches of one stream are
/// merged.
class ConfigurationUnit {
 public:
  ConfigurationUnit(Scheduler& scheduler, const Clock& clock, const StatisticsGroup& group,
                    const SmmuParameters& parameters, MemoryPort& memory,
                    const InvalidationLog& log);

  /// The configuration of a stream, read through `tables` where it isn't cached. Without a fault
  /// the STE is valid and, if it translates, so is the CD.
  /// `missed`: set where that is so.
  Task<Fault> find(const GlobalConfiguration& global, const Stream& stream,
                   StreamConfiguration& result, TableAccess& tables, JourneyHandle journey,
                   bool& missed);
  /// Reads on behalf of `fetch_configuration`.
  Task<bool> read(TablePurpose purpose, std::uint64_t address, std::span<std::uint8_t> data,
                  JourneyHandle journey);

  std::optional<std::uint64_t> find_descriptor(const LevelOneDescriptor& which) {
    return cache_.find_descriptor(which);
  }
  /// `since`: when the translation began that has read it.
  void keep_descriptor(const LevelOneDescriptor& which, std::uint64_t word, bool valid,
                       InvalidationLog::Epoch since);

  void invalidate(const Invalidation& invalidation);
  /// Forgets all configurations, while none is being fetched.
  void settle() { cache_.reset(); }

 private:
  struct HashOfStream {
    std::uint64_t operator()(StreamWord stream) const { return spread(stream.value); }
  };

  struct Result {
    Fault fault;
    StreamConfiguration configuration;
  };

  Scheduler& scheduler_;
  const Clock& clock_;
  std::uint32_t latency_;
  bool keeps_invalid_;  ///< As IHI 0070 3.21.3 permits.
  MemoryPort& memory_;
  const InvalidationLog& log_;
  CacheStatistics statistics_;
  ConfigurationCache cache_;
  PendingTable<StreamWord, Result, HashOfStream> fetches_;
  Counter level_1_reads_;
  Counter level_1_context_reads_;
};

}  // namespace doorbell::smmu
