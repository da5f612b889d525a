#pragma once

#include <cstdint>

namespace doorbell::virt {

/// A range of physical addresses.
struct Range {
  std::uint64_t base;
  std::uint64_t size;
};

// The memory map of QEMU's `virt` machine (hw/arm/virt.c of QEMU 7.2), so that one firmware runs on
// both.

inline constexpr Range gicd{0x0800'0000, 0x1'0000};
inline constexpr Range its_control{0x0808'0000, 0x1'0000};
inline constexpr Range its_translater{0x0809'0000, 0x1'0000};
/// Two frames of 64 KiB (RD_base, SGI_base) for each processor.
inline constexpr Range gicr{0x080a'0000, 0x00f6'0000};
inline constexpr std::uint64_t gicr_stride = 0x2'0000;
inline constexpr Range smmu{0x0905'0000, 0x2'0000};
inline constexpr Range pcie_mmio{0x1000'0000, 0x2eff'0000};
inline constexpr std::uint64_t ram_base = 0x4000'0000;

/// GITS_TRANSLATER: where devices write their MSIs.
inline constexpr std::uint64_t gits_translater = its_translater.base + 0x40;

// Interrupts, as INTIDs: SPI n is INTID 32 + n.
inline constexpr std::uint32_t smmu_event_queue_interrupt = 32 + 74;
inline constexpr std::uint32_t smmu_command_sync_interrupt = 32 + 76;
inline constexpr std::uint32_t smmu_global_error_interrupt = 32 + 77;

}  // namespace doorbell::virt
