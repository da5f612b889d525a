/* What Secure firmware at EL3 does with a GIC of two Security states before it starts a Non-secure
 * operating system, whose accesses can't. IHI 0069, 4.6. */
#ifndef SW_DRIVERS_GIC_SECURE_H
#define SW_DRIVERS_GIC_SECURE_H

#include "sw/drivers/gic/gic.h"

#ifdef __cplusplus
extern "C" {
#endif

enum secure_group { SECURE_GROUP_0, SECURE_GROUP_1 };

/* Once, on the first processor: all SPIs are Non-secure Group 1, both Secure groups enabled. */
enum status gic_secure_initialise(const struct gic* gic);
/* On each processor, for itself: its redistributor is awake, its SGIs and PPIs Non-secure Group 1;
 * the CPU interface takes both Secure groups and masks nothing. */
enum status gic_secure_initialise_processor(const struct gic* gic);
/* An SPI that Secure software keeps, with its priority; Non-secure ones are 0x80 and more. */
void gic_secure_keep(const struct gic* gic, uint32_t intid, enum secure_group group,
                     uint8_t priority);

/* ICC_IAR0_EL1, ICC_EOIR0_EL1: interrupts of Group 0. */
uint32_t gic_secure_acknowledge(void);
void gic_secure_end(uint32_t intid);

#ifdef __cplusplus
}
#endif

#endif
