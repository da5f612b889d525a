/* The SMMU's event records of one step, as a set: how often and in which order a transaction's
 * parts fault is nobody's promise. IHI 0070, section 7.3. */
#ifndef SW_RANDOM_EVENTS_H
#define SW_RANDOM_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/drivers/smmu/smmu.h"
#include "sw/drivers/uart/pl011.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EVENT_SET 32u

/* The fields that are compared: of addresses the page, and none that its type does not have. */
struct event_record {
  uint8_t type;
  bool of_drive; /* its StreamID is the drive's */
  bool read;
  uint8_t event_class;
  uint64_t address;
  uint64_t fetch_address;
};

struct event_set {
  uint32_t stream_id;
  unsigned count;
  bool lost; /* more than fit */
  struct event_record records[EVENT_SET];
};

void event_set_clear(struct event_set* set, uint32_t stream_id);
void event_set_add(struct event_set* set, const struct smmu_event* event);
/* " events=" and the records in ascending order, or "-". */
void event_set_print(const struct event_set* set, const struct pl011* uart);

#ifdef __cplusplus
}
#endif

#endif
