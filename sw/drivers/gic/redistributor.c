#include "sw/drivers/gic/cpu_interface.h"
#include "sw/drivers/gic/gic.h"
#include "sw/drivers/gic/registers.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/include/processor.h"

static enum status find_in(uint64_t base, unsigned limit, struct redistributor* redistributor) {
  uint32_t affinity = processor_affinity();
  uint64_t end = base + (uint64_t)limit * GICR_FRAMES;
  while (base < end) {
    uint64_t type = mmio_read64(base + GICR_TYPER);
    if (field_get(GICR_TYPER_Affinity_Value, type) == affinity) {
      redistributor->base = base;
      redistributor->affinity = affinity;
      redistributor->processor_number = (uint16_t)field_get(GICR_TYPER_Processor_Number, type);
      redistributor->lpis = (type & GICR_TYPER_PLPIS) != 0;
      return STATUS_OK;
    }
    if (type & GICR_TYPER_Last) break;
    base += type & GICR_TYPER_VLPIS ? GICR_FRAMES_VLPIS : GICR_FRAMES;
  }
  return STATUS_NOT_FOUND;
}

enum status redistributor_find(const struct gic* gic, struct redistributor* redistributor) {
  enum status status = find_in(gic->redistributors, gic->redistributor_limit, redistributor);
  if (status != STATUS_NOT_FOUND || gic->more_redistributors == 0) return status;
  return find_in(gic->more_redistributors, gic->redistributor_limit, redistributor);
}

enum status redistributor_wake(const struct redistributor* redistributor) {
  uint64_t waker = redistributor->base + GICR_WAKER;
  mmio_write32(waker, mmio_read32(waker) & ~(uint32_t)GICR_WAKER_ProcessorSleep);
  return poll32(waker, GICR_WAKER_ChildrenAsleep, 0);
}

static enum status reset_private_interrupts(const struct redistributor* redistributor) {
  mmio_write32(redistributor->base + GICR_IGROUPR0, UINT32_MAX);
  mmio_write32(redistributor->base + GICR_ICACTIVER0, UINT32_MAX);
  mmio_write32(redistributor->base + GICR_ICENABLER0, UINT32_MAX);
  for (unsigned i = 0; i < INTID_FIRST_SPI; i += 4) {
    mmio_write32(redistributor->base + GICR_IPRIORITYR + i, PRIORITY_DEFAULT * 0x01010101u);
  }
  return poll32(redistributor->base + GICR_CTLR, GICR_CTLR_RWP, 0);
}

enum status gic_initialise_processor(const struct gic* gic, struct redistributor* redistributor) {
  enum status status = redistributor_find(gic, redistributor);
  if (status == STATUS_OK) status = redistributor_wake(redistributor);
  if (status == STATUS_OK) status = reset_private_interrupts(redistributor);
  if (status == STATUS_OK) status = cpu_interface_initialise();
  return status;
}

void redistributor_enable(const struct redistributor* redistributor, uint32_t intid) {
  mmio_write32(redistributor->base + GICR_ISENABLER0, 1u << intid % 32);
}
