/* An NVMe controller with PRPs: NVMe 1.4, as Linux brings it up (drivers/nvme/host/pci.c). Commands
 * are either executed one at a time, their completion awaited in memory, or submitted, many at
 * once, and their completions taken by whoever is told of them, such as an interrupt handler. */
#ifndef SW_DRIVERS_NVME_NVME_H
#define SW_DRIVERS_NVME_NVME_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/include/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NVME_PAGE 4096u
#define NVME_IO_QUEUES 4u
/* A page for data of admin commands; for each pair of queues one for submissions, one for
 * completions and one for a PRP List. */
#define NVME_MEMORY ((1u + 3u * (1u + NVME_IO_QUEUES)) * NVME_PAGE)
/* Of a queue; one less can be under way. */
#define NVME_QUEUE_ENTRIES 32u
#define NVME_ADMIN_QUEUE 0u

/* A submission and a completion queue of the same number. */
struct nvme_queue {
  uint64_t submissions; /* physical addresses */
  uint64_t completions;
  uint32_t tail; /* of whoever submits */
  uint16_t next_command;
  uint32_t submitted;
  uint32_t completed; /* of whoever takes completions, with the three below */
  uint32_t head;
  uint32_t phase;
};

struct nvme {
  uint64_t registers; /* BAR 0 */
  uint64_t memory;    /* NVME_MEMORY bytes, page-aligned */
  uint64_t bus;       /* the same as the controller sees them: an IOVA behind an SMMU */
  struct nvme_queue queues[1 + NVME_IO_QUEUES];
  uint32_t block_size; /* bytes */
  uint64_t blocks;
  uint32_t last_status; /* status field of the last executed command; 0 is success */
};

/* NVMe 1.4, section 4.2. */
struct nvme_command {
  uint32_t opcode;
  uint32_t namespace_id;
  uint64_t prp1; /* bus addresses */
  uint64_t prp2;
  uint32_t dwords[3]; /* 10 to 12 */
};

/* Section 4.6. */
struct nvme_completion {
  uint16_t command; /* the number that nvme_submit() gave it */
  uint32_t status;  /* 0 is success */
  uint32_t result;  /* double word 0 */
};

/* Resets the controller, makes its admin queue, which has vector 0, and asks for the namespace and
 * for I/O queues. STATUS_REFUSED when a command fails, STATUS_TIMEOUT when the controller doesn't
 * get ready. */
enum status nvme_open(struct nvme* nvme, uint64_t registers, uint64_t memory, uint64_t bus);
/* Makes I/O queue 1 to NVME_IO_QUEUES, with interrupts by `vector`. */
enum status nvme_add_queue(struct nvme* nvme, unsigned queue, uint16_t vector);
enum status nvme_remove_queue(struct nvme* nvme, unsigned queue);
/* Shuts the controller down, which has no I/O queue any more. */
enum status nvme_close(struct nvme* nvme);
/* CC.EN = 0: on return the controller neither reads nor writes memory, nor interrupts. */
enum status nvme_reset(struct nvme* nvme);

/* `count` blocks between the drive and memory at the bus address `data`, a multiple of 4 and of
 * pages in a row; at most 512 KiB. Executed: nobody else uses the queue meanwhile. */
enum status nvme_read(struct nvme* nvme, unsigned queue, uint64_t block, uint32_t count,
                      uint64_t data);
enum status nvme_write(struct nvme* nvme, unsigned queue, uint64_t block, uint32_t count,
                       uint64_t data);
enum status nvme_flush(struct nvme* nvme, unsigned queue);
/* Any command, executed. The completion's status is also in `last_status`. */
enum status nvme_execute(struct nvme* nvme, unsigned queue, const struct nvme_command* command);

/* A read or write of blocks within at most two pages. */
struct nvme_command nvme_transfer(const struct nvme* nvme, bool write, uint64_t block,
                                  uint32_t count, uint64_t data);
/* Puts a command into the queue and rings its doorbell. One caller a queue at a time. Commands are
 * numbered from 0, modulo 2^16. STATUS_NO_SPACE while the queue is full. */
enum status nvme_submit(struct nvme* nvme, unsigned queue, const struct nvme_command* command);
/* The next completion, if there is one. One caller a queue at a time, who may be another one than
 * the submitter; nvme_release_completions() gives back the places of those that were taken. */
bool nvme_take_completion(struct nvme* nvme, unsigned queue, struct nvme_completion* completion);
void nvme_release_completions(struct nvme* nvme, unsigned queue);

#ifdef __cplusplus
}
#endif

#endif
