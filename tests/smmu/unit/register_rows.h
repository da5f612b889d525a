#pragma once

#include <cstdint>
#include <string_view>

namespace doorbell::smmu::test {

/// A register as IHI 0070 6.2 and 6.3 have it for stage 1 with the default features (OAS 44
/// bits, MSIs, no overrides, no ATS, no ATOS): written out from the specification, not from the
/// model.
struct RegisterRow {
  std::string_view name;
  std::uint64_t offset;
  unsigned width;              ///< Bytes.
  std::uint64_t reset;         ///< Of registers other than SMMU_IDR*.
  std::uint64_t writable;      ///< Bits that keep what is written while nothing guards them.
  std::uint32_t CR0 = 0;       ///< Any of these enables guards the register ...
  std::uint32_t IRQ_CTRL = 0;  ///< ... or any of these ...
  std::uint64_t guarded = ~std::uint64_t{0};  ///< ... in these bits.
};

inline constexpr std::uint32_t SMMUEN = 1, EVENTQEN = 4, CMDQEN = 8;
inline constexpr std::uint32_t GERROR_IRQEN = 1, EVENTQ_IRQEN = 4;

inline constexpr RegisterRow register_rows[] = {
    {"SMMU_IDR0", 0x0, 4, 0, 0},
    {"SMMU_IDR1", 0x4, 4, 0, 0},
    {"SMMU_IDR2", 0x8, 4, 0, 0},
    {"SMMU_IDR3", 0xc, 4, 0, 0},
    {"SMMU_IDR4", 0x10, 4, 0, 0},
    {"SMMU_IDR5", 0x14, 4, 0, 0},
    {"SMMU_IIDR", 0x18, 4, 0, 0},
    {"SMMU_AIDR", 0x1c, 4, 0, 0},
    {"SMMU_CR0", 0x20, 4, 0, 0xd},  // no VMW, ATSCHK, PRIQEN
    {"SMMU_CR0ACK", 0x24, 4, 0, 0},
    {"SMMU_CR1, TABLE_*", 0x28, 4, 0, 0xfff, SMMUEN, 0, 0xfc0},
    {"SMMU_CR1, QUEUE_*", 0x28, 4, 0, 0xfff, EVENTQEN, 0, 0x3f},
    {"SMMU_CR1, QUEUE_*", 0x28, 4, 0, 0xfff, CMDQEN, 0, 0x3f},
    {"SMMU_CR2", 0x2c, 4, 0, 0x6, SMMUEN},  // PTM, RECINVSID
    {"SMMU_STATUSR", 0x40, 4, 0, 0},
    {"SMMU_AGBPA", 0x48, 4, 0, 0},
    {"SMMU_IRQ_CTRL", 0x50, 4, 0, 0x5},  // no PRIQ_IRQEN
    {"SMMU_IRQ_CTRLACK", 0x54, 4, 0, 0},
    {"SMMU_GERROR", 0x60, 4, 0, 0},
    {"SMMU_GERRORN", 0x64, 4, 0, 0x1b5},
    {"SMMU_GERROR_IRQ_CFG0", 0x68, 8, 0, 0xfff'ffff'fffc, 0, GERROR_IRQEN},
    {"SMMU_GERROR_IRQ_CFG1", 0x70, 4, 0, 0xffff'ffff, 0, GERROR_IRQEN},
    {"SMMU_GERROR_IRQ_CFG2", 0x74, 4, 0, 0x3f, 0, GERROR_IRQEN},
    {"SMMU_STRTAB_BASE", 0x80, 8, 0, 0x4000'0fff'ffff'ffc0, SMMUEN},
    {"SMMU_STRTAB_BASE_CFG", 0x88, 4, 0, 0x3'07ff, SMMUEN},
    {"SMMU_CMDQ_BASE", 0x90, 8, 0, 0x4000'0fff'ffff'ffff, CMDQEN},
    {"SMMU_CMDQ_PROD", 0x98, 4, 0, 0xf'ffff},
    {"SMMU_CMDQ_CONS", 0x9c, 4, 0, 0xf'ffff, CMDQEN},
    {"SMMU_EVENTQ_BASE", 0xa0, 8, 0, 0x4000'0fff'ffff'ffff, EVENTQEN},
    {"SMMU_EVENTQ_IRQ_CFG0", 0xb0, 8, 0, 0xfff'ffff'fffc, 0, EVENTQ_IRQEN},
    {"SMMU_EVENTQ_IRQ_CFG1", 0xb8, 4, 0, 0xffff'ffff, 0, EVENTQ_IRQEN},
    {"SMMU_EVENTQ_IRQ_CFG2", 0xbc, 4, 0, 0x3f, 0, EVENTQ_IRQEN},
    {"SMMU_EVENTQ_PROD", 0x100a8, 4, 0, 0x800f'ffff, EVENTQEN},
    {"SMMU_EVENTQ_CONS", 0x100ac, 4, 0, 0x800f'ffff},
    // Of absent features, or other Security states: all RAZ/WI (6.2).
    {"SMMU_S2PII", 0x30, 8, 0, 0},
    {"page 1's SMMU_EVENTQ_PROD", 0xa8, 4, 0, 0},
    {"page 1's SMMU_EVENTQ_CONS", 0xac, 4, 0, 0},
    {"SMMU_PRIQ_BASE", 0xc0, 8, 0, 0},
    {"page 1's SMMU_PRIQ_PROD", 0xc8, 4, 0, 0},
    {"page 1's SMMU_PRIQ_CONS", 0xcc, 4, 0, 0},
    {"SMMU_PRIQ_IRQ_CFG0", 0xd0, 8, 0, 0},
    {"SMMU_PRIQ_IRQ_CFG1", 0xd8, 4, 0, 0},
    {"SMMU_PRIQ_IRQ_CFG2", 0xdc, 4, 0, 0},
    {"SMMU_GATOS_CTRL", 0x100, 4, 0, 0},
    {"SMMU_GATOS_SID", 0x108, 8, 0, 0},
    {"SMMU_GATOS_ADDR", 0x110, 8, 0, 0},
    {"SMMU_GATOS_PAR", 0x118, 8, 0, 0},
    {"SMMU_MPAMIDR", 0x130, 4, 0, 0},
    {"SMMU_GMPAM", 0x138, 4, 0, 0},
    {"SMMU_GBPMPAM", 0x13c, 4, 0, 0},
    {"SMMU_VATOS_SEL", 0x180, 4, 0, 0},
    {"SMMU_IDR6", 0x190, 4, 0, 0},
    {"SMMU_DPT_BASE", 0x200, 8, 0, 0},
    {"SMMU_DPT_BASE_CFG", 0x208, 4, 0, 0},
    {"SMMU_DPT_CFG_FAR", 0x210, 8, 0, 0},
    {"identification register space", 0xfe0, 4, 0, 0},
    {"SMMU_CMDQ_CONTROL_PAGE_BASE0", 0x4000, 8, 0, 0},
    {"SMMU_S_IDR1", 0x8004, 4, 0, 0},
    {"SMMU_S_CR0", 0x8020, 4, 0, 0},
    {"SMMU_S_INIT", 0x803c, 4, 0, 0},
    {"SMMU_S_GBPA", 0x8044, 4, 0, 0},
    {"page 0's SMMU_IDR0", 0x10000, 4, 0, 0},
    {"page 0's SMMU_CR0", 0x10020, 4, 0, 0},
    {"SMMU_PRIQ_PROD", 0x100c8, 4, 0, 0},
    {"SMMU_PRIQ_CONS", 0x100cc, 4, 0, 0},
};

}  // namespace doorbell::smmu::test
