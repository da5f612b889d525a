#pragma once

#include <span>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/core/arch/registers.h"

namespace doorbell::peripherals {

/// The registers of a PL011 (DDI 0183, 3.2), of its revision r1p3: FIFOs of 16 characters.
std::span<const RegisterInfo> pl011_registers();

/// Bytes of its frame.
inline constexpr std::uint64_t pl011_bytes = 0x1000;

/// UARTFR (DDI 0183, 3.3.3).
namespace UARTFR {
inline constexpr BitField CTS{0, 1};
inline constexpr BitField DSR{1, 1};
inline constexpr BitField DCD{2, 1};
inline constexpr BitField BUSY{3, 1};
inline constexpr BitField RXFE{4, 1};
inline constexpr BitField TXFF{5, 1};
inline constexpr BitField RXFF{6, 1};
inline constexpr BitField TXFE{7, 1};
inline constexpr BitField RI{8, 1};
}  // namespace UARTFR

/// UARTLCR_H (DDI 0183, 3.3.7).
namespace UARTLCR_H {
inline constexpr BitField FEN{4, 1};
}  // namespace UARTLCR_H

/// UARTCR (DDI 0183, 3.3.8).
namespace UARTCR {
inline constexpr BitField UARTEN{0, 1};
inline constexpr BitField LBE{7, 1};
inline constexpr BitField TXE{8, 1};
inline constexpr BitField RXE{9, 1};
inline constexpr BitField DTR{10, 1};
inline constexpr BitField RTS{11, 1};
inline constexpr BitField Out1{12, 1};
inline constexpr BitField Out2{13, 1};
}  // namespace UARTCR

/// UARTIFLS (DDI 0183, 3.3.9).
namespace UARTIFLS {
inline constexpr BitField TXIFLSEL{0, 3};
inline constexpr BitField RXIFLSEL{3, 3};
}  // namespace UARTIFLS

/// The bits of UARTIMSC, UARTRIS, UARTMIS and UARTICR (DDI 0183, 3.3.10 to 3.3.13).
namespace UARTRIS {
inline constexpr BitField RIRMIS{0, 1};
inline constexpr BitField CTSRMIS{1, 1};
inline constexpr BitField DCDRMIS{2, 1};
inline constexpr BitField DSRRMIS{3, 1};
inline constexpr BitField RXRIS{4, 1};
inline constexpr BitField TXRIS{5, 1};
inline constexpr BitField RTRIS{6, 1};
inline constexpr BitField OERIS{10, 1};
}  // namespace UARTRIS

/// Error bits beside a character in UARTDR (DDI 0183, 3.3.1), and four bits lower in UARTRSR.
namespace UARTDR {
inline constexpr BitField DATA{0, 8};
inline constexpr BitField OE{11, 1};
}  // namespace UARTDR
namespace UARTRSR {
inline constexpr BitField OE{3, 1};
}  // namespace UARTRSR

}  // namespace doorbell::peripherals
