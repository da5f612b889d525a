/* Waiting for hardware, at most a second of the system counter, as Linux does. */
#ifndef SW_INCLUDE_POLL_H
#define SW_INCLUDE_POLL_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/include/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define POLL_LIMIT_NS UINT64_C(1000000000)

struct deadline {
  uint64_t time_ns;
};

struct deadline deadline_start(void);
/* True once the second is over; lets time pass otherwise. */
bool deadline_passed(const struct deadline* deadline);

/* The same, but that time passes in WFE: for what tells its end by an event. */
bool deadline_passed_at_event(const struct deadline* deadline);

/* Reads the 32-bit register until (value & mask) == expected. */
enum status poll32(uint64_t address, uint32_t mask, uint32_t expected);
/* The same for a word of normal memory, that a device or another processor writes. */
enum status poll_memory32(uint64_t address, uint32_t mask, uint32_t expected);

#ifdef __cplusplus
}
#endif

#endif
