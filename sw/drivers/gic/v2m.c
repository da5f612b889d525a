#include "sw/drivers/gic/message_frame.h"
#include "sw/drivers/gic/registers.h"
#include "sw/include/access.h"

/* Linux refuses the same. */
enum status v2m_open(uint64_t frame, struct message_spis* spis) {
  uint32_t type = mmio_read32(frame + MSI_TYPER);
  spis->first = (uint32_t)field_get(MSI_TYPER_BASE, type);
  spis->count = (unsigned)field_get(MSI_TYPER_NUMBER, type);
  if (spis->first < INTID_FIRST_SPI || spis->count == 0) return STATUS_UNSUPPORTED;
  return spis->first + spis->count <= INTID_SPECIAL ? STATUS_OK : STATUS_UNSUPPORTED;
}

uint64_t message_frame_doorbell(uint64_t frame) {
  return frame + MSI_SETSPI_NS;
}
