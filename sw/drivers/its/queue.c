#include "sw/drivers/its/queue.h"

#include "sw/drivers/its/registers.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"

#define QUEUE_SIZE UINT64_C(0x10000)
#define COMMAND_SIZE 32u

static uint64_t distance(uint64_t from, uint64_t to) {
  return (to - from) & (QUEUE_SIZE - 1);
}

static uint64_t base_register(uint64_t address, uint64_t shareability, uint64_t cache) {
  return CBASER_Valid | field_put(CBASER_InnerCache, cache) | address |
         field_put(BASER_Shareability, shareability) |
         field_put(CBASER_Size, QUEUE_SIZE / 0x1000 - 1);
}

enum status its_queue_initialise(struct its* its) {
  its->commands = region_allocate(its->memory, QUEUE_SIZE, 0x10000);
  if (its->commands == 0) return STATUS_NO_MEMORY;
  its->write_offset = 0;
  uint64_t wanted = base_register(its->commands, SHAREABILITY_INNER, INNER_CACHE_WRITE_BACK);
  mmio_write64(its->base + GITS_CBASER, wanted);
  if (field_get(BASER_Shareability, mmio_read64(its->base + GITS_CBASER)) == 0) {
    mmio_write64(its->base + GITS_CBASER,
                 base_register(its->commands, 0, INNER_CACHE_NON_CACHEABLE));
  }
  mmio_write64(its->base + GITS_CWRITER, 0);
  return STATUS_OK;
}

/* The queue is never filled to the last entry: equal offsets mean empty. */
static enum status wait_for_space(struct its* its, uint64_t bytes) {
  struct deadline deadline = deadline_start();
  for (;;) {
    uint64_t read_offset = mmio_read32(its->base + GITS_CREADR) & GITS_COMMAND_OFFSET;
    if (distance(its->write_offset + COMMAND_SIZE, read_offset) >= bytes) return STATUS_OK;
    if (deadline_passed(&deadline)) return STATUS_TIMEOUT;
  }
}

static enum status wait_for_completion(const struct its* its, uint64_t start, uint64_t bytes) {
  struct deadline deadline = deadline_start();
  uint64_t last = start;
  uint64_t done = 0; /* the offset wraps, and other processors add commands */
  for (;;) {
    uint64_t read = mmio_read32(its->base + GITS_CREADR);
    done += distance(last, read & GITS_COMMAND_OFFSET);
    last = read & GITS_COMMAND_OFFSET;
    if (done >= bytes) return STATUS_OK;
    if (read & GITS_CREADR_Stalled) return STATUS_REFUSED;
    if (deadline_passed(&deadline)) return STATUS_TIMEOUT;
  }
}

static void put(struct its* its, const struct its_command* command) {
  for (unsigned i = 0; i < 4; i++) {
    mem_write64(its->commands + its->write_offset + 8 * i, command->words[i]);
  }
  its->write_offset = (its->write_offset + COMMAND_SIZE) & (QUEUE_SIZE - 1);
}

enum status its_issue(struct its* its, const struct its_command* commands, unsigned count) {
  uint64_t state = lock_acquire(&its->lock);
  enum status status = wait_for_space(its, (uint64_t)count * COMMAND_SIZE);
  if (status != STATUS_OK) {
    lock_release(&its->lock, state);
    return status;
  }
  for (unsigned i = 0; i < count; i++)
    put(its, &commands[i]);
  uint64_t end = its->write_offset;
  data_synchronization_barrier();
  uint64_t start = mmio_read32(its->base + GITS_CREADR) & GITS_COMMAND_OFFSET;
  mmio_write32(its->base + GITS_CWRITER, (uint32_t)end);
  lock_release(&its->lock, state);
  return wait_for_completion(its, start, distance(start, end));
}
