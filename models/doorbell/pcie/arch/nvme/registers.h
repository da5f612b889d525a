#pragma once

#include <cstdint>
#include <span>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/core/arch/registers.h"

namespace doorbell::pcie::nvme {

/// The controller registers (NVMe 1.4 3.1), at the start of BAR 0.
std::span<const RegisterInfo> register_table();

/// Where things are in BAR 0, as QEMU has them: doorbells with CAP.DSTRD = 0 (3.1.24), and the
/// MSI-X table in a page behind those of 64 I/O queues.
inline constexpr std::uint64_t doorbells = 0x1000;
inline constexpr std::uint32_t msix_table = 0x2000;
inline constexpr unsigned doorbell_bytes = 4;

/// Controller Capabilities (3.1.1).
namespace CAP {
inline constexpr BitField MQES{0, 16}, CQR{16, 1}, TO{24, 8}, DSTRD{32, 4}, CSS{37, 8},
    MPSMIN{48, 4}, MPSMAX{52, 4};
}
/// Controller Configuration (3.1.5).
namespace CC {
inline constexpr BitField EN{0, 1}, CSS{4, 3}, MPS{7, 4}, AMS{11, 3}, SHN{14, 2}, IOSQES{16, 4},
    IOCQES{20, 4};
}
/// Controller Status (3.1.6).
namespace CSTS {
inline constexpr BitField RDY{0, 1}, CFS{1, 1}, SHST{2, 2};
inline constexpr std::uint64_t shutdown_normal = 0, shutdown_occurring = 1, shutdown_complete = 2;
}  // namespace CSTS
/// Admin Queue Attributes (3.1.8): sizes, zero-based.
namespace AQA {
inline constexpr BitField ASQS{0, 12}, ACQS{16, 12};
}

/// CAP.MQES + 1: the most entries of a queue.
inline constexpr std::uint32_t most_queue_entries = 1024;

/// Whether a controller can start with this configuration and these queues: 4 KiB pages, the NVM
/// command set, round robin, admin queues of two entries at least (3.1.5, 3.1.8).
bool can_start(std::uint64_t cc, std::uint64_t aqa);

}  // namespace doorbell::pcie::nvme
