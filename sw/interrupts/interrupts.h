/*
 * What a GICv3 and its ITS do, said line by line: random sequences of accesses and commands from a
 * seed on, with what the processor's interface and the registers read after each. Nothing is taken
 * as an exception: one processor asks all the time, others acknowledge when it tells them to. So a
 * line depends on the accesses alone, and is the same on QEMU, but for the list in
 * tests/differential/interrupts_test.cpp.
 */
#ifndef SW_INTERRUPTS_INTERRUPTS_H
#define SW_INTERRUPTS_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/drivers/gic/gic.h"
#include "sw/drivers/its/its.h"
#include "sw/drivers/its/lpi.h"
#include "sw/drivers/uart/pl011.h"
#include "sw/random/generator.h"
#include "sw/random/its_fields.h"

#ifdef __cplusplus
extern "C" {
#endif

#define INTERRUPTS_PROCESSORS 32u
#define INTERRUPTS_SPIS 8u
#define INTERRUPTS_FIRST_SPI                                          \
  200u /* that many, edge-triggered or level-sensitive, without wires \
        */
#define INTERRUPTS_DEVICES 3u

/* A device of which the ITS knows, with 2^event_bits events. Its LPIs have priorities of their own:
 * among equal ones the architecture leaves the order open. */
struct interrupting_device {
  uint32_t id;
  unsigned event_bits;
  uint32_t first_event;
  uint32_t first_lpi;
};
#define INTERRUPTS_EVENTS 8u /* of each device that are used, at most */

struct interrupts {
  /* Filled in by the caller. */
  const struct pl011* uart;
  unsigned processors;
  uint64_t seed;

  struct generator generator;
  struct region memory;
  struct gic gic;
  struct lpi_tables lpis;
  struct its its;
  struct redistributor redistributors[INTERRUPTS_PROCESSORS];
  uint64_t mailboxes; /* one for each processor, in normal memory */
  uint64_t fresh;     /* memory from here on is used anew by each seed */
  struct interrupting_device devices[INTERRUPTS_DEVICES];
  unsigned step;
};

/* On the first processor, before the others are started: memory and addresses, then the GIC. */
enum status interrupts_prepare(struct interrupts* interrupts);
enum status interrupts_initialise(struct interrupts* interrupts);
/* Each other processor: does what it is asked for until interrupts_dismiss(). */
void interrupts_serve(struct interrupts* interrupts, unsigned processor);
void interrupts_dismiss(struct interrupts* interrupts);

/* All of a seed, with one Security state: what the files below have. */
void interrupts_run(struct interrupts* interrupts);
/* All of a seed with two: security.c, on one processor that is at EL3 and has done
 * interrupts_prepare() alone. Once after reset. */
void interrupts_run_secure(struct interrupts* interrupts);

/* priorities.c: SPIs of random priorities raised, acknowledged, ended, deactivated, in any order
 * and nesting, with random BPR, PMR and EOImode. */
void interrupts_run_priorities(struct interrupts* interrupts);
/* sgis.c: SGIs to lists of processors, to all others, enabled or not. */
void interrupts_run_sgis(struct interrupts* interrupts);
/* its_steps.c: each ITS command, as it should be or with one of its errors, on device tables of one
 * level or two. */
void interrupts_run_its(struct interrupts* interrupts);

/* crew.c: what a processor is asked for, the caller itself included. */
enum interrupts_request {
  INTERRUPTS_REST,
  INTERRUPTS_TAKE, /* ICC_IAR1_EL1, and its end; 1023 when there is nothing */
  INTERRUPTS_LOOK, /* ICC_HPPIR1_EL1 */
  INTERRUPTS_STOP,
};
uint32_t interrupts_ask(struct interrupts* interrupts, unsigned processor,
                        enum interrupts_request request);

/* its_tables.c: an empty device table of one level or two. */
enum status interrupts_set_device_table(struct interrupts* interrupts, bool indirect);

/* No interrupt has an active priority. ICC_BPR1_EL1 is changed only then: QEMU looks at those that
 * there are through the new value, here they stay what they were. */
bool interrupts_idle(void);

/* Time for what was written to take effect; hardware needs some. */
void interrupts_settle(void);
void interrupts_start_line(struct interrupts* interrupts, const char* name);
void interrupts_end_line(struct interrupts* interrupts);

#ifdef __cplusplus
}
#endif

#endif
