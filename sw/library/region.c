#include "sw/include/region.h"

#include "sw/include/access.h"
#include "sw/include/bits.h"

static uint64_t take(struct region* region, uint64_t size, uint64_t alignment) {
  uint64_t start = align_up(region->next, alignment);
  if (start < region->next || start > region->end || region->end - start < size) return 0;
  region->next = start + size;
  return start;
}

uint64_t region_allocate(struct region* region, uint64_t size, uint64_t alignment) {
  size = align_up(size, 8);
  uint64_t state = lock_acquire(&region->lock);
  uint64_t start = take(region, size, alignment);
  lock_release(&region->lock, state);
  if (start != 0) mem_fill(start, size, 0);
  return start;
}
