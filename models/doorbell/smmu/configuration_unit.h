#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/smmu/arch/configuration_cache.h"
#include "doorbell/smmu/arch/context_table.h"
#include "doorbell/smmu/arch/invalidation_log.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/arch/stream_table.h"
#include "doorbell/smmu/pending_table.h"

namespace doorbell::smmu {

/// Finds the configuration of streams: from the configuration cache or by fetching STE and CD (IHI
/// 0070 3.3). Fetches of one stream are merged.
class ConfigurationUnit {
 public:
  ConfigurationUnit(Scheduler& scheduler, const Clock& clock, const StatisticsGroup& group,
                    const SmmuParameters& parameters, MemoryPort& memory,
                    const InvalidationLog& log);

  /// `fault` is none for a usable configuration: then the STE is valid and, if it translates, so is
  /// the CD.
  struct Result {
    EventType fault = EventType::none;
    std::uint64_t fetch_address = 0;
    StreamConfiguration configuration;
  };
  /// Faults: C_BAD_STREAMID, F_STE_FETCH, C_BAD_STE, C_BAD_SUBSTREAMID, F_CD_FETCH, C_BAD_CD (IHI
  /// 0070 7.3.18). An STE that aborts has none.
  Task<Result> find(StreamTable table, Stream stream, JourneyHandle journey = {});

  /// The number of structures removed.
  void invalidate(const Invalidation& invalidation);
  /// Forgets all configurations, while none is being fetched.
  void settle() { cache_.reset(); }

 private:
  struct HashOfStream {
    std::uint64_t operator()(StreamWord stream) const { return spread(stream.value); }
  };

  Task<Result> fetch(StreamTable table, Stream stream, StreamConfiguration known, bool ste_is_known,
                     JourneyHandle journey);
  Task<EventType> fetch_ste(StreamTable table, std::uint32_t stream_id, Result& result,
                            JourneyHandle journey);
  Task<EventType> fetch_cd(std::uint32_t index, Result& result, JourneyHandle journey);
  /// Where the STE of a stream is, or why it can't be found.
  struct EntryAddress {
    EventType fault = EventType::none;
    std::uint64_t address = 0;
  };
  Task<EntryAddress> read_level_1(StreamTable table, std::uint32_t stream_id,
                                  JourneyHandle journey);
  Task<EntryAddress> read_level_1(ContextTable table, std::uint32_t index, JourneyHandle journey);
  Task<std::optional<std::uint64_t>> read_doubleword(std::uint64_t address);
  Task<bool> read(std::uint64_t address, ConfigurationWords& words);

  Scheduler& scheduler_;
  const Clock& clock_;
  std::uint32_t latency_;
  Features features_;
  MemoryPort& memory_;
  const InvalidationLog& log_;
  CacheStatistics statistics_;
  ConfigurationCache cache_;
  PendingTable<StreamWord, Result, HashOfStream> fetches_;
  Counter level_1_reads_;
  Counter level_1_context_reads_;
};

}  // namespace doorbell::smmu
