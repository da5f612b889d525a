/* LPI configuration and pending tables. IHI 0069, section 5.1.1 and 5.1.2. */
#ifndef SW_DRIVERS_ITS_LPI_H
#define SW_DRIVERS_ITS_LPI_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/drivers/gic/gic.h"
#include "sw/include/region.h"
#include "sw/include/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct lpi_tables {
  /* Filled in by the caller. */
  struct region* memory;
  unsigned id_bits; /* wanted: LPIs are 8192 to 2^n - 1; lowered to what the distributor has */
  /* Filled in by lpi_initialise(). */
  uint64_t properties; /* a byte for each LPI, shared by all processors */
};

/* Once: a property table with every LPI disabled. STATUS_UNSUPPORTED when the distributor has no
 * LPIs. */
enum status lpi_initialise(struct lpi_tables* tables, const struct gic* gic);
/* On each processor: its pending table, then GICR_CTLR.EnableLPIs. */
enum status lpi_initialise_processor(const struct lpi_tables* tables,
                                     const struct redistributor* redistributor);
/* Sets the enable bit in memory; the redistributor sees it after INV or INVALL. */
void lpi_set_enabled(const struct lpi_tables* tables, uint32_t intid, bool enabled);
void lpi_set_priority(const struct lpi_tables* tables, uint32_t intid, uint8_t priority);

#ifdef __cplusplus
}
#endif

#endif
