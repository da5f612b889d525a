#include "doorbell/smmu/arch/stage2_table.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/descriptor.h"

namespace doorbell::smmu {
namespace {

// Page and Block descriptors of stage 2 (DDI 0487 D8.3.2)
constexpr BitField mem_attr{2, 4};
constexpr BitField s2ap{6, 2};
constexpr BitField xn{53, 2};

constexpr unsigned reserved = 4;
constexpr unsigned most_concatenated_log2 = 4;

WalkStep fault(EventType type) {
  WalkStep step;
  step.fault = type;
  return step;
}

bool out_of_range(const Stage2Regime& regime, std::uint64_t address) {
  return (address & ~low_mask(regime.output_bits)) != 0;
}

WalkStep table_step(const Stage2Regime& regime, const WalkPosition& position, std::uint64_t word) {
  WalkStep step;
  step.kind = WalkStep::Kind::table;
  step.next.level = position.level + 1;
  step.next.table = descriptor::output_address(word, regime.large_addresses, regime.granule);
  return out_of_range(regime, step.next.table) ? fault(EventType::F_ADDR_SIZE) : step;
}

WalkStep leaf_step(const Stage2Regime& regime, const WalkPosition& position, std::uint64_t word) {
  WalkStep step;
  step.kind = WalkStep::Kind::leaf;
  Leaf& leaf = step.leaf;
  leaf.level = position.level;
  leaf.size_log2 = level_shift(regime.granule, position.level);
  leaf.output_base = descriptor::output_address(word, regime.large_addresses, leaf.size_log2);
  if (out_of_range(regime, leaf.output_base)) return fault(EventType::F_ADDR_SIZE);
  if (!descriptor::AF.test(word) && (!regime.S2AFFD || regime.S2HA)) {
    return fault(EventType::F_ACCESS);
  }
  leaf.permissions = stage2_permissions(static_cast<unsigned>(s2ap.get(word)),
                                        static_cast<unsigned>(xn.get(word)));
  leaf.contiguous = descriptor::contiguous.test(word);
  leaf.uncached = regime.nT_counts && descriptor::is_uncached_block(word, position.level);
  leaf.attribute_index = static_cast<std::uint8_t>(mem_attr.get(word));
  leaf.shareability = static_cast<std::uint8_t>(descriptor::SH.get(word));
  return step;
}

}  // namespace

std::optional<unsigned> stage2_start_level(GranuleShift granule, unsigned S2SL0) {
  constexpr unsigned of_4k[] = {2, 1, 0, reserved};  // level 3 is for IDR3.STT
  constexpr unsigned of_16k[] = {3, 2, 1, reserved};
  constexpr unsigned of_64k[] = {3, 2, 1, reserved};
  const unsigned* const levels = granule == 12 ? of_4k : granule == 14 ? of_16k : of_64k;
  const unsigned level = levels[S2SL0 & 3];
  return level == reserved ? std::nullopt : std::optional(level);
}

bool stage2_starts_at(GranuleShift granule, unsigned level, unsigned input_bits) {
  const unsigned low = level_shift(granule, level);
  return input_bits > low && input_bits <= low + granule - 3 + most_concatenated_log2;
}

std::optional<WalkPosition> start_walk(const Stage2Regime& regime, std::uint64_t ipa) {
  if ((ipa & ~low_mask(regime.input_bits)) != 0) return std::nullopt;
  WalkPosition position;
  position.level = regime.start_level;
  const unsigned size_log2 = regime.input_bits - level_shift(regime.granule, position.level) + 3;
  const unsigned least = regime.output_bits == 52 ? 6 : 4;  // IHI 0070 5.2, S2TTB
  position.table = regime.S2TTB & ~low_mask(std::max(size_log2, least));
  return position;
}

std::uint64_t descriptor_address(const Stage2Regime& regime, const WalkPosition& position,
                                 std::uint64_t ipa) {
  const unsigned low = level_shift(regime.granule, position.level);
  const bool first = position.level == regime.start_level;
  const unsigned high = first ? regime.input_bits : low + regime.granule - 3;
  return position.table + ((ipa & low_mask(high)) >> low) * 8;
}

WalkStep step_walk(const Stage2Regime& regime, const WalkPosition& position, std::uint64_t word) {
  switch (descriptor::kind(word, regime.granule, regime.large_addresses, position.level)) {
    case descriptor::Kind::table:
      return table_step(regime, position, word);
    case descriptor::Kind::leaf:
      return leaf_step(regime, position, word);
    case descriptor::Kind::invalid:
      break;
  }
  return fault(EventType::F_TRANSLATION);
}

}  // namespace doorbell::smmu
