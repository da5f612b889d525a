/* An NVMe controller with PRPs, one I/O queue and commands one at a time: NVMe 1.4, as Linux brings
 * it up (drivers/nvme/host/pci.c). Completions are waited for in memory; an interrupt handler may
 * count them beside. */
#ifndef SW_DRIVERS_NVME_NVME_H
#define SW_DRIVERS_NVME_NVME_H

#include <stdint.h>

#include "sw/include/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NVME_PAGE 4096u
/* Four queues of a page each, a page for data of admin commands, and one for a PRP List. */
#define NVME_MEMORY (6u * NVME_PAGE)
#define NVME_QUEUE_ENTRIES 32u

struct nvme_queue {
  uint64_t submissions; /* physical addresses */
  uint64_t completions;
  uint32_t tail;
  uint32_t head;
  uint32_t phase;
};

struct nvme {
  uint64_t registers; /* BAR 0 */
  uint64_t memory;    /* NVME_MEMORY bytes, page-aligned */
  uint64_t bus;       /* the same as the controller sees them: an IOVA behind an SMMU */
  struct nvme_queue queues[2];
  uint16_t next_command;
  uint32_t block_size; /* bytes */
  uint64_t blocks;
  uint32_t last_status; /* status field of the last completion; 0 is success */
};

/* Resets the controller, makes its admin queue, which has vector 0, and one I/O queue with
 * `vector`. STATUS_REFUSED when a command fails, STATUS_TIMEOUT when the controller doesn't. */
enum status nvme_open(struct nvme* nvme, uint64_t registers, uint64_t memory, uint64_t bus,
                      uint16_t vector);
/* `count` blocks between the drive and memory at the bus address `data`, a multiple of 4 and of
 * pages in a row; at most 512 KiB. */
enum status nvme_read(struct nvme* nvme, uint64_t block, uint32_t count, uint64_t data);
enum status nvme_write(struct nvme* nvme, uint64_t block, uint32_t count, uint64_t data);
enum status nvme_flush(struct nvme* nvme);
/* Deletes the I/O queue and shuts the controller down. */
enum status nvme_close(struct nvme* nvme);

#ifdef __cplusplus
}
#endif

#endif
