/* The stream table: linear, or of two levels. IHI 0070, sections 3.3.1 and 3.3.2. */
#ifndef SW_DRIVERS_SMMU_STREAM_TABLE_H
#define SW_DRIVERS_SMMU_STREAM_TABLE_H

#include "sw/drivers/smmu/smmu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* StreamIDs that a level-2 table resolves, as Linux has it: 256 entries, 16 KiB. */
#define STREAM_TABLE_SPLIT 8u

/* An empty table, by what `smmu` says. */
enum status stream_table_initialise(struct smmu* smmu);
/* SMMU_STRTAB_BASE_CFG. */
uint32_t stream_table_configuration(const struct smmu* smmu);
/* The address of a stream's entry; a level-2 table is made when it is first asked for. 0: there is
 * no such stream, or no memory. */
uint64_t stream_table_entry(struct smmu* smmu, uint32_t stream_id);

#ifdef __cplusplus
}
#endif

#endif
