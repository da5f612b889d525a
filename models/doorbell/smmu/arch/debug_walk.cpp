#include "doorbell/smmu/arch/debug_walk.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/context_descriptor.h"
#include "doorbell/smmu/arch/context_table.h"
#include "doorbell/smmu/arch/stream_table_entry.h"
#include "doorbell/smmu/arch/translation_table.h"

namespace doorbell::smmu {
namespace {

std::optional<ConfigurationWords> read_words(const DebugRead& read, std::uint64_t address) {
  ConfigurationWords words{};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto word = read(address + 8 * i);
    if (!word) return std::nullopt;
    words[i] = *word;
  }
  return words;
}

std::optional<std::uint64_t> entry_address(const StreamTable& table, std::uint32_t stream_id,
                                           const DebugRead& read) {
  if (!table.two_level()) return table.entry_address(stream_id);
  const auto word = read(table.descriptor_address(stream_id));
  if (!word) return std::nullopt;
  return StreamTableDescriptor::decode(*word).entry_address(stream_id, *table.split);
}

std::optional<std::uint64_t> context_address(const StreamTableEntry& ste, std::uint32_t index,
                                             const Features& features, const DebugRead& read) {
  const ContextTable table(ste);
  if (!table.two_level()) return table.entry_address(index);
  const auto word = read(table.descriptor_address(index));
  if (!word) return std::nullopt;
  return table.entry_address(index, ContextTableDescriptor::decode(*word), features);
}

std::optional<std::uint64_t> walk(const TranslationRegime& regime, std::uint64_t address,
                                  const Access& access, const DebugRead& read) {
  const TranslationTable& table = regime.table[table_half(address)];
  auto position = start_walk(regime, address);
  while (position) {
    const auto descriptor =
        read(descriptor_address(*position, table.granule, table.input_bits, address));
    if (!descriptor) return std::nullopt;
    const WalkStep step = step_walk(regime, *position, address, *descriptor);
    if (step.kind == WalkStep::Kind::fault) return std::nullopt;
    if (step.kind == WalkStep::Kind::leaf) {
      if (!step.leaf.permissions.allow(access)) return std::nullopt;
      return step.leaf.output_base | (address & low_mask(step.leaf.size_log2));
    }
    position = step.next;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> translate_from_memory(const StreamTable& table,
                                                   const Features& features, const Stream& stream,
                                                   std::uint64_t address, const Access& access,
                                                   const DebugRead& read) {
  if (!table.contains(stream.stream_id)) return std::nullopt;
  const auto entry = entry_address(table, stream.stream_id, read);
  if (!entry) return std::nullopt;
  auto words = read_words(read, *entry);
  if (!words) return std::nullopt;
  const auto ste = StreamTableEntry::decode(*words, features);
  if (ste.illegal(features) || ste.aborts()) return std::nullopt;
  if (ste.check_substream(stream) != EventType::none) return std::nullopt;
  if (ste.bypasses(stream)) return address;
  const auto context = context_address(ste, context_index(stream), features, read);
  if (!context) return std::nullopt;
  words = read_words(read, *context);
  if (!words) return std::nullopt;
  const auto cd = ContextDescriptor::decode(*words, features);
  if (cd.illegal(ste, features)) return std::nullopt;
  return walk(cd.regime, address, access, read);
}

}  // namespace doorbell::smmu
