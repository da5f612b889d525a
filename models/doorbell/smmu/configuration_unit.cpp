#include "doorbell/smmu/configuration_unit.h"

namespace doorbell::smmu {
namespace {

/// Why a valid STE lets no transaction of `stream` pass; an STE that aborts says nothing.
EventType refused(const StreamTableEntry& ste, const Stream& stream) {
  return ste.aborts() ? EventType::none : ste.check_substream(stream);
}

bool needs_cd(const StreamTableEntry& ste, const Stream& stream) {
  return !ste.aborts() && !ste.skips_stage1(stream);
}

}  // namespace

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
                     {"reads", Better::lower, "Level-1 descriptors of a two-level stream table"}),
      level_1_context_reads_(
          group, "level_1_context_descriptor_reads",
          {"reads", Better::lower, "Level-1 descriptors of a two-level table of CDs"}) {}

Task<ConfigurationUnit::Result> ConfigurationUnit::find(StreamTable table, Stream stream,
                                                        JourneyHandle journey) {
  if (!table.contains(stream.stream_id)) co_return Result{EventType::C_BAD_STREAMID, 0, {}};
  co_await clock_.cycles(latency_);
  Result result;
  bool ste_is_known = false;
  if (const StreamConfiguration* cached = cache_.lookup(stream.stream_id, context_index(stream))) {
    result.configuration = *cached;
    ste_is_known = true;
    result.fault = refused(cached->ste, stream);
    if (result.fault != EventType::none || cached->has_cd || !needs_cd(cached->ste, stream)) {
      statistics_.hit();
      co_return result;
    }
  }
  statistics_.miss();
  const StreamWord word = StreamWord::of(stream);
  if (auto* const pending = fetches_.find(word)) {
    journey.wait(scheduler_.now(), "another's configuration fetch",
                 {"fetch for stream", stream.stream_id});
    result = co_await fetches_.join(*pending);
  } else {
    auto& opened = fetches_.open(word);
    result = co_await fetch(table, stream, result.configuration, ste_is_known, journey);
    fetches_.complete(opened, result);
  }
  journey.serve(scheduler_.now());
  co_return result;
}

Task<ConfigurationUnit::Result> ConfigurationUnit::fetch(StreamTable table, Stream stream,
                                                         StreamConfiguration known,
                                                         bool ste_is_known, JourneyHandle journey) {
  const InvalidationLog::Epoch start = log_.epoch();
  Result result;
  result.configuration = known;
  if (!ste_is_known) {
    result.fault = co_await fetch_ste(table, stream.stream_id, result, journey);
    if (result.fault != EventType::none) co_return result;
  }
  // A SubstreamID is checked against the STE, before the CD is looked at.
  const StreamTableEntry& ste = result.configuration.ste;
  result.fault = refused(ste, stream);
  if (result.fault == EventType::none && needs_cd(ste, stream)) {
    result.fault = co_await fetch_cd(context_index(stream), result, journey);
  }
  // What an invalidation has overtaken is used, but not kept; nor is what is invalid.
  if (!log_.configuration_affected(start, stream.stream_id)) {
    cache_.insert(stream.stream_id, result.configuration, context_index(stream));
  }
  co_return result;
}

Task<EventType> ConfigurationUnit::fetch_ste(StreamTable table, std::uint32_t stream_id,
                                             Result& result, JourneyHandle journey) {
  EntryAddress entry;
  if (table.two_level()) {
    entry = co_await read_level_1(table, stream_id, journey);
  } else {
    entry.address = table.entry_address(stream_id);
  }
  result.fetch_address = entry.address;
  if (entry.fault != EventType::none) co_return entry.fault;
  journey.serve(scheduler_.now(), "STE read");
  ConfigurationWords words;
  const bool fetched = co_await read(entry.address, words);
  if (!fetched) co_return EventType::F_STE_FETCH;
  result.configuration.ste = StreamTableEntry::decode(words, features_);
  const bool illegal = result.configuration.ste.illegal(features_);
  co_return illegal ? EventType::C_BAD_STE : EventType::none;
}

Task<EventType> ConfigurationUnit::fetch_cd(std::uint32_t index, Result& result,
                                            JourneyHandle journey) {
  StreamConfiguration& configuration = result.configuration;
  const ContextTable table(configuration.ste);
  EntryAddress entry;
  if (table.two_level()) {
    entry = co_await read_level_1(table, index, journey);
  } else {
    entry.address = table.entry_address(index);
  }
  result.fetch_address = entry.address;
  if (entry.fault != EventType::none) co_return entry.fault;
  journey.serve(scheduler_.now(), "CD read");
  ConfigurationWords words;
  const bool fetched = co_await read(entry.address, words);
  if (!fetched) co_return EventType::F_CD_FETCH;
  configuration.cd = ContextDescriptor::decode(words, features_);
  const bool illegal = configuration.cd.illegal(configuration.ste, features_);
  configuration.has_cd = !illegal;
  co_return illegal ? EventType::C_BAD_CD : EventType::none;
}

/// Level-1 descriptors are read anew for each STE, so that one that was invalid is never kept: no
/// CFGI follows when software makes it valid.
Task<ConfigurationUnit::EntryAddress> ConfigurationUnit::read_level_1(StreamTable table,
                                                                      std::uint32_t stream_id,
                                                                      JourneyHandle journey) {
  const std::uint64_t address = table.descriptor_address(stream_id);
  journey.serve(scheduler_.now(), "level-1 stream table descriptor read");
  level_1_reads_.add();
  const std::optional<std::uint64_t> word = co_await read_doubleword(address);
  if (!word) co_return EntryAddress{EventType::F_STE_FETCH, address};
  const auto entry = StreamTableDescriptor::decode(*word).entry_address(stream_id, *table.split);
  if (!entry) co_return EntryAddress{EventType::C_BAD_STREAMID, 0};
  co_return EntryAddress{EventType::none, *entry};
}

/// The same of CDs (5.3.1).
Task<ConfigurationUnit::EntryAddress> ConfigurationUnit::read_level_1(ContextTable table,
                                                                      std::uint32_t index,
                                                                      JourneyHandle journey) {
  const std::uint64_t address = table.descriptor_address(index);
  journey.serve(scheduler_.now(), "level-1 CD table descriptor read");
  level_1_context_reads_.add();
  const std::optional<std::uint64_t> word = co_await read_doubleword(address);
  if (!word) co_return EntryAddress{EventType::F_CD_FETCH, address};
  const auto entry = table.entry_address(index, ContextTableDescriptor::decode(*word), features_);
  if (!entry) co_return EntryAddress{EventType::C_BAD_SUBSTREAMID, 0};
  co_return EntryAddress{EventType::none, *entry};
}

/// Nothing when the read is answered with an error.
Task<std::optional<std::uint64_t>> ConfigurationUnit::read_doubleword(std::uint64_t address) {
  std::array<std::uint8_t, 8> bytes;
  const bool ok = co_await memory_.read({}, address, bytes);
  if (!ok) co_return std::nullopt;
  co_return load_little_endian<std::uint64_t>(std::span(bytes));
}

Task<bool> ConfigurationUnit::read(std::uint64_t address, ConfigurationWords& words) {
  std::array<std::uint8_t, sizeof(ConfigurationWords)> bytes;
  const bool ok = co_await memory_.read({}, address, bytes);
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = load_little_endian<std::uint64_t>(std::span(bytes).subspan(8 * i, 8));
  }
  co_return ok;
}

void ConfigurationUnit::invalidate(const Invalidation& invalidation) {
  cache_.invalidate(invalidation);
  fetches_.close();
}

}  // namespace doorbell::smmu
