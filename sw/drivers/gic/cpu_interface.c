#include "sw/drivers/gic/cpu_interface.h"

#include "sw/drivers/gic/gic.h"
#include "sw/drivers/gic/registers.h"
#include "sw/include/system_register.h"

enum status cpu_interface_initialise(void) {
  system_register_write(ICC_SRE_EL1, system_register_read(ICC_SRE_EL1) | ICC_SRE_SRE);
  if (!(system_register_read(ICC_SRE_EL1) & ICC_SRE_SRE)) return STATUS_UNSUPPORTED;
  system_register_write(ICC_PMR_EL1, PRIORITY_MASK_OPEN);
  system_register_write(ICC_BPR1_EL1, 0);
  uint64_t control = system_register_read(ICC_CTLR_EL1);
  system_register_write(ICC_CTLR_EL1, control & ~ICC_CTLR_EOImode);
  system_register_write(ICC_AP1R0_EL1, 0);
  system_register_write(ICC_IGRPEN1_EL1, ICC_IGRPEN1_Enable);
  return STATUS_OK;
}

/* ICC_SGI1R_EL1. IHI 0069, section 12.2.22. */
void gic_send_sgi(uint32_t affinity, unsigned intid) {
  uint64_t target = BIT(affinity % 16);
  uint64_t value = field_put(BITS(55, 48), affinity >> 24) |
                   field_put(BITS(47, 44), affinity >> 4) |
                   field_put(BITS(39, 32), affinity >> 16) | field_put(BITS(27, 24), intid) |
                   field_put(BITS(23, 16), affinity >> 8) | target;
  system_register_write(ICC_SGI1R_EL1, value);
}

uint32_t gic_acknowledge(void) {
  return (uint32_t)system_register_read(ICC_IAR1_EL1);
}

void gic_end(uint32_t intid) {
  system_register_write(ICC_EOIR1_EL1, intid);
}

bool gic_is_special(uint32_t intid) {
  return intid >= INTID_SPECIAL && intid <= INTID_SPECIAL_LAST;
}
