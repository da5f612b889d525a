/*
 * Changes of stream table entries and context descriptors that the SMMU may be reading: nothing
 * that it uses is ever a mixture. IHI 0070, sections 3.21.3.1 and 3.21.3.2; the algorithm is that
 * of Linux 6.8 and later.
 */
#ifndef SW_DRIVERS_SMMU_ENTRY_UPDATE_H
#define SW_DRIVERS_SMMU_ENTRY_UPDATE_H

#include <stdint.h>

#include "sw/drivers/smmu/structures.h"
#include "sw/include/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An entry of ENTRY_WORDS words, whose word 0 with all bits zero is invalid. */
struct entry {
  uint64_t address;
  /* The bits of `words` that the SMMU looks at, as these are. */
  void (*used)(const uint64_t* words, uint64_t* used);
  /* The CFGI of the entry and a CMD_SYNC, which has completed on return. */
  enum status (*invalidate)(void* context);
  void* context;
};

/* Makes an entry `target`, in which bits that aren't used are zero. Where what is used differs in
 * one word, that word is written in place and the entry stays valid throughout; otherwise it is
 * invalid in between. Each step is followed by an invalidation. */
enum status entry_update(const struct entry* entry, const uint64_t* target);

#ifdef __cplusplus
}
#endif

#endif
