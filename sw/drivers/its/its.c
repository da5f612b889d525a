#include "sw/drivers/its/its.h"

#include "sw/drivers/its/queue.h"
#include "sw/drivers/its/registers.h"
#include "sw/drivers/its/tables.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"

static enum status quiesce(const struct its* its) {
  uint32_t control = mmio_read32(its->base + GITS_CTLR);
  if ((control & GITS_CTLR_Quiescent) && !(control & GITS_CTLR_Enabled)) return STATUS_OK;
  control &= ~(uint32_t)(GITS_CTLR_Enabled | GITS_CTLR_ImDe);
  mmio_write32(its->base + GITS_CTLR, control);
  return poll32(its->base + GITS_CTLR, GITS_CTLR_Quiescent, GITS_CTLR_Quiescent);
}

enum status its_initialise(struct its* its) {
  unsigned revision = (unsigned)field_get(PIDR2_ArchRev, mmio_read32(its->base + GITS_PIDR2));
  if (revision != 3 && revision != 4) return STATUS_UNSUPPORTED;
  enum status status = quiesce(its);
  if (status != STATUS_OK) return status;
  for (unsigned i = 0; i < GITS_BASERS; i++)
    mmio_write64(its->base + GITS_BASER + 8 * i, 0);
  uint64_t type = mmio_read64(its->base + GITS_TYPER);
  if (!(type & GITS_TYPER_Physical)) return STATUS_UNSUPPORTED;
  its->interrupt_entry_size = (unsigned)field_get(GITS_TYPER_ITT_entry_size, type) + 1;
  its->target_is_address = (type & GITS_TYPER_PTA) != 0;
  status = its_tables_initialise(its, (unsigned)field_get(GITS_TYPER_Devbits, type) + 1);
  if (status == STATUS_OK) status = its_queue_initialise(its);
  if (status != STATUS_OK) return status;
  uint32_t control = mmio_read32(its->base + GITS_CTLR);
  mmio_write32(its->base + GITS_CTLR, control | (uint32_t)GITS_CTLR_Enabled);
  return STATUS_OK;
}

uint64_t its_doorbell(const struct its* its) {
  return its->base + GITS_TRANSLATER;
}
