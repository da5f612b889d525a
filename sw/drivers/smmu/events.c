#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/smmu.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"

/* IHI 0070, section 7.2. The overflow flag of PROD is acknowledged by copying it into CONS. */
static bool take(struct smmu* smmu, struct smmu_event* event) {
  struct smmu_queue* queue = &smmu->events;
  uint32_t mask = (uint32_t)(BIT(queue->log2_entries + 1) - 1);
  uint32_t producer = mmio_read32(smmu->base + SMMU_EVENTQ_PROD);
  bool empty = (producer & mask) == (queue->index & mask);
  if (empty && ((producer ^ queue->index) & EVENTQ_OVERFLOW) == 0) return false;
  if (!empty) {
    uint64_t entry = smmu_queue_entry(queue, queue->index, EVENT_SIZE);
    for (unsigned i = 0; i < 4; i++)
      event->words[i] = mem_read64(entry + 8 * i);
    queue->index = (queue->index + 1) & mask;
  }
  queue->index = (queue->index & mask) | (producer & (uint32_t)EVENTQ_OVERFLOW);
  data_synchronization_barrier(); /* the record has been read */
  mmio_write32(smmu->base + SMMU_EVENTQ_CONS, queue->index);
  return !empty;
}

bool smmu_next_event(struct smmu* smmu, struct smmu_event* event) {
  uint64_t state = lock_acquire(&smmu->event_lock);
  bool taken = take(smmu, event);
  lock_release(&smmu->event_lock, state);
  return taken;
}
