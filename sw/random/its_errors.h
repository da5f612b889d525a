/* Each command error that the specification names. IHI 0069, the tables of 5.3.2 to 5.3.15. */
#ifndef SW_RANDOM_ITS_ERRORS_H
#define SW_RANDOM_ITS_ERRORS_H

#include "sw/random/its_fields.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ITS_UNMAPPED_ICID 37u

enum its_wrong {
  DEVICE_OOR,
  COLLECTION_OOR,
  UNMAPPED_DEV,
  ID_OOR,
  UNMAPPED_INTERRUPT,
  UNMAPPED_COLLECTION,
  PHYSICALID_OOR_LOW,
  PHYSICALID_OOR_HIGH,
  ITTSIZE_OOR,
  PROCNUM_OOR,
};

struct its_error {
  const char* name;
  unsigned opcode;
  enum its_wrong wrong;
};
extern const struct its_error its_errors[];
extern const unsigned its_errors_count;

/* What makes a command wrong: of the device that it names, and an EventID without a mapping. */
struct its_spoiler {
  const struct its* its;
  unsigned event_bits;
  uint32_t spare_event;
};
void its_spoil(const struct its_spoiler* spoiler, struct its_fields* fields, enum its_wrong wrong);

#ifdef __cplusplus
}
#endif

#endif
