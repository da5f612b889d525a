#include "sw/drivers/smmu/queue.h"

#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/include/processor.h"

uint64_t smmu_queue_entry(const struct smmu_queue* queue, uint32_t index, unsigned entry_size) {
  return queue->base + (uint64_t)(index & (BIT(queue->log2_entries) - 1)) * entry_size;
}

/* Indices carry a wrap bit above the entry number: they count modulo twice the size. */
static uint32_t index_of(const struct smmu_queue* queue, uint64_t position) {
  return (uint32_t)(position & (BIT(queue->log2_entries + 1) - 1));
}

static uint64_t look_at(const uint64_t* position) {
  return __atomic_load_n(position, __ATOMIC_ACQUIRE);
}

/* Positions only grow, whoever comes last. */
static void advance(uint64_t* position, uint64_t to) {
  uint64_t seen = look_at(position);
  while (seen < to && !__atomic_compare_exchange_n(position, &seen, to, true, __ATOMIC_ACQ_REL,
                                                   __ATOMIC_ACQUIRE)) {
  }
}

/* The position that SMMU_CMDQ_CONS means. It is ahead of what was known before by no more than the
 * queue holds; no interrupt comes between the two, which could make that more. */
static uint64_t read_consumer(struct smmu* smmu) {
  uint64_t state = interrupts_mask();
  uint64_t known = look_at(&smmu->consumed);
  uint32_t index = mmio_read32(smmu->base + SMMU_CMDQ_CONS);
  interrupts_restore(state);
  return known + index_of(&smmu->commands, index - known);
}

static bool has_space(const struct smmu* smmu, unsigned count) {
  return BIT(smmu->commands.log2_entries) - (smmu->published - look_at(&smmu->consumed)) >= count;
}

/* Until hardware gives up a device that doesn't answer a CMD_ATC_INV: a minute, and half of one
 * more (PCIe 6.0, 10.3). Only then does the CMD_SYNC behind it end, and what is behind that goes
 * on. */
#define ATC_LIMIT_NS (91 * UINT64_C(1000000000))

static bool may_wait_for_devices(const struct smmu* smmu) {
  return __atomic_load_n(&smmu->ats, __ATOMIC_RELAXED);
}

static uint64_t patience(const struct smmu* smmu) {
  return may_wait_for_devices(smmu) ? ATC_LIMIT_NS : POLL_LIMIT_NS;
}

/* Lets time pass. A queue that is full to its last entry, or a CMD_SYNC, ends in an event where the
 * SMMU sends them (IHI 0070, sections 4.1.2 and 4.7.3). */
static bool wait_has_ended(const struct smmu* smmu, const struct deadline* deadline,
                           bool event_comes) {
  return smmu->sends_events && event_comes ? deadline_passed_at_event(deadline)
                                           : deadline_passed(deadline);
}

/* Behind a device that doesn't answer others may wait who don't either: each has its time from the
 * last that got on. And as whoever takes global errors may be waiting here, they are seen to. */
static void go_on_waiting(struct smmu* smmu, struct deadline* deadline, uint64_t* seen) {
  if (!may_wait_for_devices(smmu)) return;
  smmu_handle_global_errors(smmu);
  uint64_t consumed = look_at(&smmu->consumed);
  if (consumed != *seen) *deadline = deadline_start_within(patience(smmu));
  *seen = consumed;
}

/* SMMU_CMDQ_CONS is read only when there is no space as far as is known. While somebody waits for
 * his CMD_SYNC to be overwritten it tells nothing: it has passed the place before that is written.
 */
static enum status wait_for_space(struct smmu* smmu, unsigned count) {
  if (has_space(smmu, count)) return STATUS_OK;
  struct deadline deadline = deadline_start_within(patience(smmu));
  uint64_t seen = look_at(&smmu->consumed);
  for (;;) {
    bool is_full = false;
    if (__atomic_load_n(&smmu->waiting, __ATOMIC_ACQUIRE) == 0) {
      uint64_t consumed = read_consumer(smmu);
      advance(&smmu->consumed, consumed);
      is_full = smmu->published - consumed == BIT(smmu->commands.log2_entries);
    }
    if (has_space(smmu, count)) return STATUS_OK;
    go_on_waiting(smmu, &deadline, &seen);
    if (wait_has_ended(smmu, &deadline, is_full)) return STATUS_TIMEOUT;
  }
}

