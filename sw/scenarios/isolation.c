#include "sw/include/access.h"
#include "sw/scenarios/scenario.h"

/* Isolation: drive 1 is told to send messages and to move data where it has no business. What isn't
 * in its domain it doesn't reach, and what it sends is its own DeviceID's. */

#define VICTIM 0u
#define HOSTILE 1u
#define QUEUE 1u
#define QUEUE_POLLED 2u
/* Mapped for the victim alone, at the same physical place as its data. */
#define SECRET_IOVA UINT64_C(0x6d000000)
#define SECRET_OFFSET UINT64_C(0x40000)
/* The hostile drive's own, which it may read. */
#define READ_ONLY_IOVA UINT64_C(0x6c000000)
#define READ_ONLY_OFFSET UINT64_C(0x50000)
#define NOWHERE UINT64_C(0x12345000)
#define MESSAGE_OFFSET UINT64_C(0x20)
#define SCRATCH_BLOCK 512u
#define MARK UINT64_C(0x5ec4e7)
#define F_TRANSLATION 0x10u
#define F_PERMISSION 0x13u

struct hostile {
  struct scenario* scenario;
  struct scenario_drive* victim;
  struct scenario_drive* drive;
  uint64_t secret; /* its checksum */
  uint64_t read_only;
};

static uint64_t checksum_at(const struct scenario_drive* drive, uint64_t offset) {
  return checksum(drive->data + offset, PAGE_SIZE);
}

static bool set_up(struct hostile* hostile) {
  struct scenario* scenario = hostile->scenario;
  struct scenario_drive* victim = hostile->victim;
  struct scenario_drive* drive = hostile->drive;
  if (!add_drive(scenario, VICTIM, 1 + QUEUE) || !add_drive(scenario, HOSTILE, 1 + QUEUE))
    return false;
  fill_with_pattern(victim->data + SECRET_OFFSET, PAGE_SIZE, MARK);
  fill_with_pattern(drive->data + READ_ONLY_OFFSET, PAGE_SIZE, MARK + 1);
  hostile->secret = checksum_at(victim, SECRET_OFFSET);
  hostile->read_only = checksum_at(drive, READ_ONLY_OFFSET);
  enum status status =
      machine_map(&victim->device, SECRET_IOVA, victim->data + SECRET_OFFSET, PAGE_SIZE, true);
  if (status == STATUS_OK) {
    status = machine_map(&drive->device, READ_ONLY_IOVA, drive->data + READ_ONLY_OFFSET, PAGE_SIZE,
                         false);
  }
  /* The vector of the polled queue stays masked. */
  return expect_ok(scenario, "secrets", status) && add_queue(scenario, victim, QUEUE, 1) &&
         add_queue(scenario, drive, QUEUE, 2) &&
         expect_ok(scenario, "polled queue", nvme_add_queue(&drive->nvme, QUEUE_POLLED, 0));
}

/* One read of each by interrupt: both work. */
static void read_by_both(struct hostile* hostile, uint32_t count) {
  struct scenario_drive* drives[] = {hostile->victim, hostile->drive};
  for (unsigned i = 0; i < SCENARIO_DRIVES; i++) {
    submit_page(hostile->scenario, drives[i], QUEUE, false, 0, DATA_IOVA);
    wait_for_completions(hostile->scenario, drives[i], QUEUE, count);
    say_of_queue(hostile->scenario, i, QUEUE, "completions", drives[i]->queues[QUEUE].completions);
    say_of_queue(hostile->scenario, i, QUEUE, "data", checksum_at(drives[i], 0));
  }
}

/* The drive completes a command, and its message goes to `address`. */
static void send(struct hostile* hostile, const char* what, uint64_t address, uint32_t event_id,
                 bool faults) {
  struct scenario* scenario = hostile->scenario;
  struct scenario_drive* drive = hostile->drive;
  uint64_t taken[] = {hostile->victim->device.msi.vectors[QUEUE].taken,
                      drive->device.msi.vectors[QUEUE].taken};
  say(scenario, what);
  msix_program(&drive->device.msi.msix, QUEUE, address, event_id);
  expect_ok(scenario, "read", nvme_read(&drive->nvme, QUEUE, 0, BLOCKS_OF_PAGE, DATA_IOVA));
  if (faults) wait_for_fault(scenario, "a message that faults", HOSTILE, F_TRANSLATION, address);
  say_faults(scenario);
  say_number(scenario, "interrupts of the victim",
             hostile->victim->device.msi.vectors[QUEUE].taken - taken[VICTIM]);
  say_number(scenario, "interrupts of its own",
             drive->device.msi.vectors[QUEUE].taken - taken[HOSTILE]);
}

