/* The processor that runs the caller: who it is, its time, its interrupts. */
#ifndef SW_INCLUDE_PROCESSOR_H
#define SW_INCLUDE_PROCESSOR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 0 for the first processor; the others count up in the order of their affinities. */
unsigned processor_number(void);
/* Aff3.Aff2.Aff1.Aff0 packed into 32 bits, as GICR_TYPER.Affinity_Value holds them. IHI 0069,
 * section 12.11. */
uint32_t processor_affinity(void);
/* Time since reset, from the system counter. */
uint64_t processor_time_ns(void);

/* Called with interrupts masked when this processor takes an IRQ. */
typedef void interrupt_handler(void* argument);
void interrupts_install(interrupt_handler* handler, void* argument);
void interrupts_unmask(void);
/* Masks interrupts and returns what interrupts_restore() needs to undo it. */
uint64_t interrupts_mask(void);
void interrupts_restore(uint64_t state);

/* WFI: returns when an interrupt is pending, masked or not, or sooner. */
void wait_for_interrupt(void);
/* WFE: returns at an event, when an interrupt is pending, masked or not, or sooner; at the latest
 * after a period of the event stream (some 100 us). */
void wait_for_event(void);
/* DSB and SEV: an event for all processors, when what was written before can be seen. */
void send_event(void);
/* One turn of a polling loop (YIELD): lets time pass. */
void spin_hint(void);
/* One turn of a loop that reads `address` in normal memory until it changes, or `limit_ns` has
 * passed. Turns that would find neither may pass at once. */
void spin_until_written(uint64_t address, uint64_t limit_ns);

#ifdef __cplusplus
}
#endif

#endif
