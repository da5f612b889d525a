/* Stream table entries: what they say, and how they change. IHI 0070, section 5.2. */
#ifndef SW_DRIVERS_SMMU_STREAMS_H
#define SW_DRIVERS_SMMU_STREAMS_H

#include "sw/drivers/smmu/smmu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* STE.S2TG and CD.TG0: 5.2, 5.4. */
uint64_t granule_encoding(unsigned granule);
/* Whether the faults of a domain are to stall: by choice, or as the SMMU knows nothing else. */
bool faults_stall(const struct smmu* smmu, const struct smmu_domain* domain);
/* The words of an entry with stage 1, by a CD or a table of CDs; `stalls`: they may say that faults
 * stall. */
void stream_entry_of_contexts(const struct smmu* smmu, uint64_t contexts, bool stalls,
                              uint64_t* words);
/* Makes the entry of a stream `words`, by entry_update(); a translating one is prefetched. */
enum status stream_entry_write(struct smmu* smmu, uint32_t stream_id, const uint64_t* words);

#ifdef __cplusplus
}
#endif

#endif
