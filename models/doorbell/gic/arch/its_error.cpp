#include "doorbell/gic/arch/its_error.h"

namespace doorbell::gic {

const char* name(ItsError error) {
  switch (error) {
    case ItsError::none:
      return "none";
    case ItsError::DEVICE_OOR:
      return "DEVICE_OOR";
    case ItsError::SIZE_OOR:
      return "SIZE_OOR";
    case ItsError::COLLECTION_OOR:
      return "COLLECTION_OOR";
    case ItsError::UNMAPPED_DEVICE:
      return "UNMAPPED_DEVICE";
    case ItsError::ID_OOR:
      return "ID_OOR";
    case ItsError::PHYSICALID_OOR:
      return "PHYSICALID_OOR";
    case ItsError::UNMAPPED_INTERRUPT:
      return "UNMAPPED_INTERRUPT";
    case ItsError::UNMAPPED_COLLECTION:
      return "UNMAPPED_COLLECTION";
    case ItsError::COMMAND_UNKNOWN:
      return "COMMAND_UNKNOWN";
    case ItsError::ITS_DISABLED:
      return "ITS_DISABLED";
    case ItsError::MEMORY_FAULT:
      return "MEMORY_FAULT";
    case ItsError::RDBASE_OOR:
      return "RDBASE_OOR";
  }
  return "unknown";
}

std::uint32_t error_code(ItsOpcode opcode, ItsError error) {
  if (error == ItsError::none) return 0;
  // CLEAR is command 0x04, but its error codes say 0x05 (5.3.3).
  const auto number = opcode == ItsOpcode::CLEAR ? 0x05U : static_cast<unsigned>(opcode);
  // MOVALL_PROCNUM_OOR (5.3.13) has a cause of its own.
  const bool no_processor = opcode == ItsOpcode::MOVALL && error == ItsError::RDBASE_OOR;
  return 0x010000U | (number << 8) | (no_processor ? 1U : static_cast<unsigned>(error));
}

}  // namespace doorbell::gic
