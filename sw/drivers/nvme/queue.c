#include "sw/drivers/nvme/queue.h"

#include "sw/drivers/nvme/registers.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"

static void ring(const struct nvme* nvme, unsigned queue, unsigned of_completions, uint32_t value) {
  mmio_write32(nvme->registers + NVME_DOORBELLS + 4 * (2 * queue + of_completions), value);
}

static uint32_t next(uint32_t index) {
  return (index + 1) % NVME_QUEUE_ENTRIES;
}

void nvme_clear_queue(struct nvme* nvme, unsigned number) {
  struct nvme_queue* queue = &nvme->queues[number];
  queue->submissions = nvme->memory + nvme_submissions_at(number);
  queue->completions = nvme->memory + nvme_completions_at(number);
  queue->tail = 0;
  queue->next_command = 0;
  queue->submitted = 0;
  queue->completed = 0;
  queue->head = 0;
  queue->phase = 1;
  mem_fill(queue->completions, NVME_PAGE, 0);
}

static void put(struct nvme_queue* queue, const struct nvme_command* command) {
  uint64_t entry = queue->submissions + (uint64_t)queue->tail * NVME_SUBMISSION_SIZE;
  mem_fill(entry, NVME_SUBMISSION_SIZE, 0);
  mem_write32(entry, command->opcode | (uint32_t)queue->next_command++ << 16);
  mem_write32(entry + 4, command->namespace_id);
  mem_write64(entry + 24, command->prp1);
  mem_write64(entry + 32, command->prp2);
  for (unsigned i = 0; i < 3; i++)
    mem_write32(entry + 40 + 4 * i, command->dwords[i]);
  queue->tail = next(queue->tail);
}

enum status nvme_submit(struct nvme* nvme, unsigned number, const struct nvme_command* command) {
  struct nvme_queue* queue = &nvme->queues[number];
  uint32_t completed = __atomic_load_n(&queue->completed, __ATOMIC_ACQUIRE);
  if (queue->submitted - completed >= NVME_QUEUE_ENTRIES - 1) return STATUS_NO_SPACE;
  queue->submitted++;
  put(queue, command);
  data_synchronization_barrier(); /* the command before its doorbell */
  ring(nvme, number, 0, queue->tail);
  return STATUS_OK;
}

static uint64_t last_word(const struct nvme_queue* queue) {
  return queue->completions + (uint64_t)queue->head * NVME_COMPLETION_SIZE + 12;
}

bool nvme_take_completion(struct nvme* nvme, unsigned number, struct nvme_completion* completion) {
  struct nvme_queue* queue = &nvme->queues[number];
  uint32_t word = mem_read32(last_word(queue));
  if (field_get(COMPLETION_PHASE, word) != queue->phase) return false;
  data_synchronization_barrier(); /* the phase before the rest, and before the data */
  completion->command = (uint16_t)word;
  completion->status = (uint32_t)field_get(COMPLETION_STATUS, word);
  completion->result = mem_read32(last_word(queue) - 12);
  queue->head = next(queue->head);
  if (queue->head == 0) queue->phase ^= 1;
  __atomic_store_n(&queue->completed, queue->completed + 1, __ATOMIC_RELEASE);
  return true;
}

void nvme_release_completions(struct nvme* nvme, unsigned number) {
  ring(nvme, number, 1, nvme->queues[number].head);
}

enum status nvme_execute(struct nvme* nvme, unsigned number, const struct nvme_command* command) {
  const struct nvme_queue* queue = &nvme->queues[number];
  enum status status = nvme_submit(nvme, number, command);
  if (status != STATUS_OK) return status;
  status = poll_memory32(last_word(queue), (uint32_t)COMPLETION_PHASE,
                         queue->phase ? (uint32_t)COMPLETION_PHASE : 0);
  if (status != STATUS_OK) return status;
  struct nvme_completion completion;
  nvme_take_completion(nvme, number, &completion);
  nvme_release_completions(nvme, number);
  nvme->last_status = completion.status;
  return completion.status == 0 ? STATUS_OK : STATUS_REFUSED;
}
