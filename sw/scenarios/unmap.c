#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/scenarios/scenario.h"

/* Buffers unmapped while a drive writes to them. Strict: once unmapping returns, nothing changes
 * them any more. Deferred, as Linux does with iommu.strict=0: the tables change at once, the
 * invalidation comes later for many, and until then the pages belong to the device. */

#define QUEUE 1u
#define READS 24u
#define BUFFER_SIZE (READS * PAGE_SIZE)
/* Another buffer, for the same IOVAs. */
#define NEXT_OFFSET UINT64_C(0x40000)
#define F_TRANSLATION 0x10u

struct unmap {
  struct scenario* scenario;
  struct scenario_drive* drive;
  uint32_t expected; /* completions */
};

static void start_reads(struct unmap* unmap, uint64_t first_block) {
  for (unsigned i = 0; i < READS; i++) {
    submit_page(unmap->scenario, unmap->drive, QUEUE, false, first_block + 8 * i,
                DATA_IOVA + i * PAGE_SIZE);
  }
  wait_for_completions(unmap->scenario, unmap->drive, QUEUE, unmap->expected + 1);
  unmap->expected += READS;
}

/* What has been unmapped stays as it is while the rest of the commands ends. A line as known
 * differences are listed: QEMU's drives keep memory that they looked up before. */
static void say_whether_changed(struct unmap* unmap, const char* what) {
  uint64_t before = checksum(unmap->drive->data, BUFFER_SIZE);
  wait_for_completions(unmap->scenario, unmap->drive, QUEUE, unmap->expected);
  let_settle();
  bool is_same = checksum(unmap->drive->data, BUFFER_SIZE) == before;
  pl011_print(&unmap->scenario->uart, what);
  say(unmap->scenario, is_same ? " changed=0" : " changed=1");
}

/* Whatever of the commands under way had its page faulted: the next one does for certain. */
static void read_unmapped(struct unmap* unmap) {
  uint64_t before = checksum(unmap->drive->data, BUFFER_SIZE);
  forget_faults(unmap->scenario);
  submit_page(unmap->scenario, unmap->drive, QUEUE, false, 0, DATA_IOVA);
  wait_for_completions(unmap->scenario, unmap->drive, QUEUE, ++unmap->expected);
  wait_for_fault(unmap->scenario, "a transfer that faults", 0, F_TRANSLATION, DATA_IOVA);
  say_faults(unmap->scenario);
  expect(unmap->scenario, "an unmapped buffer stays",
         checksum(unmap->drive->data, BUFFER_SIZE) == before);
}

/* The IOVAs get another buffer: data goes there, and not where it went. */
static void map_next(struct unmap* unmap) {
  struct scenario* scenario = unmap->scenario;
  uint64_t next = unmap->drive->data + NEXT_OFFSET;
  uint64_t before = checksum(unmap->drive->data, BUFFER_SIZE);
  fill_with_pattern(next, BUFFER_SIZE, 1);
  expect_ok(scenario, "mapped anew",
            machine_map(&unmap->drive->device, DATA_IOVA, next, BUFFER_SIZE, true));
  start_reads(unmap, 0);
  wait_for_completions(scenario, unmap->drive, QUEUE, unmap->expected);
  say_number(scenario, "data", checksum(next, BUFFER_SIZE));
  expect(scenario, "the buffer before stays", checksum(unmap->drive->data, BUFFER_SIZE) == before);
  say_faults(scenario);
}

static enum status unmap_strictly(struct unmap* unmap) {
  const struct machine_range range = {DATA_IOVA, BUFFER_SIZE};
  return machine_unmap(&unmap->drive->device, &range, 1);
}

static enum status clear_tables(struct unmap* unmap) {
  return page_table_unmap(&unmap->drive->device.domain.table, DATA_IOVA, BUFFER_SIZE, 0);
}

static enum status flush(struct unmap* unmap) {
  struct machine_device* device = &unmap->drive->device;
  return smmu_invalidate_asid(&device->machine->smmu, device->domain.asid);
}

void scenario_unmap(struct scenario* scenario) {
  struct unmap unmap = {.scenario = scenario, .drive = &scenario->drives[0]};
  if (!add_drive(scenario, 0, 1 + QUEUE) || !add_queue(scenario, unmap.drive, QUEUE, 1)) return;
  const struct machine_range rest = {DATA_IOVA + BUFFER_SIZE, DATA_SIZE - BUFFER_SIZE};
  expect_ok(scenario, "rest", machine_unmap(&unmap.drive->device, &rest, 1));

  say(scenario, "strict:");
  fill_with_pattern(unmap.drive->data, BUFFER_SIZE, 2);
  start_reads(&unmap, 0);
  expect_ok(scenario, "unmapped", unmap_strictly(&unmap));
  say_whether_changed(&unmap, "unmap strict");
  read_unmapped(&unmap);
  map_next(&unmap);

  say(scenario, "deferred:");
  expect_ok(scenario, "unmapped", unmap_strictly(&unmap));
  expect_ok(scenario, "mapped",
            machine_map(&unmap.drive->device, DATA_IOVA, unmap.drive->data, BUFFER_SIZE, true));
  fill_with_pattern(unmap.drive->data, BUFFER_SIZE, 3);
  start_reads(&unmap, 256);
  expect_ok(scenario, "tables cleared", clear_tables(&unmap));
  expect_ok(scenario, "translations invalidated", flush(&unmap));
  say_whether_changed(&unmap, "unmap deferred");
  read_unmapped(&unmap);
  map_next(&unmap);
  say_number(scenario, "completions", unmap.drive->queues[QUEUE].completions);
}
