#pragma once

#include <cstdint>

#include "doorbell/smmu/arch/features.h"

namespace doorbell::smmu {

/// The stream table as SMMU_STRTAB_BASE and SMMU_STRTAB_BASE_CFG describe it (IHI 0070 3.3.1,
/// 6.3.24, 6.3.25). Linear: IDR0.ST_LEVEL = 0b00, so FMT is read as zero.
struct StreamTable {
  std::uint64_t base = 0;  ///< Physical address, bytes.
  unsigned log2_size = 0;  ///< LOG2SIZE: entries.

  static StreamTable from_registers(std::uint64_t strtab_base, std::uint32_t strtab_base_cfg,
                                    const Features& features);

  /// False for what ends in C_BAD_STREAMID (7.3.3): outside the table.
  bool contains(std::uint32_t stream_id) const {
    return (std::uint64_t{stream_id} >> log2_size) == 0;
  }
  /// Physical address of the 64-byte STE of a stream that the table contains.
  std::uint64_t entry_address(std::uint32_t stream_id) const {
    return base + std::uint64_t{stream_id} * 64;
  }
};

}  // namespace doorbell::smmu
