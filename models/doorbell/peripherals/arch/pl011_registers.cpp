#include "doorbell/peripherals/arch/pl011_registers.h"

#include <array>

namespace doorbell::peripherals {
namespace {

constexpr auto RO = RegisterAccess::read_only;
constexpr auto RW = RegisterAccess::read_write;
constexpr auto WO = RegisterAccess::write_only;

// Drivers use bytes and half-words, too: an APB peripheral doesn't see the width of an access.
// clang-format off
constexpr std::array table{
    // name, offset, width, reset, access, section, count, stride, writable, byte_access
    RegisterInfo{"UARTDR",            0x000, 4, 0,      RW, "DDI 0183 3.3.1",  1, 0, 0xFF, true},
    RegisterInfo{"UARTRSR",           0x004, 4, 0,      RW, "DDI 0183 3.3.2",  1, 0, 0,    true},
    RegisterInfo{"UARTFR",            0x018, 4, 0x90,   RO, "DDI 0183 3.3.3",  1, 0, ~0ULL, true},
    RegisterInfo{"UARTILPR",          0x020, 4, 0,      RW, "DDI 0183 3.3.4",  1, 0, 0xFF, true},
    RegisterInfo{"UARTIBRD",          0x024, 4, 0,      RW, "DDI 0183 3.3.5",  1, 0, 0xFFFF, true},
    RegisterInfo{"UARTFBRD",          0x028, 4, 0,      RW, "DDI 0183 3.3.6",  1, 0, 0x3F, true},
    RegisterInfo{"UARTLCR_H",         0x02C, 4, 0,      RW, "DDI 0183 3.3.7",  1, 0, 0xFF, true},
    RegisterInfo{"UARTCR",            0x030, 4, 0x0300, RW, "DDI 0183 3.3.8",  1, 0, 0xFF87, true},
    RegisterInfo{"UARTIFLS",          0x034, 4, 0x12,   RW, "DDI 0183 3.3.9",  1, 0, 0x3F, true},
    RegisterInfo{"UARTIMSC",          0x038, 4, 0,      RW, "DDI 0183 3.3.10", 1, 0, 0x7FF, true},
    RegisterInfo{"UARTRIS",           0x03C, 4, 0,      RO, "DDI 0183 3.3.11", 1, 0, ~0ULL, true},
    RegisterInfo{"UARTMIS",           0x040, 4, 0,      RO, "DDI 0183 3.3.12", 1, 0, ~0ULL, true},
    RegisterInfo{"UARTICR",           0x044, 4, 0,      WO, "DDI 0183 3.3.13", 1, 0, 0, true},
    RegisterInfo{"UARTDMACR",         0x048, 4, 0,      RW, "DDI 0183 3.3.14", 1, 0, 0x7, true},
    RegisterInfo{"UARTPeriphID0",     0xFE0, 4, 0x11,   RO, "DDI 0183 3.3.15", 1, 0, ~0ULL, true},
    RegisterInfo{"UARTPeriphID1",     0xFE4, 4, 0x10,   RO, "DDI 0183 3.3.15", 1, 0, ~0ULL, true},
    RegisterInfo{"UARTPeriphID2",     0xFE8, 4, 0x14,   RO, "DDI 0183 3.3.15", 1, 0, ~0ULL, true},
    RegisterInfo{"UARTPeriphID3",     0xFEC, 4, 0x00,   RO, "DDI 0183 3.3.15", 1, 0, ~0ULL, true},
    RegisterInfo{"UARTPCellID0",      0xFF0, 4, 0x0D,   RO, "DDI 0183 3.3.16", 1, 0, ~0ULL, true},
    RegisterInfo{"UARTPCellID1",      0xFF4, 4, 0xF0,   RO, "DDI 0183 3.3.16", 1, 0, ~0ULL, true},
    RegisterInfo{"UARTPCellID2",      0xFF8, 4, 0x05,   RO, "DDI 0183 3.3.16", 1, 0, ~0ULL, true},
    RegisterInfo{"UARTPCellID3",      0xFFC, 4, 0xB1,   RO, "DDI 0183 3.3.16", 1, 0, ~0ULL, true},
};
// clang-format on

}  // namespace

std::span<const RegisterInfo> pl011_registers() {
  return table;
}

}  // namespace doorbell::peripherals
