#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/smmu.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"

/* SMMU_CMDQ_CONS stays at the command that was refused. */
static void replace_refused_command(struct smmu* smmu, uint32_t consumer) {
  smmu->command_errors++;
  struct smmu_command sync = smmu_command_sync();
  uint64_t entry = smmu_queue_entry(&smmu->commands, consumer, COMMAND_SIZE);
  /* CS none: nobody waits for this one. */
  mem_write64(entry, sync.words[0] & ~SYNC0_CS);
  mem_write64(entry + 8, 0);
  data_synchronization_barrier();
}

/* IHI 0070, section 7.1. After an abort the command is fetched again. So is a CMD_SYNC that failed,
 * which then completes: whoever waits for it learns from the count that it had. */
static void handle_command_error(struct smmu* smmu) {
  uint32_t consumer = mmio_read32(smmu->base + SMMU_CMDQ_CONS);
  uint64_t error = field_get(CMDQ_CONS_ERR, consumer);
  if (error == CERROR_ILL) replace_refused_command(smmu, consumer);
  if (error == CERROR_ATC_INV_SYNC) smmu->device_timeouts++;
}

static void handle(struct smmu* smmu) {
  uint32_t errors = mmio_read32(smmu->base + SMMU_GERROR);
  uint32_t active = (errors ^ mmio_read32(smmu->base + SMMU_GERRORN)) & GERROR_ALL;
  if (active == 0) return;
  if (active & GERROR_SFM) {
    smmu->service_failure = true;
    smmu_disable(smmu);
  }
  if (active & GERROR_CMDQ) handle_command_error(smmu);
  mmio_write32(smmu->base + SMMU_GERRORN, errors);
}

void smmu_handle_global_errors(struct smmu* smmu) {
  uint64_t state = lock_acquire(&smmu->error_lock);
  handle(smmu);
  lock_release(&smmu->error_lock, state);
}
