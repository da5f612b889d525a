#include "doorbell/smmu/arch/registers.h"

namespace doorbell::smmu {
namespace {

constexpr auto RO = RegisterAccess::read_only;
constexpr auto RW = RegisterAccess::read_write;

constexpr Identification id = identify(Features{});

constexpr std::uint64_t cr0_fields = 0xd;           // SMMUEN, EVENTQEN, CMDQEN
constexpr std::uint64_t cr2_fields = 0x6;           // RECINVSID, PTM
constexpr std::uint64_t gbpa_fields = 0x8010'3f1f;  // Update, ABORT and the attributes
constexpr std::uint64_t irq_ctrl_fields = 0x5;      // GERROR_IRQEN, EVENTQ_IRQEN
constexpr std::uint64_t gerror_fields = 0x1f5;      // without PRIQ_ABT_ERR
constexpr std::uint64_t msi_address = 0x000f'ffff'ffff'fffc;
constexpr std::uint64_t msi_attributes = 0x3f;
constexpr std::uint64_t strtab_base = 0x400f'ffff'ffff'ffc0;
constexpr std::uint64_t strtab_base_cfg = 0x3'07ff;  // FMT, SPLIT, LOG2SIZE
constexpr std::uint64_t queue_base = 0x400f'ffff'ffff'ffff;
constexpr std::uint64_t queue_index = 0x000f'ffff;
constexpr std::uint64_t queue_index_overflow = 0x800f'ffff;

constexpr RegisterInfo table[] = {
    // Page 0
    {"SMMU_IDR0", 0x0000, 4, id.IDR0, RO, "IHI 0070 6.3.1"},
    {"SMMU_IDR1", 0x0004, 4, id.IDR1, RO, "IHI 0070 6.3.2"},
    {"SMMU_IDR2", 0x0008, 4, 0, RO, "IHI 0070 6.3.3"},
    {"SMMU_IDR3", 0x000c, 4, id.IDR3, RO, "IHI 0070 6.3.4"},
    {"SMMU_IDR4", 0x0010, 4, 0, RO, "IHI 0070 6.3.5"},
    {"SMMU_IDR5", 0x0014, 4, id.IDR5, RO, "IHI 0070 6.3.6"},
    {"SMMU_IIDR", 0x0018, 4, 0, RO, "IHI 0070 6.3.7"},
    {"SMMU_AIDR", 0x001c, 4, id.AIDR, RO, "IHI 0070 6.3.8"},
    {"SMMU_CR0", 0x0020, 4, 0, RW, "IHI 0070 6.3.9", 1, 0, cr0_fields},
    {"SMMU_CR0ACK", 0x0024, 4, 0, RO, "IHI 0070 6.3.10"},
    {"SMMU_CR1", 0x0028, 4, 0, RW, "IHI 0070 6.3.11", 1, 0, 0xfff},
    {"SMMU_CR2", 0x002c, 4, 0, RW, "IHI 0070 6.3.12", 1, 0, cr2_fields},
    {"SMMU_STATUSR", 0x0040, 4, 0, RO, "IHI 0070 6.3.13"},
    {"SMMU_GBPA", 0x0044, 4, 0x1000, RW, "IHI 0070 6.3.14", 1, 0, gbpa_fields},
    {"SMMU_IRQ_CTRL", 0x0050, 4, 0, RW, "IHI 0070 6.3.16", 1, 0, irq_ctrl_fields},
    {"SMMU_IRQ_CTRLACK", 0x0054, 4, 0, RO, "IHI 0070 6.3.18"},
    {"SMMU_GERROR", 0x0060, 4, 0, RO, "IHI 0070 6.3.19"},
    {"SMMU_GERRORN", 0x0064, 4, 0, RW, "IHI 0070 6.3.20", 1, 0, gerror_fields},
    {"SMMU_GERROR_IRQ_CFG0", 0x0068, 8, 0, RW, "IHI 0070 6.3.21", 1, 0, msi_address},
    {"SMMU_GERROR_IRQ_CFG1", 0x0070, 4, 0, RW, "IHI 0070 6.3.22"},
    {"SMMU_GERROR_IRQ_CFG2", 0x0074, 4, 0, RW, "IHI 0070 6.3.23", 1, 0, msi_attributes},
    {"SMMU_STRTAB_BASE", 0x0080, 8, 0, RW, "IHI 0070 6.3.24", 1, 0, strtab_base},
    {"SMMU_STRTAB_BASE_CFG", 0x0088, 4, 0, RW, "IHI 0070 6.3.25", 1, 0, strtab_base_cfg},
    {"SMMU_CMDQ_BASE", 0x0090, 8, 0, RW, "IHI 0070 6.3.26", 1, 0, queue_base},
    {"SMMU_CMDQ_PROD", 0x0098, 4, 0, RW, "IHI 0070 6.3.27", 1, 0, queue_index},
    {"SMMU_CMDQ_CONS", 0x009c, 4, 0, RW, "IHI 0070 6.3.28", 1, 0, queue_index},
    {"SMMU_EVENTQ_BASE", 0x00a0, 8, 0, RW, "IHI 0070 6.3.29", 1, 0, queue_base},
    {"SMMU_EVENTQ_IRQ_CFG0", 0x00b0, 8, 0, RW, "IHI 0070 6.3.30", 1, 0, msi_address},
    {"SMMU_EVENTQ_IRQ_CFG1", 0x00b8, 4, 0, RW, "IHI 0070 6.3.31"},
    {"SMMU_EVENTQ_IRQ_CFG2", 0x00bc, 4, 0, RW, "IHI 0070 6.3.32", 1, 0, msi_attributes},
    // Page 1
    {"SMMU_EVENTQ_PROD", 0x100a8, 4, 0, RW, "IHI 0070 6.3.95", 1, 0, queue_index_overflow},
    {"SMMU_EVENTQ_CONS", 0x100ac, 4, 0, RW, "IHI 0070 6.3.96", 1, 0, queue_index_overflow},
};

}  // namespace

std::span<const RegisterInfo> register_table() {
  return table;
}

}  // namespace doorbell::smmu
