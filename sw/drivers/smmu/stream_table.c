#include "sw/drivers/smmu/stream_table.h"

#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"

/* Every entry valid and aborting: traffic of unknown streams ends silently. */
static uint64_t allocate_entries(struct smmu* smmu, unsigned log2_entries) {
  uint64_t size = (uint64_t)STE_SIZE << log2_entries;
  uint64_t table = region_allocate(smmu->memory, size, size);
  if (table == 0) return 0;
  for (uint64_t entry = 0; entry < size; entry += STE_SIZE) {
    mem_write64(table + entry, STE0_V | field_put(STE0_Config, STE_CONFIG_ABORT));
  }
  data_synchronization_barrier();
  return table;
}

enum status stream_table_initialise(struct smmu* smmu) {
  if (smmu->two_level_streams) {
    uint64_t size = (uint64_t)STD_SIZE << (smmu->stream_id_bits - STREAM_TABLE_SPLIT);
    smmu->stream_table = region_allocate(smmu->memory, size, size < 64 ? 64 : size);
  } else {
    smmu->stream_table = allocate_entries(smmu, smmu->stream_id_bits);
  }
  return smmu->stream_table == 0 ? STATUS_NO_MEMORY : STATUS_OK;
}

uint32_t stream_table_configuration(const struct smmu* smmu) {
  uint64_t format =
      smmu->two_level_streams
          ? field_put(STRTAB_BASE_CFG_FMT, 1) | field_put(STRTAB_BASE_CFG_SPLIT, STREAM_TABLE_SPLIT)
          : 0;
  return (uint32_t)(format | field_put(STRTAB_BASE_CFG_LOG2SIZE, smmu->stream_id_bits));
}

/* No CFGI follows here, as none does in Linux: the one that comes with the first change of an entry
 * behind the descriptor is enough where descriptors of no entries aren't cached. */
static uint64_t level_2_table(struct smmu* smmu, uint32_t stream_id) {
  uint64_t descriptor = smmu->stream_table + (uint64_t)(stream_id >> STREAM_TABLE_SPLIT) * STD_SIZE;
  uint64_t state = lock_acquire(&smmu->stream_lock);
  uint64_t table = mem_read64(descriptor) & STD_L2Ptr;
  if (table == 0) {
    table = allocate_entries(smmu, STREAM_TABLE_SPLIT);
    if (table != 0) mem_write64(descriptor, table | field_put(STD_Span, STREAM_TABLE_SPLIT + 1));
    data_synchronization_barrier();
  }
  lock_release(&smmu->stream_lock, state);
  return table;
}

uint64_t stream_table_entry(struct smmu* smmu, uint32_t stream_id) {
  if ((uint64_t)stream_id >> smmu->stream_id_bits != 0) return 0;
  if (!smmu->two_level_streams) return smmu->stream_table + (uint64_t)stream_id * STE_SIZE;
  uint64_t table = level_2_table(smmu, stream_id);
  uint32_t index = stream_id & (uint32_t)(BIT(STREAM_TABLE_SPLIT) - 1);
  return table == 0 ? 0 : table + (uint64_t)index * STE_SIZE;
}
