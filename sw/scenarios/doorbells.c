#include "sw/drivers/doorbell/doorbell.h"
#include "sw/drivers/pcie/registers.h"
#include "sw/scenarios/scenario.h"

/* The doorbell layer: two functions share a domain, and in it one mapping of the doorbell, at an
 * IOVA that is left over. It goes with its last user, and no message passes any more. */

#define ASID 1u
#define QUEUE 1u
#define WINDOW UINT64_C(0x10000000)
#define WINDOW_PAGES 8u
#define READS 4u
#define F_TRANSLATION 0x10u

struct shared {
  struct scenario* scenario;
  struct smmu_domain domain;
  struct doorbell_domain doorbells;
  uint64_t its; /* its doorbell, physical */
};

static uint64_t iova_of_driver(unsigned index) {
  return DRIVER_IOVA + index * NVME_MEMORY;
}

/* Pages 0, 1 and 3 of the window are data. */
static uint64_t data_iova(unsigned index) {
  return WINDOW + (index == 0 ? 0 : 3 * PAGE_SIZE);
}

static enum status map_memory(struct shared* shared) {
  uint64_t data = driver_memory_of(SCENARIO_DRIVES);
  enum status status = smmu_map(&shared->domain, WINDOW, data, 2 * PAGE_SIZE, MAP_WRITE);
  if (status == STATUS_OK) {
    status = smmu_map(&shared->domain, WINDOW + 3 * PAGE_SIZE, data + 3 * PAGE_SIZE, PAGE_SIZE,
                      MAP_WRITE);
  }
  for (unsigned index = 0; status == STATUS_OK && index < SCENARIO_DRIVES; index++) {
    shared->scenario->drives[index].data = data + data_iova(index) - WINDOW;
    status = smmu_map(&shared->domain, iova_of_driver(index), driver_memory_of(index), NVME_MEMORY,
                      MAP_WRITE);
  }
  return status;
}

static bool make_domain(struct shared* shared) {
  struct machine* machine = &shared->scenario->machine;
  shared->its = its_doorbell(&machine->its);
  shared->doorbells.smmu = &machine->smmu;
  shared->doorbells.domain = &shared->domain;
  shared->doorbells.window = WINDOW;
  shared->doorbells.window_end = WINDOW + WINDOW_PAGES * PAGE_SIZE;
  enum status status = smmu_domain_initialise(&machine->smmu, &shared->domain, ASID,
                                              machine->description.address_bits);
  return expect_ok(shared->scenario, "domain", status) &&
         expect_ok(shared->scenario, "memory", map_memory(shared));
}

static enum status attach(struct shared* shared, unsigned index, uint64_t doorbell) {
  struct machine* machine = &shared->scenario->machine;
  struct scenario_drive* drive = &shared->scenario->drives[index];
  const struct pcie_function* function = find_drive(shared->scenario, index);
  if (function == 0) return STATUS_NOT_FOUND;
  drive->device.machine = machine;
  drive->device.function = function;
  enum status status = smmu_attach(&machine->smmu, function->requester_id, &shared->domain);
  if (status != STATUS_OK) return status;
  pcie_command(&machine->pcie, function->requester_id, COMMAND_MEMORY_SPACE | COMMAND_BUS_MASTER,
               0);
  return msi_attach(&drive->device.msi, &machine->msis, &machine->pcie, function,
                    function->requester_id, 1 + QUEUE, doorbell);
}

static bool add(struct shared* shared, unsigned index) {
  struct scenario* scenario = shared->scenario;
  struct scenario_drive* drive = &scenario->drives[index];
  uint64_t doorbell = 0;
  enum status status = doorbell_get(&shared->doorbells, shared->its, &doorbell);
  if (!expect_ok(scenario, "doorbell", status)) return false;
  say_number(scenario, "doorbell", doorbell);
  return expect_ok(scenario, "function", attach(shared, index, doorbell)) &&
         expect_ok(scenario, "controller",
                   nvme_open(&drive->nvme, drive->device.function->bars[0].address,
                             driver_memory_of(index), iova_of_driver(index))) &&
         add_queue(scenario, drive, QUEUE, 1 + index);
}

