/* Context descriptors: what they say, and tables of them, one for each stream with substreams.
 * IHI 0070, sections 3.3.3, 5.3 and 5.4. */
#ifndef SW_DRIVERS_SMMU_CONTEXTS_H
#define SW_DRIVERS_SMMU_CONTEXTS_H

#include "sw/drivers/smmu/smmu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* More CDs than that have a table of two levels, as in Linux: leaves of 1024, 64 KiB. */
#define CONTEXT_TABLE_SPLIT 10u

/* The table of CDs of one stream. Transactions without a substream go by substream 0. */
struct smmu_contexts {
  unsigned bits; /* of its SubstreamIDs: STE.S1CDMax */
  bool two_level;
  uint64_t table;
  uint32_t stream_id; /* once it is attached */
  bool attached;
  bool stalls; /* set by the caller: those of its substreams' domains may */
};

/* The words of the CD of an address space. */
void context_words(const struct smmu* smmu, const struct smmu_domain* domain, uint64_t* words);

/* A table of 2^bits CDs, none of which is valid; bits is at most `substream_id_bits` of `smmu`. */
enum status smmu_contexts_initialise(struct smmu* smmu, struct smmu_contexts* contexts,
                                     unsigned bits);
/* Gives a stream its table. */
enum status smmu_attach_contexts(struct smmu* smmu, uint32_t stream_id,
                                 struct smmu_contexts* contexts);
/* Gives a substream an address space, in place where one word differs from what it had. */
enum status smmu_set_context(struct smmu* smmu, struct smmu_contexts* contexts, uint32_t substream,
                             const struct smmu_domain* domain);
/* The address space is going away while its device may still use it: transactions are aborted, and
 * nothing is recorded. What is cached of it goes with its ASID. */
enum status smmu_quiet_context(struct smmu* smmu, struct smmu_contexts* contexts,
                               uint32_t substream, const struct smmu_domain* domain);
/* The substream has none any more: transactions are aborted, and recorded. */
enum status smmu_clear_context(struct smmu* smmu, struct smmu_contexts* contexts,
                               uint32_t substream);

#ifdef __cplusplus
}
#endif

#endif
