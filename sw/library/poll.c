#include "sw/include/poll.h"

#include "sw/include/access.h"
#include "sw/include/processor.h"

struct deadline deadline_start_within(uint64_t limit_ns) {
  struct deadline deadline = {processor_time_ns() + limit_ns};
  return deadline;
}

struct deadline deadline_start(void) {
  return deadline_start_within(POLL_LIMIT_NS);
}

bool deadline_passed(const struct deadline* deadline) {
  if (processor_time_ns() > deadline->time_ns) return true;
  spin_hint();
  return false;
}

bool deadline_passed_at_event(const struct deadline* deadline) {
  if (processor_time_ns() > deadline->time_ns) return true;
  wait_for_event();
  return false;
}

enum status poll32(uint64_t address, uint32_t mask, uint32_t expected) {
  struct deadline deadline = deadline_start();
  while ((mmio_read32(address) & mask) != expected) {
    if (deadline_passed(&deadline)) return STATUS_TIMEOUT;
  }
  return STATUS_OK;
}

enum status poll_memory32(uint64_t address, uint32_t mask, uint32_t expected) {
  return poll_memory32_within(address, mask, expected, POLL_LIMIT_NS);
}

enum status poll_memory32_within(uint64_t address, uint32_t mask, uint32_t expected,
                                 uint64_t limit_ns) {
  struct deadline deadline = deadline_start_within(limit_ns);
  for (;;) {
    bool is_late = processor_time_ns() > deadline.time_ns;
    if ((mem_read32(address) & mask) == expected) return STATUS_OK;
    if (is_late) return STATUS_TIMEOUT;
    spin_until_written(address, deadline.time_ns);
  }
}
