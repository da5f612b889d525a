#include "sw/include/system_register.h"

/* MRS and MSR name their register in the instruction: one case each. */
#define READ(name, encoding)                             \
  case name:                                             \
    __asm__ volatile("mrs %0, " encoding : "=r"(value)); \
    break
#define WRITE(name, encoding)                                     \
  case name:                                                      \
    __asm__ volatile("msr " encoding ", %0\n\tisb" ::"r"(value)); \
    break

#define S_PMR "s3_0_c4_c6_0"
#define S_IAR1 "s3_0_c12_c12_0"
#define S_EOIR1 "s3_0_c12_c12_1"
#define S_HPPIR1 "s3_0_c12_c12_2"
#define S_BPR1 "s3_0_c12_c12_3"
#define S_AP1R0 "s3_0_c12_c9_0"
#define S_RPR "s3_0_c12_c11_3"
#define S_IAR0 "s3_0_c12_c8_0"
#define S_EOIR0 "s3_0_c12_c8_1"
#define S_HPPIR0 "s3_0_c12_c8_2"
#define S_BPR0 "s3_0_c12_c8_3"
#define S_ASGI1R "s3_0_c12_c11_6"
#define S_SGI0R "s3_0_c12_c11_7"
#define S_SGI1R "s3_0_c12_c11_5"
#define S_DIR "s3_0_c12_c11_1"
#define S_CTLR "s3_0_c12_c12_4"
#define S_SRE "s3_0_c12_c12_5"
#define S_IGRPEN0 "s3_0_c12_c12_6"
#define S_IGRPEN1 "s3_0_c12_c12_7"
#define S_IGRPEN1_EL3 "s3_6_c12_c12_7"

uint64_t system_register_read(enum system_register which) {
  uint64_t value = 0;
  switch (which) {
    READ(ICC_PMR_EL1, S_PMR);
    READ(ICC_IAR1_EL1, S_IAR1);
    READ(ICC_HPPIR1_EL1, S_HPPIR1);
    READ(ICC_BPR1_EL1, S_BPR1);
    READ(ICC_AP1R0_EL1, S_AP1R0);
    READ(ICC_RPR_EL1, S_RPR);
    READ(ICC_CTLR_EL1, S_CTLR);
    READ(ICC_SRE_EL1, S_SRE);
    READ(ICC_IAR0_EL1, S_IAR0);
    READ(ICC_HPPIR0_EL1, S_HPPIR0);
    READ(ICC_BPR0_EL1, S_BPR0);
    READ(ICC_IGRPEN0_EL1, S_IGRPEN0);
    READ(ICC_IGRPEN1_EL1, S_IGRPEN1);
    READ(ICC_IGRPEN1_EL3, S_IGRPEN1_EL3);
    default: /* write-only */
      break;
  }
  return value;
}

void system_register_write(enum system_register which, uint64_t value) {
  switch (which) {
    WRITE(ICC_PMR_EL1, S_PMR);
    WRITE(ICC_EOIR1_EL1, S_EOIR1);
    WRITE(ICC_BPR1_EL1, S_BPR1);
    WRITE(ICC_AP1R0_EL1, S_AP1R0);
    WRITE(ICC_BPR0_EL1, S_BPR0);
    WRITE(ICC_ASGI1R_EL1, S_ASGI1R);
    WRITE(ICC_SGI0R_EL1, S_SGI0R);
    WRITE(ICC_SGI1R_EL1, S_SGI1R);
    WRITE(ICC_DIR_EL1, S_DIR);
    WRITE(ICC_CTLR_EL1, S_CTLR);
    WRITE(ICC_SRE_EL1, S_SRE);
    WRITE(ICC_EOIR0_EL1, S_EOIR0);
    WRITE(ICC_IGRPEN0_EL1, S_IGRPEN0);
    WRITE(ICC_IGRPEN1_EL1, S_IGRPEN1);
    WRITE(ICC_IGRPEN1_EL3, S_IGRPEN1_EL3);
    default: /* read-only */
      break;
  }
}
