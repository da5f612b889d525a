/* Memory for tables and queues: a piece of RAM handed out from the bottom up and never taken back.
 */
#ifndef SW_INCLUDE_REGION_H
#define SW_INCLUDE_REGION_H

#include <stdint.h>

#include "sw/include/lock.h"

#ifdef __cplusplus
extern "C" {
#endif

struct region {
  uint64_t next; /* the first free physical address */
  uint64_t end;
  struct lock lock;
};

/* Zeroed memory, aligned to a power of two of at least 8; 0 when there is not enough left. */
uint64_t region_allocate(struct region* region, uint64_t size, uint64_t alignment);

#ifdef __cplusplus
}
#endif

#endif
