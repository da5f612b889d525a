#include "doorbell/gic/arch/icc_registers.h"

namespace doorbell::gic {

const char* name(IccRegister icc) {
  switch (icc) {
    case IccRegister::ICC_PMR_EL1:
      return "ICC_PMR_EL1";
    case IccRegister::ICC_IAR0_EL1:
      return "ICC_IAR0_EL1";
    case IccRegister::ICC_EOIR0_EL1:
      return "ICC_EOIR0_EL1";
    case IccRegister::ICC_HPPIR0_EL1:
      return "ICC_HPPIR0_EL1";
    case IccRegister::ICC_BPR0_EL1:
      return "ICC_BPR0_EL1";
    case IccRegister::ICC_AP0R0_EL1:
      return "ICC_AP0R0_EL1";
    case IccRegister::ICC_AP0R3_EL1:
      return "ICC_AP0R3_EL1";
    case IccRegister::ICC_AP1R0_EL1:
      return "ICC_AP1R0_EL1";
    case IccRegister::ICC_AP1R3_EL1:
      return "ICC_AP1R3_EL1";
    case IccRegister::ICC_DIR_EL1:
      return "ICC_DIR_EL1";
    case IccRegister::ICC_RPR_EL1:
      return "ICC_RPR_EL1";
    case IccRegister::ICC_SGI1R_EL1:
      return "ICC_SGI1R_EL1";
    case IccRegister::ICC_ASGI1R_EL1:
      return "ICC_ASGI1R_EL1";
    case IccRegister::ICC_SGI0R_EL1:
      return "ICC_SGI0R_EL1";
    case IccRegister::ICC_IAR1_EL1:
      return "ICC_IAR1_EL1";
    case IccRegister::ICC_EOIR1_EL1:
      return "ICC_EOIR1_EL1";
    case IccRegister::ICC_HPPIR1_EL1:
      return "ICC_HPPIR1_EL1";
    case IccRegister::ICC_BPR1_EL1:
      return "ICC_BPR1_EL1";
    case IccRegister::ICC_CTLR_EL1:
      return "ICC_CTLR_EL1";
    case IccRegister::ICC_SRE_EL1:
      return "ICC_SRE_EL1";
    case IccRegister::ICC_IGRPEN0_EL1:
      return "ICC_IGRPEN0_EL1";
    case IccRegister::ICC_IGRPEN1_EL1:
      return "ICC_IGRPEN1_EL1";
  }
  return "unknown";
}

}  // namespace doorbell::gic
