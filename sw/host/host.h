/*
 * The functions of sw/include on a host: each goes through this table, so that the drivers run on
 * whatever fills it in: a processor model that turns accesses into bus transactions, or a test's
 * own memory.
 */
#ifndef SW_HOST_HOST_H
#define SW_HOST_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/include/processor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Every function acts for the processor that is running; the implementation knows which one that
 * is. */
struct host_operations {
  /* size is 1, 4 or 8 bytes; device: not cacheable, never merged. */
  uint64_t (*read)(uint64_t address, unsigned size, bool device);
  void (*write)(uint64_t address, unsigned size, uint64_t value, bool device);
  void (*fill)(uint64_t address, uint64_t size, uint8_t value);
  void (*barrier)(void);
  /* The encoding is that of enum system_register. */
  uint64_t (*system_register_read)(uint32_t encoding);
  void (*system_register_write)(uint32_t encoding, uint64_t value);
  unsigned (*number)(void);
  uint32_t (*affinity)(void);
  uint64_t (*time_ns)(void);
  void (*enter)(const struct processor_state* state);
  void (*install_handler)(interrupt_handler* handler, void* argument);
  /* Returns whether interrupts were masked before. */
  bool (*set_interrupt_mask)(bool masked);
  /* The same of FIQs. */
  void (*install_fiq_handler)(interrupt_handler* handler, void* argument);
  bool (*set_fiq_mask)(bool masked);
  void (*wait_for_interrupt)(void);
  void (*wait_for_event)(void);
  void (*send_event)(void);
  void (*spin_hint)(void);
  void (*spin_until_written)(uint64_t address, uint64_t limit_ns);
};

/* Before the first driver call; the table outlives the last. */
void host_set_operations(const struct host_operations* operations);

#ifdef __cplusplus
}
#endif

#endif
