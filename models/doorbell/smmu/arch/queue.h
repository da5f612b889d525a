#pragma once

#include <algorithm>
#include <cstdint>

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::smmu {

/// A circular queue in memory (IHI 0070 3.5.1): 2^log2_size entries from `base`. PROD and CONS hold
/// an index with a wrap bit above it, and in bit 31 the overflow flags of an output queue.
struct QueueLayout {
  std::uint64_t base = 0;
  unsigned log2_size = 0;

  /// From SMMU_CMDQ_BASE or SMMU_EVENTQ_BASE (6.3.26, 6.3.29). Sizes beyond what IDR1 offers behave
  /// as the largest; the base is aligned to the size of the queue.
  static QueueLayout from_register(std::uint64_t value, unsigned max_log2_size,
                                   unsigned log2_entry_bytes, unsigned output_address_bits) {
    QueueLayout layout;
    layout.log2_size = std::min(static_cast<unsigned>(value & 0x1f), max_log2_size);
    const unsigned alignment = std::max(layout.log2_size + log2_entry_bytes, 5u);
    layout.base =
        value & BitField{5, 47}.mask() & low_mask(output_address_bits) & ~low_mask(alignment);
    return layout;
  }

  std::uint32_t entries() const { return std::uint32_t{1} << log2_size; }
  /// Index and wrap bit of a PROD or CONS register, without flags.
  std::uint32_t pointer(std::uint32_t value) const { return value & (2 * entries() - 1); }
  std::uint32_t next(std::uint32_t value) const { return pointer(value + 1); }
  std::uint32_t index(std::uint32_t value) const { return value & (entries() - 1); }

  bool empty(std::uint32_t prod, std::uint32_t cons) const {
    return pointer(prod) == pointer(cons);
  }
  bool full(std::uint32_t prod, std::uint32_t cons) const {
    return (pointer(prod) ^ pointer(cons)) == entries();
  }
  /// Entries that wait to be consumed.
  std::uint32_t used(std::uint32_t prod, std::uint32_t cons) const { return pointer(prod - cons); }
  /// False for the states that software must not write (IHI 0070 3.5.1); the queue then stands
  /// still.
  bool consistent(std::uint32_t prod, std::uint32_t cons) const {
    return used(prod, cons) <= entries();
  }
  std::uint64_t entry_address(std::uint32_t value, unsigned log2_entry_bytes) const {
    return base + (std::uint64_t{index(value)} << log2_entry_bytes);
  }
};

inline constexpr unsigned log2_command_bytes = 4;         ///< IHI 0070 4.1.1
inline constexpr unsigned log2_event_bytes = 5;           ///< IHI 0070 7.3
inline constexpr unsigned log2_page_request_bytes = 4;    ///< IHI 0070 8
inline constexpr std::uint32_t overflow_flag = 1u << 31;  ///< PROD.OVFLG, CONS.OVACKFLG (7.4)

}  // namespace doorbell::smmu
