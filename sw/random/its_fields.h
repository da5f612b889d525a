/* ITS commands with any field, right or wrong. IHI 0069, section 5.3. */
#ifndef SW_RANDOM_ITS_FIELDS_H
#define SW_RANDOM_ITS_FIELDS_H

#include <stdbool.h>

#include "sw/drivers/its/its.h"

#ifdef __cplusplus
extern "C" {
#endif

struct its_fields {
  unsigned opcode;
  uint32_t device_id;
  uint32_t event_id;
  uint32_t intid;
  unsigned collection;
  uint64_t target; /* RDbase, as it stands in the command */
  uint64_t second_target;
  unsigned size; /* MAPD: bits - 1 */
  uint64_t table;
  bool valid;
};

struct its_command its_command_of(const struct its_fields* fields);
const char* its_command_name(unsigned opcode);

#ifdef __cplusplus
}
#endif

#endif
