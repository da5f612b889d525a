#pragma once

#include <cstdint>

namespace doorbell::peripherals {

/// The CFI query of a chip (JESD68.01, 4.3): what is at `word` in query mode, 0 where nothing is.
/// Numbers are those of QEMU's chips: 32 MiB in 256 blocks, a write buffer of 2 KiB, no optional
/// features.
std::uint8_t cfi_query(std::uint32_t word, std::uint32_t chip_bytes, std::uint32_t block_bytes);

}  // namespace doorbell::peripherals
