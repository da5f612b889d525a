#include "sw/drivers/gic/message_frame.h"
#include "sw/drivers/gic/registers.h"
#include "sw/include/access.h"

enum status spi_message_open(uint64_t frame, struct message_spis* spis) {
  uint32_t type = mmio_read32(frame + GICM_TYPER);
  if (!(type & GICM_TYPER_Valid)) return STATUS_NOT_FOUND;
  spis->first = (uint32_t)field_get(GICM_TYPER_INTID, type);
  spis->count = (unsigned)field_get(GICM_TYPER_NumSPIs, type);
  return spis->count != 0 ? STATUS_OK : STATUS_NOT_FOUND;
}
