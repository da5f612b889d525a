#pragma once

#include <cstdint>
#include <optional>

#include "doorbell/smmu/arch/features.h"

namespace doorbell::smmu {

/// SMMU_STRTAB_BASE_CFG.SPLIT: how many bits of a StreamID a level-2 table may resolve (6.3.25).
inline constexpr unsigned stream_table_splits[] = {6, 8, 10};

/// A level-1 descriptor of a two-level stream table (IHI 0070 5.1).
struct StreamTableDescriptor {
  static constexpr unsigned bytes = 8;

  unsigned span = 0;                ///< Span: 2^(span - 1) STEs, or none (0)
  std::uint64_t level_2_table = 0;  ///< L2Ptr, aligned to the size that Span says

  static StreamTableDescriptor decode(std::uint64_t word);
  /// Physical address of the STE of a stream, of a table that splits StreamIDs at `split`. Nothing
  /// for what ends in C_BAD_STREAMID (7.3.3): a Span of 0, reserved or above SPLIT + 1, and an
  /// index beyond it.
  std::optional<std::uint64_t> entry_address(std::uint32_t stream_id, unsigned split) const;
  /// Whether there are STEs behind it at all, of a table that splits StreamIDs at `split`.
  bool valid(unsigned split) const { return span != 0 && span <= split + 1; }
};

/// The stream table as SMMU_STRTAB_BASE and SMMU_STRTAB_BASE_CFG describe it (IHI 0070 3.3.1,
/// 3.3.2, 6.3.24, 6.3.25): linear, or of two levels. Without IDR0.ST_LEVEL, FMT is read as zero.
struct StreamTable {
  std::uint64_t base = 0;  ///< Physical address, bytes.
  unsigned log2_size = 0;  ///< LOG2SIZE: StreamIDs, in both formats.
  /// SPLIT of a two-level table, 6, 8 or 10: how many bits of a StreamID the second level resolves.
  std::optional<unsigned> split;

  static StreamTable from_registers(std::uint64_t strtab_base, std::uint32_t strtab_base_cfg,
                                    const Features& features);

  bool two_level() const { return split.has_value(); }
  /// False for what ends in C_BAD_STREAMID (7.3.3): outside the table.
  bool contains(std::uint32_t stream_id) const {
    return (std::uint64_t{stream_id} >> log2_size) == 0;
  }
  /// Of a linear table: physical address of the 64-byte STE of a stream that the table contains.
  std::uint64_t entry_address(std::uint32_t stream_id) const {
    return base + std::uint64_t{stream_id} * 64;
  }
  /// Of a two-level table: physical address of the 8-byte level-1 descriptor of such a stream.
  std::uint64_t descriptor_address(std::uint32_t stream_id) const {
    return base + std::uint64_t{stream_id >> *split} * StreamTableDescriptor::bytes;
  }
};

}  // namespace doorbell::smmu
