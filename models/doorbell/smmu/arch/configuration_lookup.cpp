#include "doorbell/smmu/arch/configuration_lookup.h"

#include <array>
#include <cstddef>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/smmu/arch/context_table.h"
#include "doorbell/smmu/arch/walk.h"

namespace doorbell::smmu {
namespace {

/// Where an STE or a CD is, or why it can't be found.
struct EntryAddress {
  Fault fault;
  std::uint64_t address = 0;
};

Task<bool> read_doubleword(TablePurpose purpose, std::uint64_t address, std::uint64_t& word,
                           TableAccess& tables) {
  std::array<std::uint8_t, 8> bytes;
  const bool ok = co_await tables.read(purpose, 1, address, bytes);
  if (ok) word = load_little_endian<std::uint64_t>(std::span(bytes));
  co_return ok;
}

Task<bool> read_words(TablePurpose purpose, std::uint64_t address, ConfigurationWords& words,
                      TableAccess& tables) {
  std::array<std::uint8_t, sizeof(ConfigurationWords)> bytes;
  const bool ok = co_await tables.read(purpose, 0, address, bytes);
  if (!ok) co_return false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = load_little_endian<std::uint64_t>(std::span(bytes).subspan(8 * i, 8));
  }
  co_return true;
}

Task<EntryAddress> locate_ste(const StreamTable& table, std::uint32_t stream_id,
                              TableAccess& tables) {
  const auto which = LevelOneDescriptor::of_stream(stream_id, *table.split);
  const std::optional<std::uint64_t> known = tables.find_descriptor(which);
  std::uint64_t word = known.value_or(0);
  if (!known) {
    const std::uint64_t at = table.descriptor_address(stream_id);
    const bool read =
        co_await read_doubleword(TablePurpose::level_1_stream_table_descriptor, at, word, tables);
    if (!read) co_return EntryAddress{{EventType::F_STE_FETCH, at}};
  }
  const auto descriptor = StreamTableDescriptor::decode(word);
  if (!known) tables.keep_descriptor(which, word, descriptor.valid(*table.split));
  const auto entry = descriptor.entry_address(stream_id, *table.split);
  if (!entry) co_return EntryAddress{{EventType::C_BAD_STREAMID}};
  co_return EntryAddress{{}, *entry};
}

/// Reads the level-1 descriptor of a CD (5.3.1), whose address stage 2 may translate.
Task<Fault> fetch_descriptor(std::uint64_t at, const Stage2* stage2, std::uint64_t& word,
                             TableAccess& tables) {
  if (stage2 != nullptr) {
    const Fault fault = co_await locate_table(*stage2, EventClass::cd, at, tables);
    if (fault) co_return fault;
  }
  const bool read =
      co_await read_doubleword(TablePurpose::level_1_context_descriptor, at, word, tables);
  if (!read) co_return Fault{EventType::F_CD_FETCH, at};
  co_return Fault{};
}

Task<EntryAddress> locate_cd(const ContextTable& table, const Features& features,
                             const Stage2* stage2, const Stream& stream, TableAccess& tables) {
  const std::uint32_t index = context_index(stream);
  const auto which = LevelOneDescriptor::of_context(stream.stream_id, index, table.leaf_bits());
  const std::optional<std::uint64_t> known = tables.find_descriptor(which);
  std::uint64_t word = known.value_or(0);
  if (!known) {
    const std::uint64_t at = table.descriptor_address(index);
    const Fault fault = co_await fetch_descriptor(at, stage2, word, tables);
    if (fault) co_return EntryAddress{fault};
  }
  const auto descriptor = ContextTableDescriptor::decode(word);
  if (!known) tables.keep_descriptor(which, word, descriptor.valid(features));
  const auto entry = table.entry_address(index, descriptor, features);
  if (!entry) co_return EntryAddress{{EventType::C_BAD_SUBSTREAMID}};
  co_return EntryAddress{{}, *entry};
}

Task<Fault> fetch_ste(const StreamTable& table, const Features& features, std::uint32_t stream_id,
                      StreamConfiguration& configuration, TableAccess& tables) {
  EntryAddress entry;
  if (table.two_level()) {
    entry = co_await locate_ste(table, stream_id, tables);
    if (entry.fault) co_return entry.fault;
  } else {
    entry.address = table.entry_address(stream_id);
  }
  ConfigurationWords words;
  const bool fetched =
      co_await read_words(TablePurpose::stream_table_entry, entry.address, words, tables);
  if (!fetched) co_return Fault{EventType::F_STE_FETCH, entry.address};
  configuration.ste = StreamTableEntry::decode(words, features);
  configuration.has_ste = !configuration.ste.illegal(features);
  configuration.bad_ste = !configuration.has_ste;
  if (configuration.bad_ste) co_return Fault{EventType::C_BAD_STE};
  co_return Fault{};
}

Task<Fault> fetch_cd(const GlobalConfiguration& global, const Stream& stream,
                     StreamConfiguration& configuration, TableAccess& tables) {
  const StreamTableEntry& ste = configuration.ste;
  const Stage2Regime regime = global.inhibits_updates ? ste.stage2.without_updates() : ste.stage2;
  const Stage2 below(regime, true);
  const Stage2* const stage2 = ste.has_stage2() ? &below : nullptr;
  const ContextTable table(ste);
  EntryAddress entry;
  if (table.two_level()) {
    entry = co_await locate_cd(table, global.features, stage2, stream, tables);
    if (entry.fault) co_return entry.fault;
  } else {
    entry.address = table.entry_address(context_index(stream));
  }
  if (stage2 != nullptr) {
    const Fault fault = co_await locate_table(*stage2, EventClass::cd, entry.address, tables);
    if (fault) co_return fault;
  }
  ConfigurationWords words;
  const bool fetched =
      co_await read_words(TablePurpose::context_descriptor, entry.address, words, tables);
  if (!fetched) co_return Fault{EventType::F_CD_FETCH, entry.address};
  configuration.cd = ContextDescriptor::decode(words, global.features, ste.world(global.E2H));
  configuration.has_cd = !configuration.cd.illegal(ste, global.features);
  configuration.bad_cd = !configuration.has_cd;
  if (configuration.bad_cd) co_return Fault{EventType::C_BAD_CD};
  co_return Fault{};
}

}  // namespace

