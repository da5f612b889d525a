#pragma once

#include <span>

#include "doorbell/core/arch/registers.h"

namespace doorbell::gic {

// The memory-mapped registers of the GIC, one table a component (IHI 0069, 12.8 "The Distributor
// register map", 12.10 "The Redistributor register map", 12.18 "The ITS register map"). Offsets
// without a row are RES0: read as zero, writes ignored.

/// GICD: one frame of 64 KiB.
std::span<const RegisterInfo> GICD_registers();
inline constexpr std::uint64_t GICD_bytes = 0x10000;

/// GICR: the RD frame and, from 0x10000, the SGI frame; 128 KiB a processor.
std::span<const RegisterInfo> GICR_registers();
inline constexpr std::uint64_t GICR_bytes = 0x20000;
inline constexpr std::uint64_t GICR_SGI_frame = 0x10000;

/// GITS: the control frame of 64 KiB. The translation frame of another 64 KiB follows it.
std::span<const RegisterInfo> GITS_registers();
inline constexpr std::uint64_t GITS_bytes = 0x10000;
/// GITS_TRANSLATER (12.19.11), the doorbell: its offset in the translation frame. WO, 16 or 32 bits
/// wide.
inline constexpr std::uint64_t GITS_TRANSLATER_offset = 0x40;

/// A GICv2m frame, 4 KiB: MSI_TYPER, MSI_SETSPI_NS, MSI_IIDR (Server Base System Architecture,
/// DEN 0029, appendix on GICv2m).
std::span<const RegisterInfo> V2M_registers();
inline constexpr std::uint64_t V2M_bytes = 0x1000;
inline constexpr std::uint64_t MSI_SETSPI_NS_offset = 0x40;

/// GICM: the alias frame of the distributor's message registers, 64 KiB (DDI 0601).
std::span<const RegisterInfo> GICM_registers();
inline constexpr std::uint64_t GICM_bytes = 0x10000;
/// GICD_SETSPI_NSR, and GICM_SETSPI_NSR.
inline constexpr std::uint64_t SETSPI_NSR_offset = 0x40;
/// GICM_SETSPI_SR.
inline constexpr std::uint64_t SETSPI_SR_offset = 0x50;

/// GICR_SETLPIR, in the RD frame (12.11).
inline constexpr std::uint64_t SETLPIR_offset = 0x40;

/// IIDR of every frame: implementer Arm, as QEMU has it. None is 0, which Linux takes for the HIP07
/// and its erratum.
inline constexpr std::uint64_t IIDR_value = 0x43B;

/// PIDR2 of every frame: GICv3 (ArchRev 3, 12.1.4).
inline constexpr std::uint64_t PIDR2_value = 0x3B;

}  // namespace doorbell::gic
