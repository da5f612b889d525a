#pragma once

#include <cstddef>
#include <cstdint>

namespace doorbell {

/// What an access to memory is for, as whoever makes it knows. No address says it, and a memory may
/// place what belongs together by it.
enum class MemoryPurpose : std::uint8_t {
  other,          ///< Processors, and whatever says nothing.
  page_tables,    ///< An SMMU's walks (DDI 0487, D8).
  stream_tables,  ///< Stream table entries and context descriptors (IHI 0070, 5.2 and 5.4).
  smmu_queues,    ///< Command queue, Event queue, and the messages of CMD_SYNC (IHI 0070, 3.5
                  ///< and 4.7).
  its_tables,     ///< Device, collection and translation tables, and the ITS's queue (IHI 0069, 5.2
                  ///< and 5.3).
  lpi_tables,     ///< Configuration and pending tables of LPIs (IHI 0069, 5.1.1 and 5.1.2).
  data,           ///< What devices read and write by DMA, their own queues among it.
};
inline constexpr std::size_t memory_purposes = 7;

}  // namespace doorbell
