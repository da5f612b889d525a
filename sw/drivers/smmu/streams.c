#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/smmu.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"

enum status smmu_domain_initialise(struct smmu* smmu, struct smmu_domain* domain, uint16_t asid,
                                   unsigned address_bits) {
  enum status status = page_table_initialise(&domain->table, smmu->memory, address_bits);
  if (status != STATUS_OK) return status;
  uint64_t descriptor = region_allocate(smmu->memory, CD_SIZE, CD_SIZE);
  if (descriptor == 0) return STATUS_NO_MEMORY;
  domain->asid = asid;
  domain->context_descriptor = descriptor;
  mem_write64(descriptor + 8, domain->table.root & CD1_TTB0);
  mem_write64(descriptor + 24, PAGE_TABLE_MAIR);
  data_synchronization_barrier(); /* the word with V comes last */
  mem_write64(descriptor,
              field_put(CD0_T0SZ, 64 - address_bits) | field_put(CD0_IR0, CACHE_WRITE_BACK) |
                  field_put(CD0_OR0, CACHE_WRITE_BACK) | field_put(CD0_SH0, SHAREABILITY_INNER) |
                  CD0_EPD1 | CD0_V | field_put(CD0_IPS, smmu->output_address_size) | CD0_AA64 |
                  CD0_R | CD0_A | CD0_ASET | field_put(CD0_ASID, asid));
  data_synchronization_barrier();
  return STATUS_OK;
}

/* Linux's order: the words that a live entry does not use, CFGI, then the word that makes it live,
 * CFGI. */
static enum status write_entry(struct smmu* smmu, uint32_t stream_id, uint64_t word0,
                               uint64_t word1) {
  if ((uint64_t)stream_id >> smmu->stream_id_bits != 0) return STATUS_BAD_ARGUMENT;
  uint64_t entry = smmu->stream_table + (uint64_t)stream_id * STE_SIZE;
  bool live = (mem_read64(entry) & STE0_Config) != field_put(STE0_Config, STE_CONFIG_ABORT);
  if (live) { /* through abort, as more than one word changes */
    mem_write64(entry, STE0_V);
    enum status status = smmu_invalidate_stream(smmu, stream_id, true);
    if (status != STATUS_OK) return status;
  }
  mem_write64(entry + 8, word1);
  enum status status = smmu_invalidate_stream(smmu, stream_id, true);
  if (status != STATUS_OK) return status;
  mem_write64(entry, word0);
  return smmu_invalidate_stream(smmu, stream_id, true);
}

enum status smmu_attach(struct smmu* smmu, uint32_t stream_id, const struct smmu_domain* domain) {
  uint64_t word0 = STE0_V | field_put(STE0_Config, STE_CONFIG_STAGE_1) |
                   (domain->context_descriptor & STE0_S1ContextPtr);
  uint64_t word1 =
      field_put(STE1_S1DSS, S1DSS_SUBSTREAM_0) | field_put(STE1_S1CIR, CACHE_WRITE_BACK) |
      field_put(STE1_S1COR, CACHE_WRITE_BACK) | field_put(STE1_S1CSH, SHAREABILITY_INNER) |
      (smmu->stalls_by_choice ? STE1_S1STALLD : 0);
  enum status status = write_entry(smmu, stream_id, word0, word1);
  if (status != STATUS_OK) return status;
  struct smmu_command prefetch = {
      {field_put(CMD0_OPCODE, CMD_PREFETCH_CONFIG) | field_put(CMD0_StreamID, stream_id), 0}};
  return smmu_post(smmu, prefetch);
}

enum status smmu_bypass(struct smmu* smmu, uint32_t stream_id) {
  return write_entry(smmu, stream_id, STE0_V | field_put(STE0_Config, STE_CONFIG_BYPASS),
                     field_put(STE1_SHCFG, SHCFG_INCOMING));
}

enum status smmu_abort(struct smmu* smmu, uint32_t stream_id) {
  return write_entry(smmu, stream_id, STE0_V, 0);
}

enum status smmu_map(struct smmu_domain* domain, uint64_t iova, uint64_t address, uint64_t size,
                     unsigned permissions) {
  return page_table_map(&domain->table, iova, address, size, permissions);
}

enum status smmu_unmap(struct smmu* smmu, struct smmu_domain* domain, uint64_t iova,
                       uint64_t size) {
  struct smmu_range range = {domain->asid, iova, size, true, 0};
  enum status status = page_table_unmap(&domain->table, iova, size, &range.level);
  enum status invalidated = smmu_invalidate_range(smmu, &range);
  return status != STATUS_OK ? status : invalidated;
}
