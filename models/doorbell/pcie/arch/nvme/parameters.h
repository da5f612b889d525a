#pragma once

#include <cstdint>
#include <string>

#include "doorbell/core/arch/parameters.h"
#include "doorbell/core/arch/time.h"

namespace doorbell::pcie {

/// An NVMe controller and the drive behind it (docs/nvme.md). Latencies are beside those of the
/// link and of memory.
struct NvmeParameters {
  std::string drive;                   ///< file with the contents of the namespace
  bool write_through = false;          ///< writes change the file; else they are seen in this run
  std::uint32_t block_size = 512;      ///< bytes of a logical block: 512 or 4096
  std::uint32_t io_queues = 64;        ///< I/O queue pairs offered, 1 to 64
  std::uint32_t vectors = 65;          ///< MSI-X table size, 1 to 2048
  Time fetch = 500 * nanosecond;       ///< from finding a command to its read from memory
  Time read = 70 * microsecond;        ///< of the media, a command
  Time write = 15 * microsecond;       ///< likewise
  std::uint32_t channels = 16;         ///< media accesses at a time
  Time completion = 300 * nanosecond;  ///< from the end of a command to its completion entry

  void describe(ParameterGroup& group);
};

}  // namespace doorbell::pcie
