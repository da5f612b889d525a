/* Waiting for hardware, at most a second of the system counter, as Linux does, unless said
 * otherwise. */
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
/* For what may take another time than a second. */
struct deadline deadline_start_within(uint64_t limit_ns);
/* True once the second, or the other time, is over; lets time pass otherwise. */
bool deadline_passed(const struct deadline* deadline);

/* The same, but that time passes in WFE: for what tells its end by an event. */
bool deadline_passed_at_event(const struct deadline* deadline);

/* Reads the 32-bit register until (value & mask) == expected. */
enum status poll32(uint64_t address, uint32_t mask, uint32_t expected);
/* The same for a word of normal memory, that a device or another processor writes. */
enum status poll_memory32(uint64_t address, uint32_t mask, uint32_t expected);
enum status poll_memory32_within(uint64_t address, uint32_t mask, uint32_t expected,
                                 uint64_t limit_ns);

#ifdef __cplusplus
}
#endif

#endif
