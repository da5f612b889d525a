#include "doorbell/cpu/arch/address_walk.h"

namespace doorbell::cpu {
namespace {

constexpr unsigned last_level = 3;
constexpr unsigned descriptor_bits = 3;
constexpr unsigned output_bits = 48;
/// Tag, where TCR_EL1.TBI has it ignored.
constexpr unsigned tag_bits = 8;

std::uint64_t mask(unsigned bits) {
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

/// What TCR_EL1 says of one half of the addresses (DDI 0487, D17.2.131).
struct Half {
  unsigned input_bits;
  unsigned page_bits;
  bool walks;
  bool has_tags;
  std::uint64_t table;
};

/// TG0 and TG1 are encoded differently; 0 for what is reserved.
unsigned page_bits_of(bool upper, std::uint64_t granule) {
  constexpr unsigned lower_half[4] = {12, 16, 14, 0};
  constexpr unsigned upper_half[4] = {0, 14, 12, 16};
  return (upper ? upper_half : lower_half)[granule];
}

Half half_of(bool upper, const TranslationRegisters& registers) {
  const std::uint64_t tcr = registers.tcr_el1;
  const unsigned fields = upper ? 16 : 0;  // of T1SZ, EPD1, TG1 and of T0SZ, EPD0, TG0
  return {.input_bits = 64 - static_cast<unsigned>(tcr >> fields & 0x3f),
          .page_bits = page_bits_of(upper, tcr >> (fields + 14) & 3),
          .walks = (tcr >> (fields + 7) & 1) == 0,
          .has_tags = (tcr >> (upper ? 38 : 37) & 1) != 0,
          .table = upper ? registers.ttbr1_el1 : registers.ttbr0_el1};
}

/// Above its input address bits an address is all zeros, or all ones in the upper half.
bool is_inside(std::uint64_t address, bool upper, const Half& half) {
  const unsigned ignored = half.has_tags ? tag_bits : 0;
  const std::uint64_t above = mask(64 - ignored) & ~mask(half.input_bits);
  return (address & above) == (upper ? above : 0);
}

/// Where a descriptor may end a walk (DDI 0487, D8.3.1).
bool may_be_block(unsigned level, unsigned page_bits) {
  constexpr unsigned bits_of_4_kib = 12;
  return level == 2 || (level == 1 && page_bits == bits_of_4_kib);
}

}  // namespace

std::optional<std::uint64_t> walk_address(std::uint64_t virtual_address,
                                          const TranslationRegisters& registers,
                                          const DescriptorReader& read) {
  constexpr std::uint64_t mmu_enabled = 1;
  if ((registers.sctlr_el1 & mmu_enabled) == 0) return virtual_address;
  const bool upper = (virtual_address >> 55 & 1) != 0;
  const Half half = half_of(upper, registers);
  if (!half.walks || half.page_bits == 0 || half.input_bits <= half.page_bits) return std::nullopt;
  if (half.input_bits > output_bits || !is_inside(virtual_address, upper, half))
    return std::nullopt;
  const std::uint64_t input = virtual_address & mask(half.input_bits);
  const unsigned stride = half.page_bits - descriptor_bits;
  const unsigned levels = (half.input_bits - half.page_bits + stride - 1) / stride;
  std::uint64_t table = half.table & mask(output_bits) & ~std::uint64_t{1};
  for (unsigned level = last_level + 1 - levels; level <= last_level; ++level) {
    const unsigned shift = half.page_bits + stride * (last_level - level);
    const bool is_first = level == last_level + 1 - levels;
    const std::uint64_t index = input >> shift & mask(is_first ? 64 : stride);
    const std::optional<std::uint64_t> descriptor = read(table + (index << descriptor_bits));
    if (!descriptor || (*descriptor & 1) == 0) return std::nullopt;
    const bool goes_on = (*descriptor & 2) != 0;
    const std::uint64_t output = *descriptor & mask(output_bits);
    if (level == last_level || !goes_on) {
      const bool legal = level == last_level ? goes_on : may_be_block(level, half.page_bits);
      if (!legal) return std::nullopt;
      return (output & ~mask(shift)) | (input & mask(shift));
    }
    table = output & ~mask(half.page_bits);
  }
  return std::nullopt;
}

}  // namespace doorbell::cpu
