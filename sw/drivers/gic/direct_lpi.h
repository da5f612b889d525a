/* LPIs without an ITS: the registers of a redistributor with GICR_TYPER.DirectLPI. IHI 0069, 12.11.
 */
#ifndef SW_DRIVERS_GIC_DIRECT_LPI_H
#define SW_DRIVERS_GIC_DIRECT_LPI_H

#include "sw/drivers/gic/gic.h"

#ifdef __cplusplus
extern "C" {
#endif

bool direct_lpi_supported(const struct redistributor* redistributor);
/* Where a device writes an INTID to make that LPI pending on this processor: GICR_SETLPIR. The
 * same page has the redistributor's other registers. */
uint64_t direct_lpi_doorbell(const struct redistributor* redistributor);
/* On any processor. Each returns when it has taken effect: an LPI isn't pending there any more, or
 * its property byte has been read again. */
enum status direct_lpi_clear(const struct redistributor* redistributor, uint32_t intid);
enum status direct_lpi_invalidate(const struct redistributor* redistributor, uint32_t intid);

#ifdef __cplusplus
}
#endif

#endif
