#include "sw/drivers/smmu/queue.h"

#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"

uint64_t smmu_queue_entry(const struct smmu_queue* queue, uint32_t index, unsigned entry_size) {
  return queue->base + (uint64_t)(index & (BIT(queue->log2_entries) - 1)) * entry_size;
}

/* Indices carry a wrap bit above the entry number: they count modulo twice the size. */
static uint32_t distance(const struct smmu_queue* queue, uint32_t from, uint32_t to) {
  return (to - from) & (uint32_t)(BIT(queue->log2_entries + 1) - 1);
}

static uint32_t consumed(struct smmu* smmu) {
  uint32_t value = mmio_read32(smmu->base + SMMU_CMDQ_CONS);
  if (field_get(CMDQ_CONS_ERR, value) != CERROR_NONE) smmu_handle_global_errors(smmu);
  return value & (uint32_t)(BIT(smmu->commands.log2_entries + 1) - 1);
}

static enum status wait_for_space(struct smmu* smmu, unsigned count) {
  struct smmu_queue* queue = &smmu->commands;
  uint32_t entries = (uint32_t)BIT(queue->log2_entries);
  struct deadline deadline = deadline_start();
  while (entries - distance(queue, consumed(smmu), queue->index) < count) {
    if (deadline_passed(&deadline)) return STATUS_TIMEOUT;
  }
  return STATUS_OK;
}

static enum status wait_for_consumption(struct smmu* smmu, uint32_t start, uint32_t count) {
  struct deadline deadline = deadline_start();
  uint32_t last = start;
  uint32_t done = 0; /* the index wraps, and other processors add commands */
  for (;;) {
    uint32_t now = consumed(smmu);
    done += distance(&smmu->commands, last, now);
    last = now;
    if (done >= count) return STATUS_OK;
    if (deadline_passed(&deadline)) return STATUS_TIMEOUT;
  }
}

/* The SMMU overwrites the CMD_SYNC itself with zeros. */
static enum status wait_for_message(struct smmu* smmu, uint64_t address) {
  struct deadline deadline = deadline_start();
  while (mem_read32(address) != 0) {
    consumed(smmu); /* a refused command would keep us waiting */
    if (deadline_passed(&deadline)) return STATUS_TIMEOUT;
  }
  return STATUS_OK;
}

struct smmu_command smmu_command_sync(void) {
  struct smmu_command sync = {{field_put(CMD0_OPCODE, CMD_SYNC) | field_put(SYNC0_CS, CS_SEV) |
                                   field_put(SYNC0_MSH, SHAREABILITY_INNER) |
                                   field_put(SYNC0_MSIATTR, MSIATTR_WRITE_BACK),
                               0}};
  return sync;
}

static void point_sync_at_itself(struct smmu_command* sync, uint64_t address) {
  sync->words[0] = (sync->words[0] & ~SYNC0_CS) | field_put(SYNC0_CS, CS_IRQ);
  sync->words[1] = address & SYNC1_MSIADDR;
}

struct publication {
  uint32_t start; /* SMMU_CMDQ_CONS just before */
  uint32_t end;
  uint64_t last_entry;
};

static enum status publish(struct smmu* smmu, struct smmu_command* commands, unsigned count,
                           bool ends_in_sync, struct publication* publication) {
  struct smmu_queue* queue = &smmu->commands;
  uint64_t state = lock_acquire(&smmu->lock);
  enum status status = wait_for_space(smmu, count);
  if (status == STATUS_OK) {
    for (unsigned i = 0; i < count; i++) {
      uint64_t entry = smmu_queue_entry(queue, queue->index + i, COMMAND_SIZE);
      publication->last_entry = entry;
      if (ends_in_sync && i + 1 == count && smmu->sync_by_message) {
        point_sync_at_itself(&commands[i], entry);
      }
      mem_write64(entry, commands[i].words[0]);
      mem_write64(entry + 8, commands[i].words[1]);
    }
    data_synchronization_barrier();
    publication->start = consumed(smmu);
    queue->index = (queue->index + count) & (uint32_t)(BIT(queue->log2_entries + 1) - 1);
    publication->end = queue->index;
    mmio_write32(smmu->base + SMMU_CMDQ_PROD, queue->index);
  }
  lock_release(&smmu->lock, state);
  return status;
}

static enum status send(struct smmu_batch* batch, bool ends_in_sync) {
  struct smmu* smmu = batch->smmu;
  struct publication publication = {0, 0, 0};
  enum status status = publish(smmu, batch->commands, batch->count, ends_in_sync, &publication);
  batch->count = 0;
  if (status != STATUS_OK || !ends_in_sync) return status;
  if (smmu->sync_by_message) return wait_for_message(smmu, publication.last_entry);
  return wait_for_consumption(smmu, publication.start,
                              distance(&smmu->commands, publication.start, publication.end));
}

void smmu_batch_start(struct smmu_batch* batch, struct smmu* smmu) {
  batch->smmu = smmu;
  batch->count = 0;
  batch->status = STATUS_OK;
}

void smmu_batch_add(struct smmu_batch* batch, struct smmu_command command) {
  if (batch->count == SMMU_BATCH && batch->status == STATUS_OK) batch->status = send(batch, false);
  if (batch->status == STATUS_OK) batch->commands[batch->count++] = command;
}

enum status smmu_batch_finish(struct smmu_batch* batch) {
  if (batch->status != STATUS_OK) return batch->status;
  unsigned errors = batch->smmu->command_errors;
  batch->commands[batch->count++] = smmu_command_sync();
  enum status status = send(batch, true);
  if (status == STATUS_OK && batch->smmu->command_errors != errors) return STATUS_REFUSED;
  return status;
}

enum status smmu_issue(struct smmu* smmu, struct smmu_command command) {
  struct smmu_batch batch;
  smmu_batch_start(&batch, smmu);
  smmu_batch_add(&batch, command);
  return smmu_batch_finish(&batch);
}

enum status smmu_post(struct smmu* smmu, struct smmu_command command) {
  struct smmu_batch batch;
  smmu_batch_start(&batch, smmu);
  smmu_batch_add(&batch, command);
  return send(&batch, false);
}

enum status smmu_sync(struct smmu* smmu) {
  struct smmu_batch batch;
  smmu_batch_start(&batch, smmu);
  return smmu_batch_finish(&batch);
}
