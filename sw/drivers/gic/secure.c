#include "sw/drivers/gic/secure.h"

#include "sw/drivers/gic/registers.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/include/system_register.h"

#define SECURE_MASK_OPEN 0xffu

enum status gic_secure_initialise(const struct gic* gic) {
  uint64_t base = gic->distributor;
  uint32_t type = mmio_read32(base + GICD_TYPER);
  if (!(type & GICD_TYPER_SecurityExtn)) return STATUS_UNSUPPORTED;
  unsigned words = (unsigned)field_get(GICD_TYPER_ITLinesNumber, type) + 1;
  mmio_write32(base + GICD_CTLR, GICD_CTLR_ARE_S | GICD_CTLR_ARE_NS_of_Secure);
  for (unsigned word = 1; word < words; word++) {
    mmio_write32(base + GICD_IGROUPR + 4 * word, UINT32_MAX);
    mmio_write32(base + GICD_IGRPMODR + 4 * word, 0);
  }
  mmio_write32(base + GICD_CTLR, GICD_CTLR_ARE_S | GICD_CTLR_ARE_NS_of_Secure |
                                     GICD_CTLR_EnableGrp0 | GICD_CTLR_EnableGrp1S);
  return poll32(base + GICD_CTLR, GICD_CTLR_RWP, 0);
}

enum status gic_secure_initialise_processor(const struct gic* gic) {
  struct redistributor redistributor;
  enum status status = redistributor_find(gic, &redistributor);
  if (status == STATUS_OK) status = redistributor_wake(&redistributor);
  if (status != STATUS_OK) return status;
  mmio_write32(redistributor.base + GICR_IGROUPR0, UINT32_MAX);
  mmio_write32(redistributor.base + GICR_IGRPMODR0, 0);
  system_register_write(ICC_PMR_EL1, SECURE_MASK_OPEN);
  system_register_write(ICC_IGRPEN0_EL1, 1);
  system_register_write(ICC_IGRPEN1_EL3, ICC_IGRPEN1_EL3_EnableGrp1S);
  return STATUS_OK;
}

void gic_secure_keep(const struct gic* gic, uint32_t intid, enum secure_group group,
                     uint8_t priority) {
  uint64_t word = gic->distributor + intid / 32 * 4;
  uint64_t priorities = gic->distributor + GICD_IPRIORITYR + intid / 4 * 4;
  uint32_t bit = 1u << intid % 32;
  unsigned shift = 8 * (intid % 4);
  uint32_t modifier = mmio_read32(word + GICD_IGRPMODR) & ~bit;
  mmio_write32(word + GICD_IGROUPR, mmio_read32(word + GICD_IGROUPR) & ~bit);
  mmio_write32(word + GICD_IGRPMODR, group == SECURE_GROUP_1 ? modifier | bit : modifier);
  uint32_t others = mmio_read32(priorities) & ~(0xffu << shift);
  mmio_write32(priorities, others | (uint32_t)priority << shift);
  mmio_write32(word + GICD_ISENABLER, bit);
}

uint32_t gic_secure_acknowledge(void) {
  return (uint32_t)system_register_read(ICC_IAR0_EL1);
}

void gic_secure_end(uint32_t intid) {
  system_register_write(ICC_EOIR0_EL1, intid);
}
