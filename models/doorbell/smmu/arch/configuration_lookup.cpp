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

/// Level-1 descriptors are read anew for each STE, so that one that was invalid is never kept: no
/// CFGI follows when software makes it valid.
Task<EntryAddress> locate_ste(const StreamTable& table, std::uint32_t stream_id,
                              TableAccess& tables) {
  const std::uint64_t at = table.descriptor_address(stream_id);
  std::uint64_t word = 0;
  const bool read =
      co_await read_doubleword(TablePurpose::level_1_stream_table_descriptor, at, word, tables);
  if (!read) co_return EntryAddress{{EventType::F_STE_FETCH, at}};
  const auto entry = StreamTableDescriptor::decode(word).entry_address(stream_id, *table.split);
  if (!entry) co_return EntryAddress{{EventType::C_BAD_STREAMID}};
  co_return EntryAddress{{}, *entry};
}

/// The same of CDs (5.3.1).
Task<EntryAddress> locate_cd(const ContextTable& table, const Features& features,
                             const Stage2* stage2, std::uint32_t index, TableAccess& tables) {
  std::uint64_t at = table.descriptor_address(index);
  if (stage2 != nullptr) {
    const Fault fault = co_await locate_table(*stage2, EventClass::cd, at, tables);
    if (fault) co_return EntryAddress{fault};
  }
  std::uint64_t word = 0;
  const bool read =
      co_await read_doubleword(TablePurpose::level_1_context_descriptor, at, word, tables);
  if (!read) co_return EntryAddress{{EventType::F_CD_FETCH, at}};
  const auto entry = table.entry_address(index, ContextTableDescriptor::decode(word), features);
  if (!entry) co_return EntryAddress{{EventType::C_BAD_SUBSTREAMID}};
  co_return EntryAddress{{}, *entry};
}

Task<Fault> fetch_ste(const StreamTable& table, const Features& features, std::uint32_t stream_id,
                      StreamTableEntry& ste, TableAccess& tables) {
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
  ste = StreamTableEntry::decode(words, features);
  if (ste.illegal(features)) co_return Fault{EventType::C_BAD_STE};
  co_return Fault{};
}

Task<Fault> fetch_cd(const GlobalConfiguration& global, std::uint32_t index,
                     StreamConfiguration& configuration, TableAccess& tables) {
  const StreamTableEntry& ste = configuration.ste;
  const Stage2Regime regime = global.inhibits_updates ? ste.stage2.without_updates() : ste.stage2;
  const Stage2 below(regime, true);
  const Stage2* const stage2 = ste.has_stage2() ? &below : nullptr;
  const ContextTable table(ste);
  EntryAddress entry;
  if (table.two_level()) {
    entry = co_await locate_cd(table, global.features, stage2, index, tables);
    if (entry.fault) co_return entry.fault;
  } else {
    entry.address = table.entry_address(index);
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
  if (!configuration.has_cd) co_return Fault{EventType::C_BAD_CD};
  co_return Fault{};
}

}  // namespace

EventType refused(const StreamTableEntry& ste, const Stream& stream) {
  return ste.aborts() ? EventType::none : ste.check_substream(stream);
}

bool needs_cd(const StreamTableEntry& ste, const Stream& stream) {
  return !ste.aborts() && !ste.skips_stage1(stream);
}

Task<Fault> fetch_configuration(const GlobalConfiguration& global, const Stream& stream,
                                StreamConfiguration& configuration, TableAccess& tables) {
  const StreamTableEntry& ste = configuration.ste;
  if (!configuration.has_ste) {
    const Fault fault = co_await fetch_ste(global.stream_table, global.features, stream.stream_id,
                                           configuration.ste, tables);
    if (fault) co_return fault;
    configuration.has_ste = true;
  }
  // A SubstreamID is checked against the STE, before the CD is looked at.
  const Fault refusal{refused(ste, stream)};
  if (refusal || !needs_cd(ste, stream)) co_return refusal;
  co_return co_await fetch_cd(global, context_index(stream), configuration, tables);
}

}  // namespace doorbell::smmu
