#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/include/processor.h"
#include "sw/scenarios/scenario.h"

#define DRIVES UINT64_C(0x44000000)
#define MEMORY_OF_DRIVE UINT64_C(0x100000)
#define DATA_OFFSET UINT64_C(0x80000)

#define CLASS_NVME 0x010802u

const struct pcie_function* find_drive(const struct scenario* scenario, unsigned index) {
  for (unsigned i = 0; i < scenario->machine.pcie.count; i++) {
    const struct pcie_function* function = &scenario->functions[i];
    if (function->class_code == CLASS_NVME && index-- == 0) return function;
  }
  return 0;
}

uint64_t driver_memory_of(unsigned index) {
  return DRIVES + index * MEMORY_OF_DRIVE;
}

bool add_drive(struct scenario* scenario, unsigned index, unsigned vectors) {
  struct scenario_drive* drive = &scenario->drives[index];
  const struct pcie_function* function = find_drive(scenario, index);
  if (!expect(scenario, "a drive", function != 0)) return false;
  uint64_t memory = driver_memory_of(index);
  drive->data = memory + DATA_OFFSET;
  enum status status = machine_add_device(&scenario->machine, &drive->device, function,
                                          (uint16_t)(index + 1), vectors);
  if (status == STATUS_OK)
    status = machine_map(&drive->device, DRIVER_IOVA, memory, NVME_MEMORY, true);
  if (status == STATUS_OK)
    status = machine_map(&drive->device, DATA_IOVA, drive->data, DATA_SIZE, true);
  return expect_ok(scenario, "domain and vectors", status) &&
         expect_ok(scenario, "controller",
                   nvme_open(&drive->nvme, function->bars[0].address, memory, DRIVER_IOVA));
}

bool add_queue(struct scenario* scenario, struct scenario_drive* drive, unsigned queue,
               unsigned processor) {
  enum status status = machine_request(&drive->device, queue, processor, take_completions, drive);
  return expect_ok(scenario, "vector", status) &&
         expect_ok(scenario, "queue", nvme_add_queue(&drive->nvme, queue, (uint16_t)queue));
}

bool submit_page(struct scenario* scenario, struct scenario_drive* drive, unsigned queue,
                 bool write, uint64_t block, uint64_t iova) {
  struct nvme_command command = nvme_transfer(&drive->nvme, write, block, BLOCKS_OF_PAGE, iova);
  return expect_ok(scenario, "command", nvme_submit(&drive->nvme, queue, &command));
}

/* The count comes last: who waits for it may use everything else. */
void take_completions(struct msi_vector* vector, void* argument) {
  struct scenario_drive* drive = argument;
  struct scenario_queue* queue = &drive->queues[vector->event_id];
  struct nvme_completion completion;
  uint32_t taken = 0;
  uint64_t state = lock_acquire(&queue->lock);
  while (nvme_take_completion(&drive->nvme, vector->event_id, &completion)) {
    if (completion.status != 0) queue->failures++;
    taken++;
  }
  if (taken != 0) {
    nvme_release_completions(&drive->nvme, vector->event_id);
    queue->processors |= 1u << processor_number();
  }
  __atomic_fetch_add(&queue->completions, taken, __ATOMIC_RELEASE);
  lock_release(&queue->lock, state);
}

bool wait_for_completions(struct scenario* scenario, struct scenario_drive* drive, unsigned queue,
                          uint32_t count) {
  const uint32_t* completions = &drive->queues[queue].completions;
  struct deadline deadline = deadline_start();
  while (__atomic_load_n(completions, __ATOMIC_ACQUIRE) < count) {
    if (deadline_passed(&deadline)) return expect(scenario, "completions by interrupts", false);
  }
  return true;
}

uint64_t checksum(uint64_t address, uint64_t size) {
  uint64_t sum = 0;
  for (uint64_t offset = 0; offset < size; offset += 8)
    sum = (sum ^ sum >> 29) * UINT64_C(0x9e3779b97f4a7c15) + mem_read64(address + offset) + 1;
  return sum;
}

void fill_with_pattern(uint64_t address, uint64_t size, uint64_t seed) {
  for (uint64_t offset = 0; offset < size; offset += 8)
    mem_write64(address + offset, (seed + offset) * UINT64_C(0x9e3779b97f4a7c15));
}
