#pragma once

#include <cstdint>

#include "doorbell/core/arch/pe_state.h"
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
  ICC_AP0R1_EL1 = system_register(3, 0, 12, 8, 5),
  ICC_AP0R2_EL1 = system_register(3, 0, 12, 8, 6),
  ICC_AP0R3_EL1 = system_register(3, 0, 12, 8, 7),
  ICC_AP1R0_EL1 = system_register(3, 0, 12, 9, 0),
  ICC_AP1R1_EL1 = system_register(3, 0, 12, 9, 1),
  ICC_AP1R2_EL1 = system_register(3, 0, 12, 9, 2),
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
  ICC_SRE_EL2 = system_register(3, 4, 12, 9, 5),
  ICC_CTLR_EL3 = system_register(3, 6, 12, 12, 4),
  ICC_SRE_EL3 = system_register(3, 6, 12, 12, 5),
  ICC_IGRPEN1_EL3 = system_register(3, 6, 12, 12, 7),
};

/// The interrupts that a register is about, which decide who may trap it or answer in its place.
enum class IccClass : std::uint8_t {
  enable,  ///< ICC_SRE_ELx: neither routed nor virtual
  common,
  group0,
  group1,
  sgi,
};

/// A row of the table of them.
struct IccRegisterInfo {
  IccRegister icc;
  const char* name;  ///< the specification's
  IccClass about;
  bool readable, writable;
  std::uint8_t lowest_EL = 1;
};

/// The row of an encoding of MRS and MSR; null when there is no such register.
const IccRegisterInfo* find_icc(std::uint32_t encoding);

/// The specification's name, or "unknown".
const char* name(IccRegister icc);

/// Who answers an access of software in state `who` (IHI 0069, 12.2, the accessibility of each
/// register). At EL1 HCR_EL2.IMO and FMO ask for the virtual CPU interface; as there is none, such
/// accesses are trapped to EL2, as with ICH_HCR_EL2.TALL0, TALL1 and TC set.
SystemAccess access_of(const IccRegisterInfo& info, bool is_write, const PeState& who);

}  // namespace doorbell::gic