EventType refused(const StreamTableEntry& ste, const Stream& stream) {
  return ste.aborts() ? EventType::none : ste.check_substream(stream);
}

bool needs_cd(const StreamTableEntry& ste, const Stream& stream) {
  return !ste.aborts() && !ste.skips_stage1(stream);
}

std::optional<Fault> known_end(const StreamConfiguration& configuration, const Stream& stream) {
  if (configuration.bad_ste) return Fault{EventType::C_BAD_STE};
  if (!configuration.has_ste) return std::nullopt;
  const Fault refusal{refused(configuration.ste, stream)};
  if (refusal || !needs_cd(configuration.ste, stream)) return refusal;
  if (configuration.bad_cd) return Fault{EventType::C_BAD_CD};
  return configuration.has_cd ? std::optional(Fault{}) : std::nullopt;
}

Task<Fault> fetch_configuration(const GlobalConfiguration& global, const Stream& stream,
                                StreamConfiguration& configuration, TableAccess& tables) {
  const StreamTableEntry& ste = configuration.ste;
  if (!configuration.has_ste) {
    const Fault fault = co_await fetch_ste(global.stream_table, global.features, stream.stream_id,
                                           configuration, tables);
    if (fault) co_return fault;
  }
  if (global.only_ste) co_return Fault{};
  // A SubstreamID is checked against the STE, before the CD is looked at.
  const Fault refusal{refused(ste, stream)};
  if (refusal || !needs_cd(ste, stream)) co_return refusal;
  co_return co_await fetch_cd(global, stream, configuration, tables);
}

}  // namespace doorbell::smmu
