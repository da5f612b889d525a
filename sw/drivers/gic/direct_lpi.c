#include "sw/drivers/gic/direct_lpi.h"

#include "sw/drivers/gic/registers.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"

bool direct_lpi_supported(const struct redistributor* redistributor) {
  return (mmio_read64(redistributor->base + GICR_TYPER) & GICR_TYPER_DirectLPI) != 0;
}

uint64_t direct_lpi_doorbell(const struct redistributor* redistributor) {
  return redistributor->base + GICR_SETLPIR;
}

/* A write while another one is under way is UNPREDICTABLE. */
static enum status write_and_wait(const struct redistributor* redistributor, unsigned offset,
                                  uint32_t intid) {
  uint64_t busy = redistributor->base + GICR_SYNCR;
  enum status status = poll32(busy, GICR_SYNCR_Busy, 0);
  if (status != STATUS_OK) return status;
  mmio_write64(redistributor->base + offset, intid);
  return poll32(busy, GICR_SYNCR_Busy, 0);
}

enum status direct_lpi_clear(const struct redistributor* redistributor, uint32_t intid) {
  return write_and_wait(redistributor, GICR_CLRLPIR, intid);
}

enum status direct_lpi_invalidate(const struct redistributor* redistributor, uint32_t intid) {
  return write_and_wait(redistributor, GICR_INVLPIR, intid);
}
