/* Mutual exclusion between processors and their interrupt handlers. */
#ifndef SW_INCLUDE_LOCK_H
#define SW_INCLUDE_LOCK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lock {
  uint32_t held; /* 0 is free */
};

/* Masks interrupts, then spins until the lock is free. Returns the state for lock_release(). */
uint64_t lock_acquire(struct lock* lock);
void lock_release(struct lock* lock, uint64_t interrupt_state);

#ifdef __cplusplus
}
#endif

#endif
