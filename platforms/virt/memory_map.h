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

/// Read-only memory, where processors start with `--bios`: the first of the two flash banks there.
inline constexpr Range rom{0x0000'0000, 0x0400'0000};
/// The second bank.
inline constexpr Range flash{0x0400'0000, 0x0400'0000};
inline constexpr Range gicd{0x0800'0000, 0x1'0000};
/// Frames that devices write SPIs into: GICv2m's, where QEMU has it, and the alias of the
/// distributor's message registers.
inline constexpr Range v2m{0x0802'0000, 0x1000};
inline constexpr Range message_alias{0x0803'0000, 0x1'0000};
inline constexpr Range its_control{0x0808'0000, 0x1'0000};
inline constexpr Range its_translater{0x0809'0000, 0x1'0000};
/// Further ITSs, which QEMU has none of: 256 KiB each, room for the frames of GICv4.1.
inline constexpr Range further_its{0x0b00'0000, 15 * 0x4'0000};
inline constexpr std::uint64_t its_stride = 0x4'0000;
/// The frames of ITS `its`, from 0 on.
constexpr Range its_control_of(unsigned its) {
  return its == 0 ? its_control
                  : Range{further_its.base + (its - 1) * its_stride, its_control.size};
}
constexpr Range its_translater_of(unsigned its) {
  return {its_control_of(its).base + its_control.size, its_translater.size};
}
/// Two frames of 64 KiB (RD_base, SGI_base) for each processor.
inline constexpr Range gicr{0x080a'0000, 0x00f6'0000};
inline constexpr std::uint64_t gicr_stride = 0x2'0000;
/// Those of processor 123 and on.
inline constexpr Range high_gicr{0x40'0000'0000, 0x400'0000};
/// The frames of a processor.
constexpr Range gicr_frames(std::uint32_t processor) {
  constexpr std::uint64_t below = gicr.size / gicr_stride;
  const std::uint64_t base = processor < below ? gicr.base + processor * gicr_stride
                                               : high_gicr.base + (processor - below) * gicr_stride;
  return {base, gicr_stride};
}
inline constexpr Range uart{0x0900'0000, 0x1000};
inline constexpr Range rtc{0x0901'0000, 0x1000};
inline constexpr Range smmu{0x0905'0000, 0x2'0000};
/// Counter groups of the SMMU's performance monitors, where QEMU has nothing: that of the TCU, then
/// those of its TBUs. Page 0 of each, and page 1 in a frame of 64 KiB of its own (IHI 0070 10.5).
inline constexpr Range pmcg{0x0b40'0000, 0x0080'0000};
inline constexpr std::uint64_t pmcg_stride = 0x2'0000;
inline constexpr std::uint64_t pmcg_page_bytes = 0x1000;
inline constexpr std::uint64_t pmcg_page_1 = 0x1'0000;
/// Free for devices of one's own (QEMU's platform bus).
inline constexpr Range platform_bus{0x0c00'0000, 0x200'0000};
inline constexpr Range pcie_mmio{0x1000'0000, 0x2eff'0000};
/// I/O space of PCIe: no function here has I/O BARs, so that it reads as all ones.
inline constexpr Range pcie_io{0x3eff'0000, 0x1'0000};
/// For 64-bit BARs.
inline constexpr Range pcie_high_mmio{0x80'0000'0000, 0x80'0000'0000};
inline constexpr std::uint64_t ram_base = 0x4000'0000;

/// GITS_TRANSLATER: where devices write their MSIs.
inline constexpr std::uint64_t gits_translater = its_translater.base + 0x40;
/// The same register's offset in GICv2m's frame (MSI_SETSPI_NS), the alias (GICM_SETSPI_NSR) and
/// that of a redistributor (GICR_SETLPIR).
inline constexpr std::uint64_t doorbell_offset = 0x40;

// Interrupts, as INTIDs: SPI n is INTID 32 + n.
inline constexpr std::uint32_t uart_interrupt = 32 + 1;
inline constexpr std::uint32_t rtc_interrupt = 32 + 2;
/// INTA to INTD of PCIe; nobody raises them.
inline constexpr std::uint32_t pcie_interrupts = 32 + 3;
inline constexpr std::uint32_t smmu_event_queue_interrupt = 32 + 74;
inline constexpr std::uint32_t smmu_pri_queue_interrupt = 32 + 75;
inline constexpr std::uint32_t smmu_command_sync_interrupt = 32 + 76;
inline constexpr std::uint32_t smmu_global_error_interrupt = 32 + 77;
/// Of the first counter group; those of others follow.
inline constexpr std::uint32_t pmcg_interrupt = 32 + 176;

// Of each processor's generic timer, as PPIs (DDI 0487 D11.2.4): secure and non-secure physical,
// virtual, hypervisor's.
inline constexpr std::uint32_t secure_timer_interrupt = 29;
inline constexpr std::uint32_t physical_timer_interrupt = 30;
inline constexpr std::uint32_t virtual_timer_interrupt = 27;
inline constexpr std::uint32_t hypervisor_timer_interrupt = 26;

}  // namespace doorbell::virt
