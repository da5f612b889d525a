#include "sw/scenarios/scenario.h"

/* Vectors of two functions to four processors through stage 1: queue n of a drive is processor
 * n - 1's, and of the other drive its neighbour's. Both drives use the same IOVAs. */

#define PAGES 8u
#define WRITTEN_BLOCK 1024u

static unsigned processor_of(unsigned drive, unsigned queue) {
  return (queue - 1 + drive) % SCENARIO_PROCESSORS;
}

static uint64_t page_of(unsigned queue, unsigned page) {
  return ((queue - 1) * PAGES + page) * PAGE_SIZE;
}

static void transfer(struct scenario* scenario, unsigned index, bool write, uint64_t first_block) {
  struct scenario_drive* drive = &scenario->drives[index];
  for (unsigned page = 0; page < PAGES; page++) {
    for (unsigned queue = 1; queue <= NVME_IO_QUEUES; queue++) {
      uint64_t offset = page_of(queue, page);
      submit_page(scenario, drive, queue, write, first_block + offset / 512, DATA_IOVA + offset);
    }
  }
}

static void wait_for_all(struct scenario* scenario, uint32_t count) {
  for (unsigned index = 0; index < SCENARIO_DRIVES; index++) {
    for (unsigned queue = 1; queue <= NVME_IO_QUEUES; queue++)
      wait_for_completions(scenario, &scenario->drives[index], queue, count);
  }
}

static void say_what_was_read(struct scenario* scenario) {
  for (unsigned index = 0; index < SCENARIO_DRIVES; index++) {
    for (unsigned queue = 1; queue <= NVME_IO_QUEUES; queue++) {
      const struct scenario_drive* drive = &scenario->drives[index];
      const struct scenario_queue* found = &drive->queues[queue];
      say_of_queue(scenario, index, queue, "completions", found->completions);
      say_of_queue(scenario, index, queue, "failures", found->failures);
      say_of_queue(scenario, index, queue, "processors", found->processors);
      say_of_queue(scenario, index, queue, "data",
                   checksum(drive->data + page_of(queue, 0), PAGES * PAGE_SIZE));
      expect(scenario, "its own processor", found->processors == 1u << processor_of(index, queue));
    }
  }
}

void scenario_vectors(struct scenario* scenario) {
  for (unsigned index = 0; index < SCENARIO_DRIVES; index++) {
    if (!add_drive(scenario, index, 1 + NVME_IO_QUEUES)) return;
    for (unsigned queue = 1; queue <= NVME_IO_QUEUES; queue++)
      if (!add_queue(scenario, &scenario->drives[index], queue, processor_of(index, queue))) return;
  }
  for (unsigned index = 0; index < SCENARIO_DRIVES; index++)
    transfer(scenario, index, false, 0);
  wait_for_all(scenario, PAGES);
  say(scenario, "read:");
  say_what_was_read(scenario);
  for (unsigned index = 0; index < SCENARIO_DRIVES; index++) {
    fill_with_pattern(scenario->drives[index].data, DATA_SIZE, index);
    transfer(scenario, index, true, WRITTEN_BLOCK);
  }
  wait_for_all(scenario, 2 * PAGES);
  for (unsigned index = 0; index < SCENARIO_DRIVES; index++) {
    fill_with_pattern(scenario->drives[index].data, DATA_SIZE, 7);
    transfer(scenario, index, false, WRITTEN_BLOCK);
  }
  wait_for_all(scenario, 3 * PAGES);
  say(scenario, "written and read back:");
  say_what_was_read(scenario);
  say_faults(scenario);
}
