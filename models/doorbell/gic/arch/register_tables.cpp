#include "doorbell/gic/arch/register_tables.h"

#include <array>

namespace doorbell::gic {
namespace {

constexpr auto RO = RegisterAccess::read_only;
constexpr auto RW = RegisterAccess::read_write;

// clang-format off
constexpr auto WO = RegisterAccess::write_only;
constexpr std::uint64_t none = 0;  // writable bits of what keeps no value
constexpr std::uint64_t all = ~0ULL;

constexpr std::array gicd{
    // name, offset, width, reset, access, section, count, stride, writable, byte_access, half_word_access
    RegisterInfo{"GICD_CTLR",           0x0000, 4, 0x50, RW, "IHI 0069 12.9.4", 1, 0, 0x47},
    RegisterInfo{"GICD_TYPER",          0x0004, 4, 0, RO, "IHI 0069 12.9.38"},
    RegisterInfo{"GICD_IIDR",           0x0008, 4, IIDR_value, RO, "IHI 0069 12.9.12"},
    RegisterInfo{"GICD_TYPER2",         0x000C, 4, 0, RO, "IHI 0069 12.9.39"},
    RegisterInfo{"GICD_STATUSR",        0x0010, 4, 0, RW, "IHI 0069 12.9"},
    RegisterInfo{"GICD_SETSPI_NSR",     0x0040, 4, 0, WO, "IHI 0069 12.9", 1, 0, none, false, true},
    RegisterInfo{"GICD_CLRSPI_NSR",     0x0048, 4, 0, WO, "IHI 0069 12.9",  1, 0, none, false, true},
    RegisterInfo{"GICD_SETSPI_SR",      0x0050, 4, 0, WO, "IHI 0069 12.9", 1, 0, none, false, true},
    RegisterInfo{"GICD_CLRSPI_SR",      0x0058, 4, 0, WO, "IHI 0069 12.9",  1, 0, none, false, true},
    RegisterInfo{"GICD_IGROUPR<n>",     0x0080, 4, 0, RW, "IHI 0069 12.9.11", 32},
    RegisterInfo{"GICD_ISENABLER<n>",   0x0100, 4, 0, RW, "IHI 0069 12.9.25", 32},
    RegisterInfo{"GICD_ICENABLER<n>",   0x0180, 4, 0, RW, "IHI 0069 12.9.7",  32},
    RegisterInfo{"GICD_ISPENDR<n>",     0x0200, 4, 0, RW, "IHI 0069 12.9.27", 32},
    RegisterInfo{"GICD_ICPENDR<n>",     0x0280, 4, 0, RW, "IHI 0069 12.9.9",  32},
    RegisterInfo{"GICD_ISACTIVER<n>",   0x0300, 4, 0, RW, "IHI 0069 12.9.23", 32},
    RegisterInfo{"GICD_ICACTIVER<n>",   0x0380, 4, 0, RW, "IHI 0069 12.9.5",  32},
    RegisterInfo{"GICD_IPRIORITYR<n>",  0x0400, 4, 0, RW, "IHI 0069 12.9.20", 255, 0, all, true},
    RegisterInfo{"GICD_ICFGR<n>",       0x0C00, 4, 0, RW, "IHI 0069 12.9.8",  64},
    RegisterInfo{"GICD_IGRPMODR<n>",    0x0D00, 4, 0, RW, "IHI 0069 12.9", 32},
    RegisterInfo{"GICD_NSACR<n>",       0x0E00, 4, 0, RW, "IHI 0069 12.9", 64},
    RegisterInfo{"GICD_IGROUPR<n>E",    0x1000, 4, 0, RW, "IHI 0069 12.9",    32},
    RegisterInfo{"GICD_ISENABLER<n>E",  0x1200, 4, 0, RW, "IHI 0069 12.9",    32},
    RegisterInfo{"GICD_ICENABLER<n>E",  0x1400, 4, 0, RW, "IHI 0069 12.9",    32},
    RegisterInfo{"GICD_ISPENDR<n>E",    0x1600, 4, 0, RW, "IHI 0069 12.9",    32},
    RegisterInfo{"GICD_ICPENDR<n>E",    0x1800, 4, 0, RW, "IHI 0069 12.9",    32},
    RegisterInfo{"GICD_ISACTIVER<n>E",  0x1A00, 4, 0, RW, "IHI 0069 12.9",    32},
    RegisterInfo{"GICD_ICACTIVER<n>E",  0x1C00, 4, 0, RW, "IHI 0069 12.9",    32},
    RegisterInfo{"GICD_IPRIORITYR<n>E", 0x2000, 4, 0, RW, "IHI 0069 12.9",    256, 0, all, true},
    RegisterInfo{"GICD_ICFGR<n>E",      0x3000, 4, 0, RW, "IHI 0069 12.9",    64},
    RegisterInfo{"GICD_IGRPMODR<n>E",   0x3400, 4, 0, RW, "IHI 0069 12.9",    32},
    RegisterInfo{"GICD_NSACR<n>E",      0x3600, 4, 0, RW, "IHI 0069 12.9",    64},
    RegisterInfo{"GICD_IROUTER<n>",     0x6100, 8, 0, RW, "IHI 0069 12.9.22", 988, 0, 0x000000FF80FFFFFFULL},
    RegisterInfo{"GICD_IROUTER<n>E",    0x8000, 8, 0, RW, "IHI 0069 12.9",    1024, 0, 0x000000FF80FFFFFFULL},
    RegisterInfo{"GICD_PIDR4",          0xFFD0, 4, 0x44, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GICD_PIDR5-7",        0xFFD4, 4, 0,    RO, "IHI 0069 12.1.4", 3},
    RegisterInfo{"GICD_PIDR0",          0xFFE0, 4, 0x92, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GICD_PIDR1",          0xFFE4, 4, 0xB4, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GICD_PIDR2",          0xFFE8, 4, PIDR2_value, RO, "IHI 0069 12.9.33"},
    RegisterInfo{"GICD_PIDR3",          0xFFEC, 4, 0,    RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GICD_CIDR0",          0xFFF0, 4, 0x0D, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GICD_CIDR1",          0xFFF4, 4, 0xF0, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GICD_CIDR2",          0xFFF8, 4, 0x05, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GICD_CIDR3",          0xFFFC, 4, 0xB1, RO, "IHI 0069 12.1.4"},
};

constexpr std::uint64_t cacheability = 0x0700000000000F80ULL;  // OuterCache, Shareability, InnerCache

constexpr std::array gicr{
    RegisterInfo{"GICR_CTLR",           0x00000, 4, 0, RW, "IHI 0069 12.11.2", 1, 0, 0x07000001},
    RegisterInfo{"GICR_IIDR",           0x00004, 4, IIDR_value, RO, "IHI 0069 12.11.13"},
    RegisterInfo{"GICR_TYPER",          0x00008, 8, 0, RO, "IHI 0069 12.11.40"},
    RegisterInfo{"GICR_STATUSR",        0x00010, 4, 0, RW, "IHI 0069 12.11"},
    RegisterInfo{"GICR_WAKER",          0x00014, 4, 0x6, RW, "IHI 0069 12.11.44", 1, 0, 0x2},
    RegisterInfo{"GICR_SETLPIR",        0x00040, 8, 0, WO, "IHI 0069 12.11", 1, 0, none},
    RegisterInfo{"GICR_CLRLPIR",        0x00048, 8, 0, WO, "IHI 0069 12.11", 1, 0, none},
    RegisterInfo{"GICR_PROPBASER",      0x00070, 8, 0, RW, "IHI 0069 12.11.30", 1, 0, cacheability | 0x000FFFFFFFFFF01FULL},
    RegisterInfo{"GICR_PENDBASER",      0x00078, 8, 0, RW, "IHI 0069 12.11.27", 1, 0, cacheability | 0x400FFFFFFFFF0000ULL},
    RegisterInfo{"GICR_INVLPIR",        0x000A0, 8, 0, WO, "IHI 0069 12.11", 1, 0, none},
    RegisterInfo{"GICR_INVALLR",        0x000B0, 8, 0, WO, "IHI 0069 12.11", 1, 0, none},
    RegisterInfo{"GICR_SYNCR",          0x000C0, 4, 0, RO, "IHI 0069 12.11"},
    RegisterInfo{"GICR_PIDR4",          0x0FFD0, 4, 0x44, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GICR_PIDR5-7",        0x0FFD4, 4, 0,    RO, "IHI 0069 12.1.4", 3},
    RegisterInfo{"GICR_PIDR0",          0x0FFE0, 4, 0x93, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GICR_PIDR1",          0x0FFE4, 4, 0xB4, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GICR_PIDR2",          0x0FFE8, 4, PIDR2_value, RO, "IHI 0069 12.11.29"},
    RegisterInfo{"GICR_PIDR3",          0x0FFEC, 4, 0,    RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GICR_CIDR0",          0x0FFF0, 4, 0x0D, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GICR_CIDR1",          0x0FFF4, 4, 0xF0, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GICR_CIDR2",          0x0FFF8, 4, 0x05, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GICR_CIDR3",          0x0FFFC, 4, 0xB1, RO, "IHI 0069 12.1.4"},
    // Those of PPIs, and behind them those of extended PPIs.
    RegisterInfo{"GICR_IGROUPR<n>",     0x10080, 4, 0, RW, "IHI 0069 12.11.11", 3},
    RegisterInfo{"GICR_ISENABLER<n>",   0x10100, 4, 0, RW, "IHI 0069 12.11.20", 3},
    RegisterInfo{"GICR_ICENABLER<n>",   0x10180, 4, 0, RW, "IHI 0069 12.11.5",  3},
    RegisterInfo{"GICR_ISPENDR<n>",     0x10200, 4, 0, RW, "IHI 0069 12.11.22", 3},
    RegisterInfo{"GICR_ICPENDR<n>",     0x10280, 4, 0, RW, "IHI 0069 12.11.9",  3},
    RegisterInfo{"GICR_ISACTIVER<n>",   0x10300, 4, 0, RW, "IHI 0069 12.11.18", 3},
    RegisterInfo{"GICR_ICACTIVER<n>",   0x10380, 4, 0, RW, "IHI 0069 12.11.3",  3},
    RegisterInfo{"GICR_IPRIORITYR<n>",  0x10400, 4, 0, RW, "IHI 0069 12.11.17", 24, 0, all, true},
    RegisterInfo{"GICR_ICFGR0",         0x10C00, 4, 0xAAAAAAAA, RO, "IHI 0069 12.11.7"},
    RegisterInfo{"GICR_ICFGR<n>",       0x10C04, 4, 0, RW, "IHI 0069 12.11.8",  5},
    RegisterInfo{"GICR_IGRPMODR<n>",    0x10D00, 4, 0, RW, "IHI 0069 12.11", 3},
    RegisterInfo{"GICR_NSACR",          0x10E00, 4, 0, RW, "IHI 0069 12.11"},
};

constexpr std::array gits{
    RegisterInfo{"GITS_CTLR",     0x0000, 4, 0x80000000, RW, "IHI 0069 12.19.5", 1, 0, 0x1},
    RegisterInfo{"GITS_IIDR",     0x0004, 4, IIDR_value, RO, "IHI 0069 12.19.7"},
    RegisterInfo{"GITS_TYPER",    0x0008, 8, 0, RO, "IHI 0069 12.19.12"},
    RegisterInfo{"GITS_STATUSR",  0x0040, 4, 0, RW, "DDI 0601 GITS_STATUSR"},
    RegisterInfo{"GITS_UMSIR",    0x0048, 8, 0, RO, "DDI 0601 GITS_UMSIR"},
    RegisterInfo{"GITS_CBASER",   0x0080, 8, 0, RW, "IHI 0069 12.19.2", 1, 0, 0xB8EFFFFFFFFFFCFFULL},
    RegisterInfo{"GITS_CWRITER",  0x0088, 8, 0, RW, "IHI 0069 12.19.6", 1, 0, 0xFFFE1},
    RegisterInfo{"GITS_CREADR",   0x0090, 8, 0, RO, "IHI 0069 12.19.4"},
    RegisterInfo{"GITS_BASER<n>", 0x0100, 8, 0, RW, "IHI 0069 12.19.1", 8, 0, 0xF8E0FFFFFFFFFFFFULL},
    RegisterInfo{"GITS_PIDR4",    0xFFD0, 4, 0x44, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GITS_PIDR5",    0xFFD4, 4, 0, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GITS_PIDR6",    0xFFD8, 4, 0, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GITS_PIDR7",    0xFFDC, 4, 0, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GITS_PIDR0",    0xFFE0, 4, 0x94, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GITS_PIDR1",    0xFFE4, 4, 0xB4, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GITS_PIDR2",    0xFFE8, 4, PIDR2_value, RO, "IHI 0069 12.19.10"},
    RegisterInfo{"GITS_PIDR3",    0xFFEC, 4, 0, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GITS_CIDR0",    0xFFF0, 4, 0x0D, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GITS_CIDR1",    0xFFF4, 4, 0xF0, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GITS_CIDR2",    0xFFF8, 4, 0x05, RO, "IHI 0069 12.1.4"},
    RegisterInfo{"GITS_CIDR3",    0xFFFC, 4, 0xB1, RO, "IHI 0069 12.1.4"},
};

constexpr std::array v2m{
    RegisterInfo{"MSI_TYPER",     0x0008, 4, 0, RO, "DEN 0029 GICv2m"},
    RegisterInfo{"MSI_SETSPI_NS", 0x0040, 4, 0, WO, "DEN 0029 GICv2m", 1, 0, none, false, true},
    // Neither of those that Linux takes for frames with other INTIDs in their messages.
    RegisterInfo{"MSI_IIDR",      0x0FCC, 4, IIDR_value, RO, "DEN 0029 GICv2m"},
};

constexpr std::array gicm{
    RegisterInfo{"GICM_TYPER",      0x0008, 4, 0, RO, "DDI 0601 GICM_TYPER"},
    RegisterInfo{"GICM_SETSPI_NSR", 0x0040, 4, 0, WO, "DDI 0601 GICM_SETSPI_NSR", 1, 0, none, false, true},
    RegisterInfo{"GICM_CLRSPI_NSR", 0x0048, 4, 0, WO, "DDI 0601 GICM_CLRSPI_NSR", 1, 0, none, false, true},
    RegisterInfo{"GICM_SETSPI_SR",  0x0050, 4, 0, WO, "DDI 0601 GICM_SETSPI_SR", 1, 0, none, false, true},
    RegisterInfo{"GICM_CLRSPI_SR",  0x0058, 4, 0, WO, "DDI 0601 GICM_CLRSPI_SR", 1, 0, none, false, true},
    RegisterInfo{"GICM_IIDR",       0x0FCC, 4, IIDR_value, RO, "DDI 0601 GICM_IIDR"},
};
// clang-format on

}  // namespace

std::span<const RegisterInfo> V2M_registers() {
  return v2m;
}
std::span<const RegisterInfo> GICM_registers() {
  return gicm;
}

std::span<const RegisterInfo> GICD_registers() {
  return gicd;
}
std::span<const RegisterInfo> GICR_registers() {
  return gicr;
}
std::span<const RegisterInfo> GITS_registers() {
  return gits;
}

}  // namespace doorbell::gic
