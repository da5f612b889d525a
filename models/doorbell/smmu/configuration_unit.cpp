#include "doorbell/smmu/configuration_unit.h"

namespace doorbell::smmu {

ConfigurationUnit::ConfigurationUnit(Scheduler& scheduler, const Clock& clock,
                                     const StatisticsGroup& group, const SmmuParameters& parameters,
                                     MemoryPort& memory, const InvalidationLog& log)
    : scheduler_(scheduler),
      clock_(clock),
      latency_(parameters.tcu.configuration_cache.latency),
      features_(parameters.features()),
      memory_(memory),
      log_(log),
      statistics_(group, "configuration_cache",
                  {"look-ups", Better::neither, "STE and CD of a stream"}),
      cache_(parameters.tcu.configuration_cache.geometry, statistics_),
      fetches_(scheduler),
      level_1_reads_(group, "level_1_descriptor_reads",
                     {"reads", Better::lower, "Level-1 descriptors of a two-level stream table"}) {}

Task<ConfigurationUnit::Result> ConfigurationUnit::find(StreamTable table, Stream stream,
                                                        JourneyHandle journey) {
  if (!table.contains(stream.stream_id)) co_return Result{EventType::C_BAD_STREAMID, 0, {}};
  co_await clock_.cycles(latency_);
  Result result;
  bool ste_is_known = false;
  if (const StreamConfiguration* cached = cache_.lookup(stream.stream_id)) {
    result.configuration = *cached;
    ste_is_known = true;
    if (!cached->ste.translates() || cached->has_cd) {
      statistics_.hit();
      co_return check(stream, result);
    }
  }
  statistics_.miss();
  if (auto* const pending = fetches_.find(stream.stream_id)) {
    journey.wait(scheduler_.now(), "another's configuration fetch",
                 {"fetch for stream", stream.stream_id});
    result = co_await fetches_.join(*pending);
  } else {
    auto& opened = fetches_.open(stream.stream_id);
    result = co_await fetch(table, stream.stream_id, result.configuration, ste_is_known, journey);
    fetches_.complete(opened, result);
  }
  journey.serve(scheduler_.now());
  co_return check(stream, result);
}

Task<ConfigurationUnit::Result> ConfigurationUnit::fetch(StreamTable table, std::uint32_t stream_id,
                                                         StreamConfiguration known,
                                                         bool ste_is_known, JourneyHandle journey) {
  const InvalidationLog::Epoch start = log_.epoch();
  Result result;
  result.configuration = known;
  ConfigurationWords words;
  if (!ste_is_known) {
    EntryAddress entry;
    if (table.two_level()) {
      entry = co_await read_level_1(table, stream_id, journey);
    } else {
      entry.address = table.entry_address(stream_id);
    }
    result.fault = entry.fault;
    result.fetch_address = entry.address;
    if (result.fault != EventType::none) co_return result;
    journey.serve(scheduler_.now(), "STE read");
    const bool fetched = co_await read(result.fetch_address, words);
    if (!fetched) {
      result.fault = EventType::F_STE_FETCH;
      co_return result;
    }
    result.configuration.ste = StreamTableEntry::decode(words);
    if (result.configuration.ste.illegal(features_)) {
      result.fault = EventType::C_BAD_STE;
      co_return result;
    }
  }
  if (result.configuration.ste.translates()) {
    result.fetch_address = result.configuration.ste.S1ContextPtr;
    journey.serve(scheduler_.now(), "CD read");
    const bool fetched = co_await read(result.fetch_address, words);
    if (!fetched) {
      result.fault = EventType::F_CD_FETCH;
    } else {
      result.configuration.cd = ContextDescriptor::decode(words, features_);
      const bool illegal = result.configuration.cd.illegal(result.configuration.ste, features_);
      result.configuration.has_cd = !illegal;
      if (illegal) result.fault = EventType::C_BAD_CD;
    }
  }
  // What an invalidation has overtaken is used, but not kept; nor is what is invalid.
  if (!log_.configuration_affected(start, stream_id)) {
    cache_.insert(stream_id, result.configuration);
  }
  co_return result;
}

/// Level-1 descriptors are read anew for each STE, so that one that was invalid is never kept: no
/// CFGI follows when software makes it valid.
Task<ConfigurationUnit::EntryAddress> ConfigurationUnit::read_level_1(StreamTable table,
                                                                      std::uint32_t stream_id,
                                                                      JourneyHandle journey) {
  const std::uint64_t address = table.descriptor_address(stream_id);
  std::array<std::uint8_t, StreamTableDescriptor::bytes> bytes;
  journey.serve(scheduler_.now(), "level-1 stream table descriptor read");
  level_1_reads_.add();
  const bool fetched = co_await memory_.read({}, address, bytes);
  if (!fetched) co_return EntryAddress{EventType::F_STE_FETCH, address};
  const auto descriptor =
      StreamTableDescriptor::decode(load_little_endian<std::uint64_t>(std::span(bytes)));
  const auto entry = descriptor.entry_address(stream_id, *table.split);
  if (!entry) co_return EntryAddress{EventType::C_BAD_STREAMID, 0};
  co_return EntryAddress{EventType::none, *entry};
}

Task<bool> ConfigurationUnit::read(std::uint64_t address, ConfigurationWords& words) {
  std::array<std::uint8_t, sizeof(ConfigurationWords)> bytes;
  const bool ok = co_await memory_.read({}, address, bytes);
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = load_little_endian<std::uint64_t>(std::span(bytes).subspan(8 * i, 8));
  }
  co_return ok;
}

/// A SubstreamID is checked against the STE, before the CD is looked at.
ConfigurationUnit::Result ConfigurationUnit::check(const Stream& stream, Result result) const {
  const bool ste_is_valid =
      result.fault != EventType::F_STE_FETCH && result.fault != EventType::C_BAD_STE;
  const StreamTableEntry& ste = result.configuration.ste;
  if (!ste_is_valid || ste.aborts()) return result;
  const EventType fault = ste.check_substream(stream);
  if (fault != EventType::none) result.fault = fault;
  return result;
}

void ConfigurationUnit::invalidate(const Invalidation& invalidation) {
  cache_.invalidate(invalidation);
  fetches_.close();
}

}  // namespace doorbell::smmu
