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

/* Where software executes: DDI 0487, D1.2 and D1.3. */
struct processor_state {
  unsigned exception_level; /* 1 to 3 */
  unsigned secure;          /* not 0: the Secure state; EL3 is in it whatever this says */
  unsigned fiqs_to_el3;     /* SCR_EL3.FIQ: EL3 keeps the interrupts of Group 0 */
};
/* The caller goes on in that state; EL1, Non-secure, at the start. Its accesses to devices are of
 * that Security state. EL3's accesses to banked ICC registers are to those of the state that it
 * came from (SCR_EL3.NS). On processor models, and where software was started at EL3. */
void processor_enter(const struct processor_state* state);

/* Called with interrupts masked when this processor takes an IRQ. */
typedef void interrupt_handler(void* argument);
void interrupts_install(interrupt_handler* handler, void* argument);
void interrupts_unmask(void);
/* Masks interrupts and returns what interrupts_restore() needs to undo it. */
uint64_t interrupts_mask(void);
void interrupts_restore(uint64_t state);

/* The same of FIQs: interrupts of Group 0, and of Group 1 of the Security state that this processor
 * isn't in (IHI 0069, 4.6.2). Before anything is installed none is taken. With `fiqs_to_el3` the
 * handler executes at EL3, and the mask counts there alone. A handler is called with IRQs and FIQs
 * masked. On processor models. */
void fiqs_install(interrupt_handler* handler, void* argument);
void fiqs_unmask(void);
/* Masks FIQs and returns what fiqs_restore() needs to undo it. */
uint64_t fiqs_mask(void);
void fiqs_restore(uint64_t state);

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
