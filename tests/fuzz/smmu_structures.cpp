// STEs and CDs of any content: what isn't ILLEGAL can be walked.
#include "tests/fuzz/smmu_structures.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/context_descriptor.h"
#include "doorbell/smmu/arch/context_table.h"
#include "doorbell/smmu/arch/memory_attributes.h"
#include "doorbell/smmu/arch/stage2_table.h"
#include "tests/fuzz/smmu_input.h"

namespace doorbell::fuzz {
namespace {

smmu::ConfigurationWords words_of(Input& input) {
  smmu::ConfigurationWords words{};
  for (std::uint64_t& word : words)
    word = input.doubleword();
  return words;
}

void check_start(const std::optional<smmu::WalkPosition>& start, unsigned output_bits) {
  require(start.has_value(), "an address in range has a table to begin with");
  require(start->level < 4, "there are four levels");
  require((start->table & ~low_mask(output_bits)) == 0, "the first table is in range");
}

void check_stage2(const smmu::Stage2Regime& regime, const smmu::Features& features) {
  require(smmu::offers_granule(features, regime.granule), "the granule is offered");
  require(regime.input_bits <= features.output_address_bits, "no IPA is beyond IAS");
  check_start(smmu::start_walk(regime, low_mask(regime.input_bits)), regime.output_bits);
  if (regime.input_bits < 64) {
    require(!smmu::start_walk(regime, std::uint64_t{1} << regime.input_bits),
            "beyond the range there is no walk");
  }
}

void check_contexts(const smmu::StreamTableEntry& ste, const smmu::Features& features) {
  const smmu::ContextTable table(ste);
  const auto last = static_cast<std::uint32_t>(low_mask(ste.S1CDMax));
  require(ste.S1CDMax <= features.substream_id_bits, "there are no more CDs than SubstreamIDs");
  if (table.two_level()) {
    require(table.descriptor_address(last) >= table.descriptor_address(0), "L1CDs are in order");
  } else {
    require(table.entry_address(last) - table.entry_address(0) == std::uint64_t{last} * 64,
            "CDs are in order");
  }
}

}  // namespace

void run_ste(std::span<const std::uint8_t> bytes) {
  Input input(bytes);
  const smmu::Features features = features_of(input);
  const auto ste = smmu::StreamTableEntry::decode(words_of(input), features);
  const smmu::Stream stream{static_cast<std::uint32_t>(input.take(4)),
                            static_cast<std::uint32_t>(input.take(3) & low_mask(20)), input.flag()};
  smmu::override_attributes(smmu::MemoryAttributes::of_incoming(), ste.overrides);
  if (ste.illegal(features)) return;
  require(ste.V, "what isn't valid is ILLEGAL");
  if (ste.aborts()) return;
  require(!ste.has_stage1() || features.stage1, "stage 1 is offered");
  require(!ste.has_stage2() || features.stage2, "stage 2 is offered");
  if (ste.has_stage1()) check_contexts(ste, features);
  if (ste.has_stage2()) check_stage2(ste.stage2, features);
  if (ste.check_substream(stream) != smmu::EventType::none) return;
  require(!stream.substream_valid || ste.has_stage1(), "a SubstreamID is of a CD");
}

void run_cd(std::span<const std::uint8_t> bytes) {
  Input input(bytes);
  const smmu::Features features = features_of(input);
  const std::uint8_t choice = input.byte();
  smmu::StreamTableEntry ste;
  ste.S1STALLD = (choice & 4) != 0;
  const auto world = static_cast<smmu::World>((choice & 3) % 3);
  const auto cd = smmu::ContextDescriptor::decode(words_of(input), features, world);
  const std::uint64_t address = input.doubleword();
  if (cd.illegal(ste, features)) return;
  require(cd.V && cd.AA64, "what isn't valid is ILLEGAL");
  for (unsigned half = 0; half < 2; ++half) {
    const smmu::TranslationTable& table = cd.regime.table[half];
    if (table.disabled) continue;
    require(smmu::offers_granule(features, table.granule), "the granule is offered");
    const std::uint64_t in_half = half == 0 ? 0 : ~low_mask(table.input_bits);
    const std::uint64_t inside = in_half | (address & low_mask(table.input_bits));
    if (smmu::table_half(inside) != half) continue;
    const auto start = smmu::start_walk(cd.regime, inside);
    check_start(start, cd.regime.output_bits);
    const std::uint64_t at =
        smmu::descriptor_address(*start, table.granule, table.input_bits, inside);
    require(at >= start->table && at - start->table < (std::uint64_t{1} << table.granule),
            "the descriptor is in its table");
  }
}

}  // namespace doorbell::fuzz
