#include "sw/include/lock.h"

#include "sw/include/processor.h"

uint64_t lock_acquire(struct lock* lock) {
  uint64_t state = interrupts_mask();
  while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE) != 0)
    spin_hint();
  return state;
}

void lock_release(struct lock* lock, uint64_t interrupt_state) {
  __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
  interrupts_restore(interrupt_state);
}
