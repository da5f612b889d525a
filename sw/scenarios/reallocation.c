#include "sw/drivers/nvme/registers.h"
#include "sw/include/access.h"
#include "sw/scenarios/scenario.h"

/* Vectors freed and allocated anew with another size of MAPD, as Linux's NVMe driver does: one for
 * the admin queue, then one more for each processor; and fewer again. */

#define READS 4u

struct allocation {
  struct scenario* scenario;
  struct scenario_drive* drive;
  const struct pcie_function* function;
};

/* Identify Controller by interrupt. */
static void identify(struct allocation* allocation) {
  struct scenario_drive* drive = allocation->drive;
  uint32_t before = drive->queues[NVME_ADMIN_QUEUE].completions;
  const struct nvme_command command = {NVME_IDENTIFY, 0, DATA_IOVA, 0, {1}};
  mem_fill(drive->data, PAGE_SIZE, 0);
  expect_ok(allocation->scenario, "Identify",
            nvme_submit(&drive->nvme, NVME_ADMIN_QUEUE, &command));
  wait_for_completions(allocation->scenario, drive, NVME_ADMIN_QUEUE, before + 1);
  say_of_queue(allocation->scenario, 0, NVME_ADMIN_QUEUE, "completions",
               drive->queues[NVME_ADMIN_QUEUE].completions);
  say_of_queue(allocation->scenario, 0, NVME_ADMIN_QUEUE, "processors",
               drive->queues[NVME_ADMIN_QUEUE].processors);
  say_number(allocation->scenario, "vendor", mem_read32(drive->data) & 0xffff);
  drive->queues[NVME_ADMIN_QUEUE].processors = 0;
}

static bool request_admin(struct allocation* allocation, unsigned processor) {
  struct scenario_drive* drive = allocation->drive;
  enum status status =
      machine_request(&drive->device, NVME_ADMIN_QUEUE, processor, take_completions, drive);
  say_number(allocation->scenario, "first LPI", drive->device.msi.vectors[0].intid);
  return expect_ok(allocation->scenario, "admin vector", status);
}

static bool allocate_anew(struct allocation* allocation, unsigned vectors) {
  struct machine* machine = &allocation->scenario->machine;
  struct msi_device* device = &allocation->drive->device.msi;
  uint64_t doorbell = device->doorbell;
  say_number(allocation->scenario, "vectors", vectors);
  return expect_ok(allocation->scenario, "vectors freed", msi_detach(device)) &&
         expect_ok(allocation->scenario, "vectors",
                   msi_attach(device, &machine->msis, &machine->pcie, allocation->function,
                              allocation->function->requester_id, vectors, doorbell));
}

static void use_queue(struct allocation* allocation, unsigned queue, unsigned processor) {
  struct scenario* scenario = allocation->scenario;
  struct scenario_drive* drive = allocation->drive;
  drive->queues[queue].completions = 0;
  drive->queues[queue].processors = 0;
  if (!add_queue(scenario, drive, queue, processor)) return;
  for (unsigned i = 0; i < READS; i++)
    submit_page(scenario, drive, queue, false, 8 * (queue + i), DATA_IOVA + queue * PAGE_SIZE);
  wait_for_completions(scenario, drive, queue, READS);
  say_of_queue(scenario, 0, queue, "completions", drive->queues[queue].completions);
  say_of_queue(scenario, 0, queue, "processors", drive->queues[queue].processors);
  expect_ok(scenario, "queue removed", nvme_remove_queue(&drive->nvme, queue));
}

/* The admin queue's interrupts come beside its polled commands: they find nothing. */
static bool quiet_admin(struct allocation* allocation) {
  return expect_ok(allocation->scenario, "admin vector closed",
                   machine_release(&allocation->drive->device, NVME_ADMIN_QUEUE));
}

/* EventIDs of the allocation before: nothing but an error in the ITS. */
static void raise_old_events(struct allocation* allocation) {
  struct scenario* scenario = allocation->scenario;
  struct its* its = &scenario->machine.its;
  uint64_t before = 0;
  uint64_t after = 0;
  for (unsigned i = 0; i < SCENARIO_PROCESSORS; i++)
    before += scenario->machine.taken[i];
  for (uint32_t event = 1; event <= NVME_IO_QUEUES; event++) {
    expect_ok(scenario, "INT", its_raise_event(its, allocation->function->requester_id, event, 0));
  }
  let_settle();
  for (unsigned i = 0; i < SCENARIO_PROCESSORS; i++)
    after += scenario->machine.taken[i];
  say_number(scenario, "interrupts of old events", after - before);
}

void scenario_reallocation(struct scenario* scenario) {
  struct allocation allocation = {scenario, &scenario->drives[0], find_drive(scenario, 0)};
  if (!add_drive(scenario, 0, 1) || !request_admin(&allocation, 0)) return;
  identify(&allocation);
  if (!allocate_anew(&allocation, 1 + NVME_IO_QUEUES) || !request_admin(&allocation, 1)) return;
  identify(&allocation);
  if (!quiet_admin(&allocation)) return;
  for (unsigned queue = 1; queue <= NVME_IO_QUEUES; queue++)
    use_queue(&allocation, queue, queue % SCENARIO_PROCESSORS);
  if (!allocate_anew(&allocation, 2)) return;
  raise_old_events(&allocation);
  use_queue(&allocation, 1, 3);
  if (!request_admin(&allocation, 2)) return;
  identify(&allocation);
  say_faults(scenario);
}
