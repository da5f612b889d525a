/* GICv3 without LPIs and ITS: distributor, redistributors, CPU interface, as a Non-secure operating
 * system uses them. */
#ifndef SW_DRIVERS_GIC_GIC_H
#define SW_DRIVERS_GIC_GIC_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/include/lock.h"
#include "sw/include/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct gic {
  /* Filled in by the caller. */
  uint64_t distributor;
  uint64_t redistributors;      /* the first frame of the region */
  unsigned redistributor_limit; /* frames that the region has room for */
  uint64_t more_redistributors; /* another region, for those that aren't in the first; 0: none */
  /* Filled in by gic_initialise(). */
  unsigned interrupt_lines; /* INTIDs below this are SGIs, PPIs and SPIs */
  unsigned lpi_id_bits;     /* 0: no LPIs */
  struct lock lock;
};

/* The redistributor of one processor. */
struct redistributor {
  uint64_t base;
  uint32_t affinity;
  uint16_t processor_number; /* GICR_TYPER.Processor_Number */
  bool lpis;
};

/* Once, on the first processor: all SPIs disabled, group 1, level, default priority, routed to the
 * caller. */
enum status gic_initialise(struct gic* gic);
/* On each processor, for itself: wakes its redistributor, then opens its CPU interface. */
enum status gic_initialise_processor(const struct gic* gic, struct redistributor* redistributor);

/* SPIs, on any processor. */
void gic_configure_edge(struct gic* gic, uint32_t intid, bool edge);
enum status gic_route(struct gic* gic, uint32_t intid, uint32_t affinity);
void gic_enable(struct gic* gic, uint32_t intid);
enum status gic_disable(struct gic* gic, uint32_t intid);
/* An edge-triggered one that nobody has taken. */
void gic_clear_pending(struct gic* gic, uint32_t intid);

/* Parts of that: the redistributor of the calling processor, and its waking (GICR_WAKER). */
enum status redistributor_find(const struct gic* gic, struct redistributor* redistributor);
enum status redistributor_wake(const struct redistributor* redistributor);

/* SGIs and PPIs, on the processor that owns the redistributor. */
void redistributor_enable(const struct redistributor* redistributor, uint32_t intid);

/* Raises an SGI on the processor of that affinity. */
void gic_send_sgi(uint32_t affinity, unsigned intid);

/* ICC_IAR1_EL1: the interrupt taken, or a special number. */
uint32_t gic_acknowledge(void);
/* ICC_EOIR1_EL1: drops the priority and deactivates. */
void gic_end(uint32_t intid);
bool gic_is_special(uint32_t intid);

#ifdef __cplusplus
}
#endif

#endif
