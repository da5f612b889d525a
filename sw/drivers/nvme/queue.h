/* Places of queues in memory, for the files of this driver. */
#ifndef SW_DRIVERS_NVME_QUEUE_H
#define SW_DRIVERS_NVME_QUEUE_H

#include "sw/drivers/nvme/nvme.h"

#define NVME_ADMIN_DATA 0u

/* Offsets in the memory of the driver, of an admin or I/O queue. */
static inline uint64_t nvme_submissions_at(unsigned queue) {
  return (1 + 3 * queue) * (uint64_t)NVME_PAGE;
}
static inline uint64_t nvme_completions_at(unsigned queue) {
  return (2 + 3 * queue) * (uint64_t)NVME_PAGE;
}
static inline uint64_t nvme_prp_list_at(unsigned queue) {
  return (3 + 3 * queue) * (uint64_t)NVME_PAGE;
}

/* Empty, as the controller takes a queue that it is about to be given. */
void nvme_clear_queue(struct nvme* nvme, unsigned queue);

#endif