static void read_pages(struct shared* shared, unsigned index) {
  struct scenario_drive* drive = &shared->scenario->drives[index];
  uint32_t before = drive->queues[QUEUE].completions;
  for (unsigned i = 0; i < READS; i++)
    submit_page(shared->scenario, drive, QUEUE, false, 8 * i, data_iova(index));
  wait_for_completions(shared->scenario, drive, QUEUE, before + READS);
  say_of_queue(shared->scenario, index, QUEUE, "completions", drive->queues[QUEUE].completions);
}

static void put(struct shared* shared) {
  expect_ok(shared->scenario, "doorbell given back", doorbell_put(&shared->doorbells, shared->its));
}

/* The function still has its old entry, and sends. */
static void read_without_doorbell(struct shared* shared, unsigned index, uint64_t doorbell) {
  struct scenario* scenario = shared->scenario;
  struct scenario_drive* drive = &scenario->drives[index];
  uint64_t taken = drive->device.msi.vectors[QUEUE].taken;
  expect_ok(scenario, "read", nvme_read(&drive->nvme, QUEUE, 0, BLOCKS_OF_PAGE, data_iova(index)));
  wait_for_fault(scenario, "a message that faults", index, F_TRANSLATION, doorbell);
  say_faults(scenario);
  say_number(scenario, "interrupts without a doorbell",
             drive->device.msi.vectors[QUEUE].taken - taken);
}

/* The hole has been filled: the doorbell's next mapping is elsewhere, and so is the vector's. */
static void move_to_another_hole(struct shared* shared, unsigned index) {
  struct scenario* scenario = shared->scenario;
  struct scenario_drive* drive = &scenario->drives[index];
  enum status status = smmu_map(&shared->domain, WINDOW + 2 * PAGE_SIZE,
                                driver_memory_of(SCENARIO_DRIVES), PAGE_SIZE, MAP_WRITE);
  expect_ok(scenario, "the hole is filled", status);
  uint64_t doorbell = 0;
  status = doorbell_get(&shared->doorbells, shared->its, &doorbell);
  expect_ok(scenario, "doorbell", status);
  say_number(scenario, "doorbell", doorbell);
  drive->device.msi.doorbell = doorbell;
  expect_ok(scenario, "vector closed", machine_release(&drive->device, QUEUE));
  expect_ok(scenario, "vector opened",
            machine_request(&drive->device, QUEUE, 3, take_completions, drive));
  read_pages(shared, index);
}

void scenario_doorbells(struct scenario* scenario) {
  struct shared shared = {.scenario = scenario};
  if (!make_domain(&shared) || !add(&shared, 0) || !add(&shared, 1)) return;
  uint64_t doorbell = scenario->drives[1].device.msi.doorbell;
  say_number(scenario, "users", shared.doorbells.mappings[0].references);
  read_pages(&shared, 0);
  read_pages(&shared, 1);
  say(scenario, "drive 0 goes:");
  expect_ok(scenario, "queue", nvme_remove_queue(&scenario->drives[0].nvme, QUEUE));
  expect_ok(scenario, "vectors", msi_detach(&scenario->drives[0].device.msi));
  put(&shared);
  read_pages(&shared, 1);
  say_faults(scenario);
  say(scenario, "the last user goes:");
  put(&shared);
  expect(scenario, "nobody has the doorbell",
         doorbell_put(&shared.doorbells, shared.its) == STATUS_NOT_FOUND);
  read_without_doorbell(&shared, 1, doorbell);
  say(scenario, "it comes back:");
  move_to_another_hole(&shared, 1);
  say_faults(scenario);
}
