#include "doorbell/gic/arch/its_base_registers.h"

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::gic {
namespace {

/// Type[58:56] and Entry_Size[52:48].
constexpr std::uint64_t read_only = 0x071FULL << 48;
constexpr std::uint64_t Indirect = 1ULL << 62;
constexpr std::uint64_t non_cacheable = 1;

/// Page_Size[9:8]: 4, 16 or 64 KiB; the reserved value is 64 KiB.
constexpr std::uint64_t page_bytes(std::uint64_t BASER) {
  switch (bits(BASER, 9, 8)) {
    case 0:
      return 4096;
    case 1:
      return 16384;
    default:
      return 65536;
  }
}

/// Physical_Address[47:12], of which bits below the page size are RES0; with 64 KiB pages bits
/// [15:12] are address bits [51:48].
constexpr std::uint64_t base_address(std::uint64_t BASER) {
  const std::uint64_t low = bits(BASER, 47, 12) << 12 & ~(page_bytes(BASER) - 1);
  return page_bytes(BASER) == 65536 ? low | bits(BASER, 15, 12) << 48 : low;
}

/// Shareability[11:10] with InnerCache[61:59] and OuterCache[55:53], which both registers have in
/// the same places. Memory that isn't Shareable can't be cached either.
std::uint64_t kept_attributes(const ItsSupport& support, std::uint64_t value) {
  switch (support.shareability) {
    case ItsShareability::any:
      return value;
    case ItsShareability::inner:
      return with_bits(value, 11, 10, 1);
    case ItsShareability::outer:
      return with_bits(value, 11, 10, 2);
    case ItsShareability::none:
      break;
  }
  value = with_bits(value, 11, 10, 0);
  if (bits(value, 61, 59) > non_cacheable) value = with_bits(value, 61, 59, non_cacheable);
  return with_bits(value, 55, 53, 0);
}

std::uint64_t kept_page_size(const ItsSupport& support, std::uint64_t value) {
  switch (support.page_sizes) {
    case ItsPageSizes::any:
      return value;
    case ItsPageSizes::only_4K:
      return with_bits(value, 9, 8, 0);
    case ItsPageSizes::only_16K:
      return with_bits(value, 9, 8, 1);
    case ItsPageSizes::only_64K:
      break;
  }
  return with_bits(value, 9, 8, 2);
}

}  // namespace

std::uint64_t reset_BASER(const ItsSupport& support, std::uint64_t type, unsigned entry_bytes) {
  return kept_BASER(support, type << 56 | std::uint64_t{entry_bytes - 1} << 48, 0);
}

std::uint64_t kept_BASER(const ItsSupport& support, std::uint64_t old, std::uint64_t value) {
  value = (value & ~read_only) | (old & read_only);
  if (!support.two_levels) value &= ~Indirect;
  return kept_attributes(support, kept_page_size(support, value));
}

std::uint64_t kept_CBASER(const ItsSupport& support, std::uint64_t value) {
  return kept_attributes(support, value);
}

ItsTable table_of(std::uint64_t BASER) {
  ItsTable table;
  table.valid = bits(BASER, 63, 63) != 0;
  table.indirect = (BASER & Indirect) != 0;
  table.base = base_address(BASER);
  table.page_bytes = page_bytes(BASER);
  table.bytes = (bits(BASER, 7, 0) + 1) * table.page_bytes;
  table.entry_bytes = static_cast<unsigned>(bits(BASER, 52, 48)) + 1;
  return table;
}

}  // namespace doorbell::gic
