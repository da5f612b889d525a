#pragma once

#include <cstdint>

#include "doorbell/core/arch/system_register.h"

namespace doorbell::gic {

/// The registers of the CPU interface (IHI 0069, 12.2).
enum class IccRegister : std::uint16_t {
  ICC_PMR_EL1 = system_register(3, 0, 4, 6, 0),
  ICC_IAR0_EL1 = system_register(3, 0, 12, 8, 0),
  ICC_EOIR0_EL1 = system_register(3, 0, 12, 8, 1),
  ICC_HPPIR0_EL1 = system_register(3, 0, 12, 8, 2),
  ICC_BPR0_EL1 = system_register(3, 0, 12, 8, 3),
  ICC_AP0R0_EL1 = system_register(3, 0, 12, 8, 4),
  ICC_AP0R3_EL1 = system_register(3, 0, 12, 8, 7),
  ICC_AP1R0_EL1 = system_register(3, 0, 12, 9, 0),
  ICC_AP1R3_EL1 = system_register(3, 0, 12, 9, 3),
  ICC_DIR_EL1 = system_register(3, 0, 12, 11, 1),
  ICC_RPR_EL1 = system_register(3, 0, 12, 11, 3),
  ICC_SGI1R_EL1 = system_register(3, 0, 12, 11, 5),
  ICC_ASGI1R_EL1 = system_register(3, 0, 12, 11, 6),
  ICC_SGI0R_EL1 = system_register(3, 0, 12, 11, 7),
  ICC_IAR1_EL1 = system_register(3, 0, 12, 12, 0),
  ICC_EOIR1_EL1 = system_register(3, 0, 12, 12, 1),
  ICC_HPPIR1_EL1 = system_register(3, 0, 12, 12, 2),
  ICC_BPR1_EL1 = system_register(3, 0, 12, 12, 3),
  ICC_CTLR_EL1 = system_register(3, 0, 12, 12, 4),
  ICC_SRE_EL1 = system_register(3, 0, 12, 12, 5),
  ICC_IGRPEN0_EL1 = system_register(3, 0, 12, 12, 6),
  ICC_IGRPEN1_EL1 = system_register(3, 0, 12, 12, 7),
};

/// The specification's name, or "unknown".
const char* name(IccRegister icc);

}  // namespace doorbell::gic
