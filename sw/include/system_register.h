/* The AArch64 system registers that the drivers use, by their encoding. IHI 0069, section 12.2. */
#ifndef SW_INCLUDE_SYSTEM_REGISTER_H
#define SW_INCLUDE_SYSTEM_REGISTER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* op0, op1, CRn, CRm, op2 as they stand in the MRS and MSR instructions (bits 20:5). DDI 0487,
 * C5.1. */
#define SYSTEM_REGISTER(op0, op1, crn, crm, op2) \
  ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

enum system_register {
  ICC_PMR_EL1 = SYSTEM_REGISTER(3, 0, 4, 6, 0),
  ICC_IAR1_EL1 = SYSTEM_REGISTER(3, 0, 12, 12, 0),
  ICC_EOIR1_EL1 = SYSTEM_REGISTER(3, 0, 12, 12, 1),
  ICC_HPPIR1_EL1 = SYSTEM_REGISTER(3, 0, 12, 12, 2),
  ICC_BPR1_EL1 = SYSTEM_REGISTER(3, 0, 12, 12, 3),
  ICC_AP1R0_EL1 = SYSTEM_REGISTER(3, 0, 12, 9, 0),
  ICC_RPR_EL1 = SYSTEM_REGISTER(3, 0, 12, 11, 3),
  ICC_IAR0_EL1 = SYSTEM_REGISTER(3, 0, 12, 8, 0),
  ICC_EOIR0_EL1 = SYSTEM_REGISTER(3, 0, 12, 8, 1),
  ICC_HPPIR0_EL1 = SYSTEM_REGISTER(3, 0, 12, 8, 2),
  ICC_BPR0_EL1 = SYSTEM_REGISTER(3, 0, 12, 8, 3),
  ICC_ASGI1R_EL1 = SYSTEM_REGISTER(3, 0, 12, 11, 6),
  ICC_SGI0R_EL1 = SYSTEM_REGISTER(3, 0, 12, 11, 7),
  ICC_SGI1R_EL1 = SYSTEM_REGISTER(3, 0, 12, 11, 5),
  ICC_DIR_EL1 = SYSTEM_REGISTER(3, 0, 12, 11, 1),
  ICC_CTLR_EL1 = SYSTEM_REGISTER(3, 0, 12, 12, 4),
  ICC_SRE_EL1 = SYSTEM_REGISTER(3, 0, 12, 12, 5),
  ICC_IGRPEN0_EL1 = SYSTEM_REGISTER(3, 0, 12, 12, 6),
  ICC_IGRPEN1_EL1 = SYSTEM_REGISTER(3, 0, 12, 12, 7),
  ICC_IGRPEN1_EL3 = SYSTEM_REGISTER(3, 6, 12, 12, 7),
};

uint64_t system_register_read(enum system_register which);
/* Followed by an ISB where the architecture asks for one. */
void system_register_write(enum system_register which, uint64_t value);

#ifdef __cplusplus
}
#endif

#endif
