#include "doorbell/smmu/arch/stream_table.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::smmu {
namespace {
constexpr BitField base_address{6, 46};
constexpr BitField cfg_log2_size{0, 6};
constexpr unsigned log2_entry_bytes = 6;
}  // namespace

StreamTable StreamTable::from_registers(std::uint64_t strtab_base, std::uint32_t strtab_base_cfg,
                                        const Features& features) {
  const auto log2_size = static_cast<unsigned>(cfg_log2_size.get(strtab_base_cfg));
  StreamTable table;
  // The base is aligned to the literal size, even beyond SIDSIZE (IHI 0070 6.3.24), and cut to OAS.
  table.base = strtab_base & base_address.mask() & low_mask(features.output_address_bits) &
               ~low_mask(std::min(log2_size + log2_entry_bytes, 63u));
  table.log2_size = std::min(log2_size, features.stream_id_bits);
  return table;
}

}  // namespace doorbell::smmu
