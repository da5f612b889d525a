#include "doorbell/smmu/configuration_unit.h"

#include "doorbell/smmu/arch/configuration_lookup.h"
#include "doorbell/smmu/arch/context_table.h"

namespace doorbell::smmu {
ConfigurationUnit::ConfigurationUnit(Scheduler& scheduler, const Clock& clock,
                                     const StatisticsGroup& group, const SmmuParameters& parameters,
                                     MemoryPort& memory, const InvalidationLog& log)
    : scheduler_(scheduler),
      clock_(clock),
      latency_(parameters.tcu.configuration_cache.latency),
      keeps_invalid_(parameters.tcu.cache_invalid_structures),
      memory_(memory),
      log_(log),
      statistics_(group, "configuration_cache",
                  {"look-ups", Better::neither, "STE and CD of a stream"}),
      cache_(parameters.tcu.configuration_cache.geometry, statistics_),
      fetches_(scheduler),
      level_1_reads_(group, "level_1_descriptor_reads",
                     {"reads", Better::lower, "Level-1 descriptors of a two-level stream table"}),
      level_1_context_reads_(
          group, "level_1_context_descriptor_reads",
          {"reads", Better::lower, "Level-1 descriptors of a two-level table of CDs"}) {}

Task<Fault> ConfigurationUnit::find(const GlobalConfiguration& global, const Stream& stream,
                                    StreamConfiguration& result, TableAccess& tables,
                                    JourneyHandle journey, bool& missed) {
  if (!global.stream_table.contains(stream.stream_id)) {
    co_return Fault{EventType::C_BAD_STREAMID};
  }
  co_await clock_.cycles(latency_);
  if (const StreamConfiguration* cached = cache_.lookup(stream.stream_id, context_index(stream))) {
    result = *cached;
    const bool enough = global.only_ste && result.has_ste;
    if (const auto end = enough ? std::optional(Fault{}) : known_end(result, stream)) {
      statistics_.hit();
      co_return *end;
    }
  }
  statistics_.miss();
  missed = true;
  StreamWord word = StreamWord::of(stream);
  // Its faults may be of its own.
  if (global.inhibits_updates) word.value |= std::uint64_t{1} << 63;
  if (global.only_ste) word.value |= std::uint64_t{1} << 62;
  Fault fault;
  if (auto* const pending = fetches_.find(word)) {
    journey.wait(scheduler_.now(), "another's configuration fetch",
                 {"fetch for stream", stream.stream_id});
    const Result joined = co_await fetches_.join(*pending);
    fault = joined.fault;
    result = joined.configuration;
  } else {
    auto& opened = fetches_.open(word);
    const InvalidationLog::Epoch start = log_.epoch();
    fault = co_await fetch_configuration(global, stream, result, tables);
    if (!keeps_invalid_) result.bad_ste = result.bad_cd = false;
    // What an invalidation has overtaken is used, but not kept.
    if ((result.has_ste || result.bad_ste) &&
        !log_.configuration_affected(start, stream.stream_id)) {
      cache_.insert(stream.stream_id, result, context_index(stream));
    }
    fetches_.complete(opened, {fault, result});
  }
  journey.serve(scheduler_.now());
  co_return fault;
}

Task<bool> ConfigurationUnit::read(TablePurpose purpose, std::uint64_t address,
                                   std::span<std::uint8_t> data, JourneyHandle journey) {
  const char* what = "CD read";
  switch (purpose) {
    case TablePurpose::level_1_stream_table_descriptor:
      what = "level-1 stream table descriptor read";
      level_1_reads_.add();
      break;
    case TablePurpose::level_1_context_descriptor:
      what = "level-1 CD table descriptor read";
      level_1_context_reads_.add();
      break;
    case TablePurpose::stream_table_entry:
      what = "STE read";
      break;
    default:
      break;
  }
  journey.serve(scheduler_.now(), what);
  return memory_.read({}, address, data);
}

void ConfigurationUnit::keep_descriptor(const LevelOneDescriptor& which, std::uint64_t word,
                                        bool valid, InvalidationLog::Epoch since) {
  if (!valid && !keeps_invalid_) return;
  if (log_.configuration_affected(since, which.stream_id, which.last_stream())) return;
  cache_.insert_descriptor(which, word);
}

void ConfigurationUnit::invalidate(const Invalidation& invalidation) {
  cache_.invalidate(invalidation);
  fetches_.close();
}

}  // namespace doorbell::smmu