static enum status wait_for_consumption(struct smmu* smmu, uint64_t end) {
  struct deadline deadline = deadline_start_within(patience(smmu));
  uint64_t seen = look_at(&smmu->consumed);
  for (;;) {
    advance(&smmu->consumed, read_consumer(smmu));
    if (look_at(&smmu->consumed) >= end) return STATUS_OK;
    go_on_waiting(smmu, &deadline, &seen);
    if (wait_has_ended(smmu, &deadline, true)) return STATUS_TIMEOUT;
  }
}

/* Whether commands have been consumed since this was last asked. */
static bool gets_on(struct smmu* smmu, uint32_t* seen) {
  if (!may_wait_for_devices(smmu)) return false;
  uint32_t before = *seen;
  *seen = mmio_read32(smmu->base + SMMU_CMDQ_CONS);
  return before != *seen;
}

/* The SMMU overwrites the CMD_SYNC itself with zeros. What is behind the last one that anybody
 * waits for has been consumed, and its places may be used again. */
static enum status wait_for_message(struct smmu* smmu, uint64_t address, uint64_t end) {
  enum status status = STATUS_OK;
  uint32_t seen = 0;
  gets_on(smmu, &seen);
  do {
    status = poll_memory32_within(address, UINT32_MAX, 0, patience(smmu));
  } while (status == STATUS_TIMEOUT && gets_on(smmu, &seen));
  if (status == STATUS_OK) advance(&smmu->completed, end);
  uint64_t completed = look_at(&smmu->completed);
  if (__atomic_sub_fetch(&smmu->waiting, 1, __ATOMIC_ACQ_REL) == 0) {
    advance(&smmu->consumed, completed);
  }
  return status;
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
  uint64_t end; /* the position behind it */
  uint64_t last_entry;
};

static enum status publish(struct smmu* smmu, struct smmu_command* commands, unsigned count,
                           bool ends_in_sync, struct publication* publication) {
  const struct smmu_queue* queue = &smmu->commands;
  uint64_t state = lock_acquire(&smmu->lock);
  enum status status = wait_for_space(smmu, count);
  if (status == STATUS_OK) {
    for (unsigned i = 0; i < count; i++) {
      uint64_t entry = smmu_queue_entry(queue, (uint32_t)smmu->published + i, COMMAND_SIZE);
      publication->last_entry = entry;
      if (ends_in_sync && i + 1 == count && smmu->sync_by_message) {
        point_sync_at_itself(&commands[i], entry);
        __atomic_fetch_add(&smmu->waiting, 1, __ATOMIC_ACQ_REL);
      }
      mem_write64(entry, commands[i].words[0]);
      mem_write64(entry + 8, commands[i].words[1]);
    }
    data_synchronization_barrier();
    smmu->published += count;
    publication->end = smmu->published;
    mmio_write32(smmu->base + SMMU_CMDQ_PROD, index_of(queue, smmu->published));
  }
  lock_release(&smmu->lock, state);
  return status;
}

static enum status send(struct smmu_batch* batch, bool ends_in_sync) {
  struct smmu* smmu = batch->smmu;
  if (!batch->sent) {
    batch->sent = true;
    batch->errors = smmu->command_errors;
    batch->timeouts = smmu->device_timeouts;
  }
  struct publication publication = {0, 0};
  enum status status = publish(smmu, batch->commands, batch->count, ends_in_sync, &publication);
  batch->count = 0;
  if (status != STATUS_OK || !ends_in_sync) return status;
  return smmu->sync_by_message ? wait_for_message(smmu, publication.last_entry, publication.end)
                               : wait_for_consumption(smmu, publication.end);
}

void smmu_batch_start(struct smmu_batch* batch, struct smmu* smmu) {
  batch->smmu = smmu;
  batch->count = 0;
  batch->status = STATUS_OK;
  batch->sent = false;
}

void smmu_batch_add(struct smmu_batch* batch, struct smmu_command command) {
  if (batch->count == SMMU_BATCH && batch->status == STATUS_OK) batch->status = send(batch, false);
  if (batch->status == STATUS_OK) batch->commands[batch->count++] = command;
}

enum status smmu_batch_finish(struct smmu_batch* batch) {
  if (batch->status != STATUS_OK) return batch->status;
  const struct smmu* smmu = batch->smmu;
  batch->commands[batch->count++] = smmu_command_sync();
  enum status status = send(batch, true);
  if (status != STATUS_OK) return status;
  if (smmu->command_errors != batch->errors) return STATUS_REFUSED;
  return smmu->device_timeouts != batch->timeouts ? STATUS_TIMEOUT : STATUS_OK;
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
