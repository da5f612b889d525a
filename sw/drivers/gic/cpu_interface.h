/* The CPU interface of the calling processor. IHI 0069, section 12.2. */
#ifndef SW_DRIVERS_GIC_CPU_INTERFACE_H
#define SW_DRIVERS_GIC_CPU_INTERFACE_H

#include "sw/include/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Group 1 enabled, all priorities above the lowest let through, one write ends an interrupt
 * (EOImode 0). */
enum status cpu_interface_initialise(void);

#ifdef __cplusplus
}
#endif

#endif
