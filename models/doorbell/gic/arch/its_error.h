#pragma once

#include <cstdint>

#include "doorbell/gic/arch/its_command.h"

namespace doorbell::gic {

/// Why the ITS refuses a command or drops an MSI (IHI 0069, 5.3, the "command errors" of each
/// command). The enumerators' values are the low byte of the specification's error code.
enum class ItsError : std::uint8_t {
  none = 0x00,
  DEVICE_OOR = 0x01,           ///< DeviceID outside GITS_TYPER.Devbits or the device table
  SIZE_OOR = 0x02,             ///< MAPD: ITT size (ITTSIZE_OOR); MAPC: target (PROCNUM_OOR)
  COLLECTION_OOR = 0x03,       ///< ICID outside the collection table
  UNMAPPED_DEVICE = 0x04,      ///< no valid device table entry
  ID_OOR = 0x05,               ///< EventID outside what MAPD gave
  PHYSICALID_OOR = 0x06,       ///< pINTID isn't an LPI that the system supports
  UNMAPPED_INTERRUPT = 0x07,   ///< no valid interrupt translation entry
  UNMAPPED_COLLECTION = 0x09,  ///< no valid collection table entry
  COMMAND_UNKNOWN = 0x40,      ///< not a command of GICv3; outside the specification's codes
  ITS_DISABLED = 0x41,         ///< GITS_CTLR.Enabled is 0: the write is ignored (5.1.1)
  MEMORY_FAULT = 0x42,         ///< a table or queue access was answered with an error
  RDBASE_OOR = 0x43,           ///< SYNC or MOVALL to a processor that doesn't exist
};

/// "UNMAPPED_DEVICE" and so on; for statistics.
const char* name(ItsError error);

/// The specification's 24-bit error code of `error` in a command: 0x01, the command's number
/// (CLEAR: 0x05), the cause. For example MAPTI_ID_OOR is 0x010A05. An MSI is reported as INT
/// (5.3.8).
std::uint32_t error_code(ItsOpcode opcode, ItsError error);

}  // namespace doorbell::gic
