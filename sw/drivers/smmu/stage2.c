#include "sw/drivers/smmu/stage2.h"

#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/streams.h"
#include "sw/drivers/smmu/structures.h"

/* STE.S2SL0: how far above the lowest level at which a walk may begin, which is 2 with granules of
 * 4 KiB and 3 with the others. 5.2. */
static uint64_t start_level_encoding(const struct page_table* table) {
  return (table->granule == GRANULE_4K ? 2u : 3u) - table->first_level;
}

/* Of SMMU_IDR5.OAS, as far as the driver goes. 6.3.6. */
static unsigned output_address_bits(const struct smmu* smmu) {
  static const uint8_t bits[] = {32, 36, 40, 42, 44, 48};
  return bits[smmu->output_address_size];
}

enum status smmu_domain_initialise_stage_2(struct smmu* smmu, struct smmu_domain* domain,
                                           uint16_t vmid, unsigned address_bits, unsigned granule) {
  if (!smmu->stage_2 || !(smmu->granules & BIT(granule))) return STATUS_UNSUPPORTED;
  if (vmid == 0 || (!smmu->wide_vmids && vmid > 0xff)) return STATUS_BAD_ARGUMENT;
  if (address_bits > output_address_bits(smmu)) return STATUS_BAD_ARGUMENT;
  domain->asid = 0;
  domain->vmid = vmid;
  domain->is_below = false;
  domain->context_descriptor = 0;
  return page_table_initialise_stage_2(&domain->table, smmu->memory, address_bits, granule);
}

void stream_entry_add_stage_2(const struct smmu* smmu, const struct smmu_domain* domain,
                              uint64_t* words) {
  const struct page_table* table = &domain->table;
  /* The same with stage 1 and without, so that a change between the two is one of word 0. */
  words[1] |= field_put(STE1_SHCFG, SHCFG_INCOMING);
  words[2] =
      field_put(STE2_S2VMID, domain->vmid) | field_put(STE2_S2T0SZ, 64 - table->address_bits) |
      field_put(STE2_S2SL0, start_level_encoding(table)) | field_put(STE2_S2IR0, CACHE_WRITE_BACK) |
      field_put(STE2_S2OR0, CACHE_WRITE_BACK) | field_put(STE2_S2SH0, SHAREABILITY_INNER) |
      field_put(STE2_S2TG, granule_encoding(table->granule)) |
      field_put(STE2_S2PS, smmu->output_address_size) | STE2_S2AA64 | STE2_S2R |
      (faults_stall(smmu, domain) ? STE2_S2S : 0);
  words[3] = table->root & STE3_S2TTB;
}

enum status smmu_attach_nested(struct smmu* smmu, uint32_t stream_id, struct smmu_domain* domain,
                               struct smmu_domain* below) {
  if (domain->table.stage_2 || !below->table.stage_2) return STATUS_BAD_ARGUMENT;
  if (domain->vmid != 0 && domain->vmid != below->vmid) return STATUS_BAD_ARGUMENT;
  /* Before the first entry that both stages make can be cached. */
  domain->vmid = below->vmid;
  below->is_below = true;
  uint64_t words[ENTRY_WORDS];
  stream_entry_of_contexts(smmu, domain->context_descriptor, domain->stalls, words);
  words[0] |= field_put(STE0_Config, STE_CONFIG_NESTED);
  stream_entry_add_stage_2(smmu, below, words);
  return stream_entry_write(smmu, stream_id, words);
}

enum status smmu_detach_stage_2(struct smmu* smmu, uint32_t stream_id,
                                const struct smmu_domain* domain) {
  enum status status = smmu_abort(smmu, stream_id);
  return status == STATUS_OK ? smmu_invalidate_domain(smmu, domain) : status;
}
