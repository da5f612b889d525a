/*
 * Stage 2: address spaces of intermediate physical addresses, each with a VMID, by themselves or
 * below domains of stage 1. IHI 0070, sections 3.3.2 and 5.2.
 */
#ifndef SW_DRIVERS_SMMU_STAGE2_H
#define SW_DRIVERS_SMMU_STAGE2_H

#include "sw/drivers/smmu/smmu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An empty address space of stage 2 with `address_bits` of intermediate physical addresses: 32 to
 * what the SMMU puts out, at most 48. STATUS_UNSUPPORTED where the SMMU has no stage 2, or not this
 * granule. VMIDs are above 0, which those of stage 1 alone have, and have 8 bits where the SMMU has
 * no more. smmu_map() and smmu_unmap() then take intermediate physical addresses, and
 * smmu_attach() attaches it alone. */
enum status smmu_domain_initialise_stage_2(struct smmu* smmu, struct smmu_domain* domain,
                                           uint16_t vmid, unsigned address_bits, unsigned granule);
/* Attaches a stream to a domain of stage 1 that stands on one of stage 2. Its context descriptor
 * and tables are where stage 2 maps these addresses to themselves. A domain stands on one other at
 * most, and on that wherever it is attached. */
enum status smmu_attach_nested(struct smmu* smmu, uint32_t stream_id, struct smmu_domain* domain,
                               struct smmu_domain* below);
/* The stream is aborted; all that is cached of the VMID goes, which may then be given away. */
enum status smmu_detach_stage_2(struct smmu* smmu, uint32_t stream_id,
                                const struct smmu_domain* domain);

/* The words of an entry that say what stage 2 is; `words` says what there is beside. */
void stream_entry_add_stage_2(const struct smmu* smmu, const struct smmu_domain* domain,
                              uint64_t* words);

#ifdef __cplusplus
}
#endif

#endif
