/*
 * The command queue and batches of commands. IHI 0070, sections 3.5 and 4.
 *
 * A CMD_SYNC is awaited as the identification registers allow, as in Linux: where the SMMU writes
 * messages coherently, it overwrites the CMD_SYNC in its place in the queue, which is what is
 * polled; otherwise SMMU_CMDQ_CONS is, in WFE where the SMMU sends events. A command that the SMMU
 * refuses is replaced by the handler of its global errors, so that interrupt must not be masked on
 * the processor that takes it. Commands are not issued from interrupt handlers.
 */
#ifndef SW_DRIVERS_SMMU_QUEUE_H
#define SW_DRIVERS_SMMU_QUEUE_H

#include "sw/drivers/smmu/smmu.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SMMU_BATCH 64

/* Commands that go out with one write of SMMU_CMDQ_PROD, closed by one CMD_SYNC. */
struct smmu_batch {
  struct smmu* smmu;
  unsigned count;
  bool sent;                 /* a part of it, or all */
  unsigned errors, timeouts; /* that the SMMU had told of by then */
  enum status status;
  struct smmu_command commands[SMMU_BATCH + 1];
};

void smmu_batch_start(struct smmu_batch* batch, struct smmu* smmu);
/* A full batch is sent, without a SYNC, to make room. */
void smmu_batch_add(struct smmu_batch* batch, struct smmu_command command);
/* TLBI_NH_VA, of stage 2 TLBI_S2_IPA, for each page or block of a range, or its range form where
 * the SMMU has it. */
void smmu_batch_add_range(struct smmu_batch* batch, const struct smmu_range* range);
/* Sends the rest and a CMD_SYNC, and waits until it has completed. STATUS_REFUSED: a command was
 * illegal; STATUS_TIMEOUT: the SMMU, or a device that was sent a CMD_ATC_INV, didn't answer. */
enum status smmu_batch_finish(struct smmu_batch* batch);

/* One command and a CMD_SYNC. */
enum status smmu_issue(struct smmu* smmu, struct smmu_command command);
/* One command and nothing more. */
enum status smmu_post(struct smmu* smmu, struct smmu_command command);

struct smmu_command smmu_command_sync(void);
/* An entry of a queue by its index; the wrap bit is ignored. */
uint64_t smmu_queue_entry(const struct smmu_queue* queue, uint32_t index, unsigned entry_size);

#ifdef __cplusplus
}
#endif

#endif
