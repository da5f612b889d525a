#include "sw/interrupts/interrupts.h"

#include "sw/drivers/gic/registers.h"
#include "sw/include/access.h"
#include "sw/include/processor.h"
#include "sw/include/system_register.h"
#include "sw/random/transcript.h"

#define MEMORY UINT64_C(0x41000000)
#define MEMORY_END UINT64_C(0x47000000)
#define DISTRIBUTOR UINT64_C(0x08000000)
#define REDISTRIBUTORS UINT64_C(0x080a0000)
#define REDISTRIBUTOR_LIMIT 123u
#define ITS UINT64_C(0x08080000)
#define LPI_ID_BITS 14u
#define SETTLE_NS 3000u
#define PRIORITY_IDLE 0xffu

enum status interrupts_prepare(struct interrupts* i) {
  i->memory.next = MEMORY;
  i->memory.end = MEMORY_END;
  i->gic.distributor = DISTRIBUTOR;
  i->gic.redistributors = REDISTRIBUTORS;
  i->gic.redistributor_limit = REDISTRIBUTOR_LIMIT;
  i->lpis.memory = &i->memory;
  i->lpis.id_bits = LPI_ID_BITS;
  i->its.base = ITS;
  i->its.memory = &i->memory;
  i->mailboxes = region_allocate(&i->memory, 0x1000, 0x1000);
  return i->mailboxes == 0 ? STATUS_NO_MEMORY : STATUS_OK;
}

/* The first processor's part, before any other is started. */
enum status interrupts_initialise(struct interrupts* i) {
  enum status status = gic_initialise(&i->gic);
  if (status == STATUS_OK) status = gic_initialise_processor(&i->gic, &i->redistributors[0]);
  if (status == STATUS_OK) status = lpi_initialise(&i->lpis, &i->gic);
  if (status == STATUS_OK) status = lpi_initialise_processor(&i->lpis, &i->redistributors[0]);
  if (status == STATUS_OK) status = its_initialise(&i->its);
  return status;
}

void interrupts_settle(void) {
  uint64_t start = processor_time_ns();
  while (processor_time_ns() - start < SETTLE_NS)
    spin_hint();
}

bool interrupts_idle(void) {
  return system_register_read(ICC_RPR_EL1) == PRIORITY_IDLE;
}

void interrupts_start_line(struct interrupts* i, const char* name) {
  print_decimal(i->uart, i->seed);
  print_text(i->uart, ".");
  print_decimal(i->uart, i->step++);
  print_text(i->uart, " ");
  print_text(i->uart, name);
}

void interrupts_end_line(struct interrupts* i) {
  print_text(i->uart, "\n");
}

void interrupts_run(struct interrupts* i) {
  generator_seed(&i->generator, i->seed);
  i->step = 0;
  for (unsigned processor = 0; processor < i->processors; processor++)
    (void)interrupts_ask(i, processor, INTERRUPTS_LOOK); /* who answers is initialised */
  if (i->fresh == 0) i->fresh = i->memory.next;
  i->memory.next = i->fresh;
  interrupts_run_priorities(i);
  interrupts_run_sgis(i);
  interrupts_run_its(i);
}
