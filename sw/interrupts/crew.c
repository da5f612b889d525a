#include "sw/drivers/gic/registers.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/include/processor.h"
#include "sw/include/system_register.h"
#include "sw/interrupts/interrupts.h"

/* A mailbox: the request, the number of requests that were answered, the answer. */
#define MAILBOX_SIZE 64u
#define ANSWERED 8u
#define ANSWER 16u
#define WATCH_NS 100000u

static uint64_t mailbox_of(const struct interrupts* i, unsigned processor) {
  return i->mailboxes + (uint64_t)processor * MAILBOX_SIZE;
}

static uint32_t serve(enum interrupts_request request) {
  if (request == INTERRUPTS_LOOK) return (uint32_t)system_register_read(ICC_HPPIR1_EL1);
  uint32_t intid = gic_acknowledge();
  if (!gic_is_special(intid)) gic_end(intid);
  return intid;
}

uint32_t interrupts_ask(struct interrupts* i, unsigned processor, enum interrupts_request request) {
  if (processor == processor_number()) return serve(request);
  uint64_t mailbox = mailbox_of(i, processor);
  uint32_t before = mem_read32(mailbox + ANSWERED);
  mem_write32(mailbox, request);
  data_synchronization_barrier();
  while (mem_read32(mailbox + ANSWERED) == before)
    spin_until_written(mailbox + ANSWERED, WATCH_NS);
  return mem_read32(mailbox + ANSWER);
}

static void answer(uint64_t mailbox, uint32_t value) {
  mem_write32(mailbox, INTERRUPTS_REST);
  mem_write32(mailbox + ANSWER, value);
  data_synchronization_barrier();
  mem_write32(mailbox + ANSWERED, mem_read32(mailbox + ANSWERED) + 1);
}

void interrupts_serve(struct interrupts* i, unsigned processor) {
  uint64_t mailbox = mailbox_of(i, processor);
  enum status status = gic_initialise_processor(&i->gic, &i->redistributors[processor]);
  if (status == STATUS_OK)
    status = lpi_initialise_processor(&i->lpis, &i->redistributors[processor]);
  for (;;) {
    uint32_t request = mem_read32(mailbox);
    if (request == INTERRUPTS_REST) {
      spin_until_written(mailbox, WATCH_NS);
      continue;
    }
    answer(mailbox, request == INTERRUPTS_STOP ? (uint32_t)status : serve(request));
    if (request == INTERRUPTS_STOP) return;
  }
}

void interrupts_dismiss(struct interrupts* i) {
  for (unsigned processor = 1; processor < i->processors; processor++)
    (void)interrupts_ask(i, processor, INTERRUPTS_STOP);
}
