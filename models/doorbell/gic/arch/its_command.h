#pragma once

#include <array>
#include <cstdint>

namespace doorbell::gic {

/// ITS command numbers (IHI 0069, 5.3 "ITS commands").
enum class ItsOpcode : std::uint8_t {
  MOVI = 0x01,
  INT = 0x03,
  CLEAR = 0x04,
  SYNC = 0x05,
  MAPD = 0x08,
  MAPC = 0x09,
  MAPTI = 0x0A,
  MAPI = 0x0B,
  INV = 0x0C,
  INVALL = 0x0D,
  MOVALL = 0x0E,
  DISCARD = 0x0F,
};

/// The specification's name of a command number, or "unknown".
const char* name(ItsOpcode opcode);

/// True for the command numbers of GICv3 (IHI 0069, 5.3, table "ITS commands"). Those of GICv4
/// aren't implemented.
bool is_known(ItsOpcode opcode);

/// One command of the queue: 32 bytes, four little-endian doublewords.
using ItsCommandWords = std::array<std::uint64_t, 4>;
inline constexpr unsigned its_command_bytes = 32;

/// A decoded command (IHI 0069, 5.3). Fields that a command doesn't have are 0.
struct ItsCommand {
  ItsOpcode opcode{};
  std::uint32_t DeviceID = 0;  ///< DW0[63:32]
  std::uint32_t EventID = 0;   ///< DW1[31:0]
  std::uint32_t pINTID = 0;    ///< DW1[63:32] (MAPTI; MAPI: the EventID)
  std::uint16_t ICID = 0;      ///< DW2[15:0]
  std::uint64_t RDbase = 0;    ///< DW2[51:16]: a processor number when GITS_TYPER.PTA is 0
  std::uint64_t RDbase2 = 0;   ///< DW3[51:16] (MOVALL)
  std::uint64_t ITT_addr = 0;  ///< DW2[51:8], a byte address aligned to 256 (MAPD)
  std::uint8_t Size = 0;       ///< DW1[4:0]: EventID bits - 1 (MAPD)
  bool V = false;              ///< DW2[63] (MAPD, MAPC)

  bool operator==(const ItsCommand&) const = default;
};

ItsCommand decode(const ItsCommandWords& words);
ItsCommandWords encode(const ItsCommand& command);

}  // namespace doorbell::gic
