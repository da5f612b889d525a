#include "doorbell/smmu/arch/translation_table.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::smmu {
namespace {

// VMSAv8-64 descriptors (DDI 0487 D8.3)
constexpr BitField valid{0, 1};
constexpr BitField table_or_page{1, 1};
constexpr BitField attr_indx{2, 3};
constexpr BitField ap_unprivileged{6, 1};  // AP[1]
constexpr BitField ap_read_only{7, 1};     // AP[2]
constexpr BitField sh{8, 2};
constexpr BitField af{10, 1};
constexpr BitField ng{11, 1};
constexpr BitField pxn{53, 1};
constexpr BitField uxn{54, 1};
constexpr BitField pxn_table{59, 1};
constexpr BitField uxn_table{60, 1};
constexpr BitField ap_table_unprivileged{61, 1};  // APTable[0]
constexpr BitField ap_table_read_only{62, 1};     // APTable[1]

constexpr unsigned address_bits = 48;     // without CD.DS a descriptor holds 48 bits ...
constexpr BitField address_51_48{12, 4};  // ... but with FEAT_LPA and 64 KiB

std::uint64_t output_address(const TranslationTable& table, std::uint64_t descriptor,
                             unsigned low) {
  const std::uint64_t address = descriptor & low_mask(address_bits) & ~low_mask(low);
  if (!table.large_addresses) return address;
  return address | address_51_48.get(descriptor) << address_bits;
}

bool out_of_range(const TranslationRegime& regime, std::uint64_t address) {
  return (address & ~low_mask(regime.output_bits)) != 0;
}

TableLimits table_limits(std::uint64_t descriptor) {
  return {ap_table_read_only.test(descriptor), ap_table_unprivileged.test(descriptor),
          uxn_table.test(descriptor), pxn_table.test(descriptor)};
}

Stage1Rights rights(const TranslationRegime& regime, std::uint64_t descriptor) {
  return {.read_only = ap_read_only.test(descriptor),
          .unprivileged = ap_unprivileged.test(descriptor),
          .privileged_execute_never = pxn.test(descriptor),
          .unprivileged_execute_never = uxn.test(descriptor),
          .WXN = regime.WXN,
          .PAN = regime.PAN};
}

WalkStep fault(EventType type) {
  WalkStep step;
  step.fault = type;
  return step;
}

/// DDI 0487 D8.3.1: where a descriptor may be a Block.
bool block_allowed(const TranslationTable& table, unsigned level) {
  const bool at_level_1 = table.granule == 12 || table.large_addresses;
  return level == 2 || (level == 1 && at_level_1);
}

WalkStep table_step(const TranslationRegime& regime, const TranslationTable& table,
                    const WalkPosition& position, std::uint64_t descriptor) {
  WalkStep step;
  step.kind = WalkStep::Kind::table;
  step.next.level = position.level + 1;
  step.next.table = output_address(table, descriptor, table.granule);
  if (out_of_range(regime, step.next.table)) return fault(EventType::F_ADDR_SIZE);
  step.next.limits =
      table.hierarchy_off ? position.limits : position.limits.combine(table_limits(descriptor));
  return step;
}

WalkStep leaf_step(const TranslationRegime& regime, const TranslationTable& table,
                   const WalkPosition& position, std::uint64_t descriptor) {
  WalkStep step;
  step.kind = WalkStep::Kind::leaf;
  Leaf& leaf = step.leaf;
  leaf.level = position.level;
  leaf.size_log2 = level_shift(table.granule, position.level);
  leaf.output_base = output_address(table, descriptor, leaf.size_log2);
  if (out_of_range(regime, leaf.output_base)) return fault(EventType::F_ADDR_SIZE);
  if (!af.test(descriptor) && !regime.AFFD) return fault(EventType::F_ACCESS);
  leaf.permissions = stage1_permissions(rights(regime, descriptor), position.limits);
  leaf.not_global = ng.test(descriptor);
  leaf.attribute_index = static_cast<std::uint8_t>(attr_indx.get(descriptor));
  leaf.shareability = static_cast<std::uint8_t>(sh.get(descriptor));
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
                   std::uint64_t address, std::uint64_t descriptor) {
  const TranslationTable& table = regime.table[table_half(address)];
  if (!valid.test(descriptor)) return fault(EventType::F_TRANSLATION);
  const bool bit1 = table_or_page.test(descriptor);
  if (position.level == 3) {
    return bit1 ? leaf_step(regime, table, position, descriptor) : fault(EventType::F_TRANSLATION);
  }
  if (bit1) return table_step(regime, table, position, descriptor);
  if (!block_allowed(table, position.level)) return fault(EventType::F_TRANSLATION);
  return leaf_step(regime, table, position, descriptor);
}

}  // namespace doorbell::smmu
