#include "sw/drivers/smmu/contexts.h"
#include "sw/drivers/smmu/smmu.h"
#include "sw/drivers/smmu/stage2.h"
#include "sw/drivers/smmu/streams.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"

enum status smmu_domain_initialise_granule(struct smmu* smmu, struct smmu_domain* domain,
                                           uint16_t asid, unsigned address_bits, unsigned granule) {
  if (!smmu->stage_1 || !(smmu->granules & BIT(granule))) return STATUS_UNSUPPORTED;
  enum status status =
      page_table_initialise_granule(&domain->table, smmu->memory, address_bits, granule);
  if (status != STATUS_OK) return status;
  uint64_t descriptor = region_allocate(smmu->memory, CD_SIZE, CD_SIZE);
  if (descriptor == 0) return STATUS_NO_MEMORY;
  domain->asid = asid;
  domain->vmid = 0;
  domain->context_descriptor = descriptor;
  uint64_t words[ENTRY_WORDS];
  context_words(smmu, domain, words);
  mem_write64(descriptor + 8, words[1]);
  mem_write64(descriptor + 24, words[3]);
  data_synchronization_barrier(); /* the word with V comes last */
  mem_write64(descriptor, words[0]);
  data_synchronization_barrier();
  return STATUS_OK;
}

enum status smmu_domain_initialise(struct smmu* smmu, struct smmu_domain* domain, uint16_t asid,
                                   unsigned address_bits) {
  return smmu_domain_initialise_granule(smmu, domain, asid, address_bits, GRANULE_4K);
}

enum status smmu_attach(struct smmu* smmu, uint32_t stream_id, const struct smmu_domain* domain) {
  uint64_t words[ENTRY_WORDS] = {STE0_V | field_put(STE0_Config, STE_CONFIG_STAGE_2)};
  if (domain->table.stage_2) {
    stream_entry_add_stage_2(smmu, domain, words);
  } else {
    stream_entry_of_contexts(smmu, domain->context_descriptor, domain->stalls, words);
  }
  return stream_entry_write(smmu, stream_id, words);
}

enum status smmu_map(struct smmu_domain* domain, uint64_t iova, uint64_t address, uint64_t size,
                     unsigned permissions) {
  return page_table_map(&domain->table, iova, address, size, permissions);
}

struct smmu_range smmu_domain_range(const struct smmu_domain* domain, uint64_t iova,
                                    uint64_t size) {
  struct smmu_range range = {.asid = domain->asid,
                             .iova = iova,
                             .size = size,
                             .leaf = true,
                             .granule = domain->table.granule,
                             .vmid = domain->vmid,
                             .stage_2 = domain->table.stage_2};
  return range;
}

enum status smmu_unmap(struct smmu* smmu, struct smmu_domain* domain, uint64_t iova,
                       uint64_t size) {
  struct smmu_range range = smmu_domain_range(domain, iova, size);
  enum status status = page_table_unmap(&domain->table, iova, size, &range.level);
  enum status invalidated = smmu_invalidate_range(smmu, &range);
  /* What both stages have made isn't found by its intermediate address. Only once those of stage 2
   * are gone, which it could be made of anew: IHI 0070 4.4.3.1, the order of Linux and KVM. */
  if (invalidated == STATUS_OK && domain->is_below) {
    invalidated = smmu_invalidate_stage_1(smmu, domain->vmid);
  }
  return status != STATUS_OK ? status : invalidated;
}
