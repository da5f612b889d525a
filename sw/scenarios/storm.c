#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/include/processor.h"
#include "sw/include/system_register.h"
#include "sw/scenarios/scenario.h"

/* A storm with priorities and preemption: four queues of a drive interrupt one processor, each with
 * a priority of its own, and their handlers let more urgent ones in. */

#define PROCESSOR 1u
#define STORM 96u
#define IN_FLIGHT 12u
#define LOWEST 1u
#define HIGHEST NVME_IO_QUEUES
#define ENDED 0xffu

enum part {
  PLAIN,
  CHAIN,    /* each handler waits for the next more urgent one to have run */
  HELD_BACK /* the most urgent one waits until the least urgent one is pending */
};

struct storm {
  struct scenario* scenario;
  struct scenario_drive* drive;
  enum part part;
  /* Of the handlers that have begun on the processor and not ended. */
  unsigned depth;
  uint8_t running[NVME_IO_QUEUES];
  uint32_t violations; /* handlers that weren't more urgent than what they interrupted */
  uint8_t log[2 * NVME_IO_QUEUES]; /* priorities of handlers as they begin, ENDED as they end */
  unsigned logged;
  bool is_late;
  bool was_pending; /* the least urgent one, at the processor */
};

static uint8_t priority_of(unsigned queue) {
  static const uint8_t priorities[] = {0, 0xc0, 0x80, 0x40, 0x20};
  return priorities[queue];
}

static void log_priority(struct storm* storm, uint8_t priority) {
  if (storm->part != PLAIN && storm->logged < sizeof storm->log)
    storm->log[storm->logged++] = priority;
}

static bool completed(const struct storm* storm, unsigned queue, uint32_t count) {
  return __atomic_load_n(&storm->drive->queues[queue].completions, __ATOMIC_ACQUIRE) >= count;
}

static void read_page(struct storm* storm, unsigned queue, unsigned n) {
  submit_page(storm->scenario, storm->drive, queue, false, 8 * (n % 64),
              DATA_IOVA + queue * PAGE_SIZE);
}

static void wait_for_more_urgent(struct storm* storm, unsigned queue) {
  uint32_t before = storm->drive->queues[queue].completions;
  struct deadline deadline = deadline_start();
  read_page(storm, queue, queue);
  while (!completed(storm, queue, before + 1) && !storm->is_late)
    storm->is_late = deadline_passed(&deadline);
}

static void wait_for_less_urgent(struct storm* storm) {
  uint32_t before = storm->drive->queues[LOWEST].completions;
  uint64_t intid = storm->drive->device.msi.vectors[LOWEST].intid;
  struct deadline deadline = deadline_start();
  read_page(storm, LOWEST, LOWEST);
  while (!storm->was_pending && !storm->is_late) {
    storm->was_pending = system_register_read(ICC_HPPIR1_EL1) == intid;
    storm->is_late = deadline_passed(&deadline);
  }
  if (completed(storm, LOWEST, before + 1)) storm->violations++;
}

/* With more urgent interrupts let in. */
static void work(struct storm* storm, unsigned queue) {
  if (storm->part == CHAIN && queue < HIGHEST) wait_for_more_urgent(storm, queue + 1);
  if (storm->part == HELD_BACK && queue == HIGHEST) wait_for_less_urgent(storm);
}

static void take(struct msi_vector* vector, void* argument) {
  struct storm* storm = argument;
  unsigned queue = vector->event_id;
  uint8_t priority = (uint8_t)system_register_read(ICC_RPR_EL1);
  bool is_more_urgent = storm->depth == 0 || priority < storm->running[storm->depth - 1];
  if (!is_more_urgent || priority != priority_of(queue) || storm->depth == NVME_IO_QUEUES) {
    storm->violations++;
    return;
  }
  storm->running[storm->depth++] = priority;
  log_priority(storm, priority);
  interrupts_unmask();
  work(storm, queue);
  interrupts_mask();
  log_priority(storm, ENDED);
  storm->depth--;
  if (system_register_read(ICC_RPR_EL1) != priority) storm->violations++;
  take_completions(vector, storm->drive);
}

static bool set_up(struct storm* storm) {
  struct machine* machine = &storm->scenario->machine;
  struct scenario_drive* drive = storm->drive;
  if (!add_drive(storm->scenario, 0, 1 + NVME_IO_QUEUES)) return false;
  for (unsigned queue = LOWEST; queue <= HIGHEST; queue++) {
    lpi_set_priority(&machine->lpis, drive->device.msi.vectors[queue].intid, priority_of(queue));
    enum status status = machine_request(&drive->device, queue, PROCESSOR, take, storm);
    if (!expect_ok(storm->scenario, "vector", status)) return false;
    status = nvme_add_queue(&drive->nvme, queue, (uint16_t)queue);
    if (!expect_ok(storm->scenario, "queue", status)) return false;
  }
  return true;
}

/* Begins and ends when no message is under way any more: its handlers alone are logged. */
static void run_part(struct storm* storm, enum part part, unsigned queue, unsigned last) {
  let_settle();
  expect_ok(storm->scenario, "handlers end",
            machine_synchronise(&storm->scenario->machine, PROCESSOR));
  uint32_t before = storm->drive->queues[last].completions;
  storm->part = part;
  storm->logged = 0;
  data_synchronization_barrier();
  read_page(storm, queue, queue);
  wait_for_completions(storm->scenario, storm->drive, last, before + 1);
  for (unsigned i = 0; i < storm->logged; i++) {
    if (storm->log[i] == ENDED) {
      say(storm->scenario, "ends");
    } else {
      say_number(storm->scenario, "begins", storm->log[i]);
    }
  }
  expect(storm->scenario, "nobody waits in vain", !storm->is_late);
  storm->part = PLAIN;
}

static void rage(struct storm* storm) {
  uint32_t before[1 + NVME_IO_QUEUES];
  for (unsigned queue = LOWEST; queue <= HIGHEST; queue++)
    before[queue] = storm->drive->queues[queue].completions;
  for (unsigned n = 0; n < STORM; n++) {
    for (unsigned queue = LOWEST; queue <= HIGHEST; queue++) {
      if (n >= IN_FLIGHT) {
        wait_for_completions(storm->scenario, storm->drive, queue, before[queue] + n - IN_FLIGHT);
      }
      read_page(storm, queue, n);
    }
  }
  for (unsigned queue = LOWEST; queue <= HIGHEST; queue++) {
    wait_for_completions(storm->scenario, storm->drive, queue, before[queue] + STORM);
    say_of_queue(storm->scenario, 0, queue, "completions", storm->drive->queues[queue].completions);
    say_of_queue(storm->scenario, 0, queue, "failures", storm->drive->queues[queue].failures);
    say_of_queue(storm->scenario, 0, queue, "processors", storm->drive->queues[queue].processors);
  }
}

void scenario_storm(struct scenario* scenario) {
  struct storm storm = {.scenario = scenario, .drive = &scenario->drives[0]};
  if (!set_up(&storm)) return;
  say(scenario, "each lets a more urgent one in:");
  run_part(&storm, CHAIN, LOWEST, LOWEST);
  say(scenario, "the most urgent one holds the least urgent one back:");
  run_part(&storm, HELD_BACK, HIGHEST, LOWEST);
  say_number(scenario, "it was pending", storm.was_pending);
  say(scenario, "a storm:");
  rage(&storm);
  run_part(&storm, CHAIN, LOWEST, LOWEST);
  say_number(scenario, "violations", storm.violations);
  expect(scenario, "priorities hold", storm.violations == 0);
  say_faults(scenario);
}
