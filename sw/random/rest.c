/* Rest: all that was started has ended, and every interrupt of it has been taken. An SGI of the
 * lowest priority is taken on each processor after all others that are pending there. */
#include "sw/drivers/gic/registers.h"
#include "sw/drivers/nvme/registers.h"
#include "sw/include/access.h"
#include "sw/include/processor.h"
#include "sw/random/program.h"

#define SGI_REST 1u
#define PRIORITY_REST 0xe0u
#define PPI_VIRTUAL_TIMER 27u
/* Longer than a message is under way from the drive to a processor. */
#define UNDER_WAY_NS 100000u

static volatile bool passed[PROGRAM_PROCESSORS];
static volatile bool timer_taken;

/* On each processor. */
void program_rest_initialise(struct machine* machine) {
  const struct redistributor* redistributor = &machine->redistributors[processor_number()];
  uint64_t priorities = redistributor->base + GICR_IPRIORITYR;
  uint32_t word = mmio_read32(priorities) & ~(UINT32_C(0xff) << 8 * SGI_REST);
  mmio_write32(priorities, word | PRIORITY_REST << 8 * SGI_REST);
  redistributor_enable(redistributor, SGI_REST);
  redistributor_enable(redistributor, PPI_VIRTUAL_TIMER);
}

bool program_rest_take(uint32_t intid, unsigned processor) {
  if (intid == SGI_REST) {
    passed[processor] = true;
  } else if (intid == PPI_VIRTUAL_TIMER) {
    __asm__ volatile("msr cntv_ctl_el0, %0\n\tisb" ::"r"(UINT64_C(0)));
    timer_taken = true;
  } else {
    return false;
  }
  return true;
}

void program_sleep(uint64_t ns) {
  uint64_t frequency;
  __asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
  timer_taken = false;
  uint64_t ticks = frequency / 1000000 * ns / 1000;
  __asm__ volatile("msr cntv_tval_el0, %0\n\tmsr cntv_ctl_el0, %1\n\tisb" ::"r"(ticks),
                   "r"(UINT64_C(1)));
  while (!timer_taken) {
    uint64_t state = interrupts_mask();
    if (!timer_taken) wait_for_interrupt();
    interrupts_restore(state);
  }
}

static void pass(struct machine* machine, unsigned processor) {
  passed[processor] = false;
  data_synchronization_barrier();
  gic_send_sgi(machine->redistributors[processor].affinity, SGI_REST);
  while (!passed[processor])
    spin_hint();
}

void program_rest(struct program* program) {
  (void)mmio_read32(program->nvme.registers + NVME_CSTS); /* after what the drive has posted */
  program_sleep(UNDER_WAY_NS);
  for (unsigned i = 0; i < PROGRAM_PROCESSORS; i++)
    pass(program->machine, i);
  struct smmu_event event;
  while (smmu_next_event(&program->machine->smmu, &event))
    program_take_event(program, &event);
}