static void send_messages(struct hostile* hostile) {
  struct scenario_drive* drive = hostile->drive;
  uint64_t doorbell = drive->device.msi.doorbell;
  uint64_t message = DATA_IOVA + PAGE_SIZE + MESSAGE_OFFSET;
  send(hostile, "a message to where nothing is mapped:", NOWHERE, QUEUE, true);
  send(hostile,
       "to the doorbell's physical address:", its_doorbell(&hostile->scenario->machine.its), QUEUE,
       true);
  send(hostile, "to what only the victim has:", SECRET_IOVA, QUEUE, true);
  send(hostile, "with an EventID beyond its table:", doorbell, 17, false);
  send(hostile, "with an EventID that isn't mapped:", doorbell, 0, false);
  mem_write64(drive->data + PAGE_SIZE + MESSAGE_OFFSET, 0);
  send(hostile, "to its own memory:", message, 0xabcd, false);
  say_number(hostile->scenario, "its memory", mem_read64(drive->data + PAGE_SIZE + MESSAGE_OFFSET));
  msix_program(&drive->device.msi.msix, QUEUE, doorbell, QUEUE);
}

static void command(struct hostile* hostile, const char* what, uint32_t event, uint64_t iova,
                    const struct nvme_command* entry) {
  struct scenario* scenario = hostile->scenario;
  enum status status = nvme_execute(&hostile->drive->nvme, QUEUE_POLLED, entry);
  expect(scenario, "the command ends", status == STATUS_OK || status == STATUS_REFUSED);
  say_status(scenario, what, hostile->drive->nvme.last_status);
  wait_for_fault(scenario, "a transfer that faults", HOSTILE, event, iova);
  say_faults(scenario);
  expect(scenario, "the secret stays",
         checksum_at(hostile->victim, SECRET_OFFSET) == hostile->secret);
  expect(scenario, "read-only memory stays",
         checksum_at(hostile->drive, READ_ONLY_OFFSET) == hostile->read_only);
}

static void aim_prps(struct hostile* hostile) {
  struct nvme* nvme = &hostile->drive->nvme;
  struct nvme_command to_secret = nvme_transfer(nvme, false, 0, BLOCKS_OF_PAGE, SECRET_IOVA);
  command(hostile, "isolation address.to_the_victims", F_TRANSLATION, SECRET_IOVA, &to_secret);
  struct nvme_command from_secret =
      nvme_transfer(nvme, true, SCRATCH_BLOCK, BLOCKS_OF_PAGE, SECRET_IOVA);
  command(hostile, "isolation address.from_the_victims", F_TRANSLATION, SECRET_IOVA, &from_secret);
  struct nvme_command to_read_only = nvme_transfer(nvme, false, 0, BLOCKS_OF_PAGE, READ_ONLY_IOVA);
  command(hostile, "isolation address.to_read_only", F_PERMISSION, READ_ONLY_IOVA, &to_read_only);
  struct nvme_command list = nvme_transfer(nvme, false, 0, 3 * BLOCKS_OF_PAGE, DATA_IOVA);
  list.prp2 = NOWHERE;
  command(hostile, "isolation address.of_a_list", F_TRANSLATION, NOWHERE, &list);
  expect_ok(hostile->scenario, "read",
            nvme_read(nvme, QUEUE_POLLED, SCRATCH_BLOCK, BLOCKS_OF_PAGE, DATA_IOVA));
  expect(hostile->scenario, "the secret isn't on the drive",
         checksum_at(hostile->drive, 0) != hostile->secret);
}

void scenario_isolation(struct scenario* scenario) {
  struct hostile hostile = {.scenario = scenario,
                            .victim = &scenario->drives[VICTIM],
                            .drive = &scenario->drives[HOSTILE]};
  if (!set_up(&hostile)) return;
  read_by_both(&hostile, 1);
  send_messages(&hostile);
  aim_prps(&hostile);
  read_by_both(&hostile, 2);
  say_faults(scenario);
}
