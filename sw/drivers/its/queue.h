/* The ITS command queue, for the files of this driver. IHI 0069, section 5.3. */
#ifndef SW_DRIVERS_ITS_QUEUE_H
#define SW_DRIVERS_ITS_QUEUE_H

#include "sw/drivers/its/its.h"

#ifdef __cplusplus
extern "C" {
#endif

enum status its_queue_initialise(struct its* its);
/* Puts commands into the queue, publishes them with one write of GITS_CWRITER and waits for
 * GITS_CREADR. */
enum status its_issue(struct its* its, const struct its_command* commands, unsigned count);

#ifdef __cplusplus
}
#endif

#endif
