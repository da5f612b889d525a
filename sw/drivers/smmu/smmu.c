#include "sw/drivers/smmu/smmu.h"

#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/stream_table.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"

static unsigned at_most(unsigned value, uint64_t limit) {
  return value < limit ? value : (unsigned)limit;
}

static unsigned granules_of(uint32_t idr5) {
  return (unsigned)((idr5 & IDR5_GRAN4K ? BIT(GRANULE_4K) : 0) |
                    (idr5 & IDR5_GRAN16K ? BIT(GRANULE_16K) : 0) |
                    (idr5 & IDR5_GRAN64K ? BIT(GRANULE_64K) : 0));
}

static enum status identify(struct smmu* smmu) {
  uint32_t idr0 = mmio_read32(smmu->base + SMMU_IDR0);
  uint32_t idr1 = mmio_read32(smmu->base + SMMU_IDR1);
  uint32_t idr3 = mmio_read32(smmu->base + SMMU_IDR3);
  uint32_t idr5 = mmio_read32(smmu->base + SMMU_IDR5);
  uint64_t endianness = field_get(IDR0_TTENDIAN, idr0);
  if (!(idr0 & (IDR0_S1P | IDR0_S2P)) || field_get(IDR0_TTF, idr0) < 2) return STATUS_UNSUPPORTED;
  if (endianness != 0 && endianness != 2) return STATUS_UNSUPPORTED;
  smmu->granules = granules_of(idr5);
  if ((idr1 & IDR1_PRESET) || smmu->granules == 0) return STATUS_UNSUPPORTED;
  smmu->stream_id_bits = at_most(smmu->stream_id_bits, field_get(IDR1_SIDSIZE, idr1));
  smmu->substream_id_bits = at_most(smmu->substream_id_bits, field_get(IDR1_SSIDSIZE, idr1));
  /* As few streams as one level-2 table has need only that. */
  smmu->two_level_streams = smmu->two_level_streams && field_get(IDR0_ST_LEVEL, idr0) == 1 &&
                            smmu->stream_id_bits > STREAM_TABLE_SPLIT;
  smmu->two_level_contexts = (idr0 & IDR0_CD2L) != 0;
  smmu->stage_1 = (idr0 & IDR0_S1P) != 0;
  smmu->stage_2 = (idr0 & IDR0_S2P) != 0;
  smmu->wide_vmids = (idr0 & IDR0_VMID16) != 0;
  smmu->commands.log2_entries = at_most(smmu->log2_commands, field_get(IDR1_CMDQS, idr1));
  smmu->events.log2_entries = at_most(smmu->log2_events, field_get(IDR1_EVENTQS, idr1));
  smmu->sync_by_message = (idr0 & IDR0_MSI) && (idr0 & IDR0_COHACC);
  smmu->sends_events = (idr0 & IDR0_SEV) != 0;
  smmu->range_invalidation = (idr3 & IDR3_RIL) != 0;
  smmu->stalls = field_get(IDR0_STALL_MODEL, idr0) != STALL_MODEL_TERMINATE;
  smmu->stalls_by_choice = field_get(IDR0_STALL_MODEL, idr0) == STALL_MODEL_BOTH;
  smmu->output_address_size = at_most((unsigned)field_get(IDR5_OAS, idr5), 5); /* 48 bits */
  /* A batch and its SYNC fit, as Linux demands too. */
  return BIT(smmu->commands.log2_entries) > SMMU_BATCH ? STATUS_OK : STATUS_UNSUPPORTED;
}

/* CR0 and IRQ_CTRL take effect when the ACK register equals what was written. */
static enum status write_and_wait(const struct smmu* smmu, uint32_t value, unsigned offset,
                                  unsigned acknowledge) {
  mmio_write32(smmu->base + offset, value);
  return poll32(smmu->base + acknowledge, UINT32_MAX, value);
}

static enum status write_cr0(const struct smmu* smmu, uint32_t value) {
  return write_and_wait(smmu, value, SMMU_CR0, SMMU_CR0ACK);
}

/* An SMMU that was left enabled: its traffic is aborted, not let through, while it is off. */
static enum status stop(const struct smmu* smmu) {
  if (mmio_read32(smmu->base + SMMU_CR0) & CR0_SMMUEN) {
    enum status status = poll32(smmu->base + SMMU_GBPA, GBPA_UPDATE, 0);
    if (status != STATUS_OK) return status;
    uint32_t value = mmio_read32(smmu->base + SMMU_GBPA);
    mmio_write32(smmu->base + SMMU_GBPA, value | (uint32_t)(GBPA_ABORT | GBPA_UPDATE));
    status = poll32(smmu->base + SMMU_GBPA, GBPA_UPDATE, 0);
    if (status != STATUS_OK) return status;
  }
  return write_cr0(smmu, 0);
}

