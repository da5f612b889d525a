#include "doorbell/smmu/arch/translation_table.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/descriptor.h"

namespace doorbell::smmu {
namespace {

// VMSAv8-64 descriptors (DDI 0487 D8.3)
constexpr BitField attr_indx{2, 3};
constexpr BitField ap_unprivileged{6, 1};  // AP[1]
constexpr BitField ap_read_only{7, 1};     // AP[2]
constexpr BitField ng{11, 1};
constexpr BitField pxn{53, 1};
constexpr BitField uxn{54, 1};
constexpr BitField pxn_table{59, 1};
constexpr BitField uxn_table{60, 1};
constexpr BitField ap_table_unprivileged{61, 1};  // APTable[0]
constexpr BitField ap_table_read_only{62, 1};     // APTable[1]

bool out_of_range(const TranslationRegime& regime, std::uint64_t address) {
  return (address & ~low_mask(regime.output_bits)) != 0;
}

TableLimits table_limits(std::uint64_t word) {
  return {ap_table_read_only.test(word), ap_table_unprivileged.test(word), uxn_table.test(word),
          pxn_table.test(word)};
}

Stage1Rights rights(const TranslationRegime& regime, std::uint64_t word) {
  return {.read_only = ap_read_only.test(word),
          .unprivileged = ap_unprivileged.test(word),
          .privileged_execute_never = pxn.test(word),
          .unprivileged_execute_never = uxn.test(word),
          .WXN = regime.WXN,
          .PAN = regime.PAN,
          .one_privilege = regime.world == World::el2};
}

WalkStep fault(EventType type) {
  WalkStep step;
  step.fault = type;
  return step;
}

WalkStep table_step(const TranslationRegime& regime, const TranslationTable& table,
                    const WalkPosition& position, std::uint64_t word) {
  WalkStep step;
  step.kind = WalkStep::Kind::table;
  step.next.level = position.level + 1;
  step.next.table = descriptor::output_address(word, table.large_addresses, table.granule);
  if (out_of_range(regime, step.next.table)) return fault(EventType::F_ADDR_SIZE);
  step.next.limits =
      table.hierarchy_off ? position.limits : position.limits.combine(table_limits(word));
  return step;
}

WalkStep leaf_step(const TranslationRegime& regime, const TranslationTable& table,
                   const WalkPosition& position, std::uint64_t word) {
  WalkStep step;
  step.kind = WalkStep::Kind::leaf;
  Leaf& leaf = step.leaf;
  leaf.level = position.level;
  leaf.size_log2 = level_shift(table.granule, position.level);
  leaf.output_base = descriptor::output_address(word, table.large_addresses, leaf.size_log2);
  if (out_of_range(regime, leaf.output_base)) return fault(EventType::F_ADDR_SIZE);
  if (!descriptor::AF.test(word) && (!regime.AFFD || regime.HA)) return fault(EventType::F_ACCESS);
  leaf.permissions = stage1_permissions(rights(regime, word), position.limits);
  leaf.contiguous = descriptor::contiguous.test(word);
  leaf.uncached = regime.nT_counts && descriptor::is_uncached_block(word, position.level);
  leaf.not_global = ng.test(word);
  leaf.attribute_index = static_cast<std::uint8_t>(attr_indx.get(word));
  leaf.shareability = static_cast<std::uint8_t>(descriptor::SH.get(word));
  return step;
}

}  // namespace

std::optional<WalkPosition> start_walk(const TranslationRegime& regime, std::uint64_t address) {
  const unsigned half = table_half(address);
  const TranslationTable& table = regime.table[half];
  if (table.disabled) return std::nullopt;
  std::uint64_t upper = address & ~low_mask(table.input_bits);
  std::uint64_t expected = half != 0 ? ~low_mask(table.input_bits) : 0;
  if (regime.top_byte_ignored[half]) {
    upper &= low_mask(56);
    expected &= low_mask(56);
  }
  if (upper != expected) return std::nullopt;

  const unsigned stride = table.granule - 3;
  const unsigned levels = (table.input_bits - table.granule + stride - 1) / stride;
  WalkPosition position;
  position.level = 4 - levels;
  // The first table holds only the entries that the input range needs and is aligned to that size;
  // a base of 52 bits, to 64 bytes at least (IHI 0070 5.4, TTB0).
  const unsigned size_log2 = table.input_bits - level_shift(table.granule, position.level) + 3;
  const unsigned least = regime.output_bits == 52 ? 6 : 4;
  position.table = table.base & ~low_mask(std::max(size_log2, least));
  return position;
}

std::uint64_t descriptor_address(const WalkPosition& position, GranuleShift granule,
                                 unsigned input_bits, std::uint64_t address) {
  const unsigned low = level_shift(granule, position.level);
  const unsigned high = std::min(low + granule - 3, input_bits);
  return position.table + ((address & low_mask(high)) >> low) * 8;
}

WalkStep step_walk(const TranslationRegime& regime, const WalkPosition& position,
                   std::uint64_t address, std::uint64_t word) {
  const TranslationTable& table = regime.table[table_half(address)];
  switch (descriptor::kind(word, table.granule, table.large_addresses, position.level)) {
    case descriptor::Kind::table:
      return table_step(regime, table, position, word);
    case descriptor::Kind::leaf:
      return leaf_step(regime, table, position, word);
    case descriptor::Kind::invalid:
      break;
  }
  return fault(EventType::F_TRANSLATION);
}

}  // namespace doorbell::smmu
