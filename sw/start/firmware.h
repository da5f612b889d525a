/* What a bare-metal firmware provides to the start-up code, and gets from it. */
#ifndef SW_START_FIRMWARE_H
#define SW_START_FIRMWARE_H

#include <stdint.h>

#define MAXIMUM_PROCESSORS 32

/* Provided by the firmware; called on each processor, interrupts masked, on a stack of 16 KiB. The
 * MMU is on: addresses are physical ones, memory is write-back, below 1 GiB and from 256 GiB on all
 * is Device-nGnRE. */
void firmware_main(unsigned processor);
/* An exception other than an IRQ: ESR_EL1, ELR_EL1, FAR_EL1. */
void firmware_unexpected_exception(uint64_t syndrome, uint64_t return_address,
                                   uint64_t fault_address);

/* PSCI CPU_ON: another processor enters firmware_main(). Returns the PSCI status, 0 for success.
 * DEN 0022, 5.6. */
int64_t processor_start(uint32_t affinity);
/* PSCI SYSTEM_OFF; does not return. DEN 0022, 5.9. */
void system_off(void);

#endif