static enum status allocate_queue(struct smmu* smmu, struct smmu_queue* queue,
                                  unsigned entry_size) {
  uint64_t size = (uint64_t)entry_size << queue->log2_entries;
  queue->index = 0;
  queue->base = region_allocate(smmu->memory, size, size < 0x1000 ? 0x1000 : size);
  return queue->base == 0 ? STATUS_NO_MEMORY : STATUS_OK;
}

static void set_attributes_and_stream_table(const struct smmu* smmu) {
  mmio_write32(smmu->base + SMMU_CR1, (uint32_t)(field_put(CR1_TABLE_SH, SHAREABILITY_INNER) |
                                                 field_put(CR1_TABLE_OC, CACHE_WRITE_BACK) |
                                                 field_put(CR1_TABLE_IC, CACHE_WRITE_BACK) |
                                                 field_put(CR1_QUEUE_SH, SHAREABILITY_INNER) |
                                                 field_put(CR1_QUEUE_OC, CACHE_WRITE_BACK) |
                                                 field_put(CR1_QUEUE_IC, CACHE_WRITE_BACK)));
  mmio_write32(smmu->base + SMMU_CR2, CR2_PTM | CR2_RECINVSID);
  mmio_write64(smmu->base + SMMU_STRTAB_BASE, smmu->stream_table | STRTAB_BASE_RA);
  mmio_write32(smmu->base + SMMU_STRTAB_BASE_CFG, stream_table_configuration(smmu));
}

static enum status start_commands(struct smmu* smmu) {
  const struct smmu_queue* queue = &smmu->commands;
  mmio_write64(
      smmu->base + SMMU_CMDQ_BASE,
      queue->base | QUEUE_BASE_ALLOCATE | field_put(QUEUE_BASE_LOG2SIZE, queue->log2_entries));
  mmio_write32(smmu->base + SMMU_CMDQ_PROD, 0);
  mmio_write32(smmu->base + SMMU_CMDQ_CONS, 0);
  enum status status = write_cr0(smmu, CR0_CMDQEN);
  if (status == STATUS_OK) status = smmu_invalidate_all_streams(smmu);
  if (status == STATUS_OK && (mmio_read32(smmu->base + SMMU_IDR0) & IDR0_HYP)) {
    struct smmu_command tlbi = {{field_put(CMD0_OPCODE, CMD_TLBI_EL2_ALL), 0}};
    status = smmu_issue(smmu, tlbi);
  }
  if (status == STATUS_OK) status = smmu_invalidate_all(smmu);
  return status;
}

static enum status start_events(struct smmu* smmu) {
  const struct smmu_queue* queue = &smmu->events;
  mmio_write64(
      smmu->base + SMMU_EVENTQ_BASE,
      queue->base | QUEUE_BASE_ALLOCATE | field_put(QUEUE_BASE_LOG2SIZE, queue->log2_entries));
  mmio_write32(smmu->base + SMMU_EVENTQ_PROD, 0);
  mmio_write32(smmu->base + SMMU_EVENTQ_CONS, 0);
  return write_cr0(smmu, CR0_CMDQEN | CR0_EVENTQEN);
}

/* Wired interrupts: no MSI addresses. */
static enum status start_interrupts(const struct smmu* smmu) {
  enum status status = write_and_wait(smmu, 0, SMMU_IRQ_CTRL, SMMU_IRQ_CTRLACK);
  if (status != STATUS_OK) return status;
  mmio_write64(smmu->base + SMMU_GERROR_IRQ_CFG0, 0);
  mmio_write64(smmu->base + SMMU_EVENTQ_IRQ_CFG0, 0);
  return write_and_wait(smmu, IRQ_CTRL_EVENTQ | IRQ_CTRL_GERROR, SMMU_IRQ_CTRL, SMMU_IRQ_CTRLACK);
}

enum status smmu_initialise(struct smmu* smmu) {
  smmu->command_errors = 0;
  smmu->device_timeouts = 0;
  smmu->service_failure = false;
  smmu->published = 0;
  smmu->consumed = 0;
  smmu->completed = 0;
  smmu->waiting = 0;
  enum status status = identify(smmu);
  if (status == STATUS_OK) status = allocate_queue(smmu, &smmu->commands, COMMAND_SIZE);
  if (status == STATUS_OK) status = allocate_queue(smmu, &smmu->events, EVENT_SIZE);
  if (status == STATUS_OK) status = stream_table_initialise(smmu);
  if (status == STATUS_OK) status = stop(smmu);
  if (status != STATUS_OK) return status;
  set_attributes_and_stream_table(smmu);
  status = start_commands(smmu);
  if (status == STATUS_OK) status = start_events(smmu);
  if (status == STATUS_OK) status = start_interrupts(smmu);
  if (status != STATUS_OK) return status;
  return write_cr0(smmu, CR0_CMDQEN | CR0_EVENTQEN | CR0_SMMUEN);
}

enum status smmu_disable(struct smmu* smmu) {
  enum status status = write_and_wait(smmu, 0, SMMU_IRQ_CTRL, SMMU_IRQ_CTRLACK);
  if (status != STATUS_OK) return status;
  return write_cr0(smmu, 0);
}
