#include "sw/include/access.h"
#include "sw/scenarios/scenario.h"

/* Affinity moved under fire, in Linux's order: MOVI, SYNC to the processor that loses the vector,
 * and only then is it taken for moved. Completions are never polled: each lost interrupt would be
 * missed. */

#define QUEUE 1u
#define MOVES 32u
#define BURST 4u

static unsigned target_of(unsigned move) {
  return (3 * move + 1 + move / 4) % SCENARIO_PROCESSORS;
}

static bool move_under_fire(struct scenario* scenario, struct scenario_drive* drive, unsigned move,
                            uint32_t* expected) {
  unsigned from = drive->device.msi.vectors[QUEUE].processor;
  for (unsigned i = 0; i < BURST; i++)
    submit_page(scenario, drive, QUEUE, false, 8 * i + 32 * move, DATA_IOVA + i * PAGE_SIZE);
  enum status status = machine_move(&drive->device, QUEUE, target_of(move));
  *expected += BURST;
  return expect_ok(scenario, "MOVI", status) &&
         wait_for_completions(scenario, drive, QUEUE, *expected) &&
         expect_ok(scenario, "handlers end", machine_synchronise(&scenario->machine, from));
}

/* With no interrupt under way, the next one is the new processor's alone. */
static bool interrupt_after(struct scenario* scenario, struct scenario_drive* drive, unsigned move,
                            uint32_t* expected) {
  drive->queues[QUEUE].processors = 0;
  data_synchronization_barrier();
  submit_page(scenario, drive, QUEUE, false, 8 * move, DATA_IOVA + (8 + move) * PAGE_SIZE);
  *expected += 1;
  return wait_for_completions(scenario, drive, QUEUE, *expected) &&
         expect(scenario, "the new processor",
                drive->queues[QUEUE].processors == 1u << target_of(move));
}

void scenario_affinity(struct scenario* scenario) {
  struct scenario_drive* drive = &scenario->drives[0];
  if (!add_drive(scenario, 0, 1 + QUEUE) || !add_queue(scenario, drive, QUEUE, 0)) return;
  uint32_t expected = 0;
  uint32_t moved = 0;
  for (unsigned move = 0; move < MOVES; move++) {
    if (!move_under_fire(scenario, drive, move, &expected)) return;
    if (interrupt_after(scenario, drive, move, &expected)) moved++;
  }
  say_number(scenario, "moves", MOVES);
  say_number(scenario, "completions", drive->queues[QUEUE].completions);
  say_number(scenario, "failures", drive->queues[QUEUE].failures);
  say_number(scenario, "interrupts on the new processor", moved);
  say_number(scenario, "data", checksum(drive->data, (8 + MOVES) * PAGE_SIZE));
  say_faults(scenario);
}
