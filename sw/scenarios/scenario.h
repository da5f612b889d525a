/*
 * What the scenarios share: four processors, two NVMe drives, a transcript on the UART, and
 * interrupt handlers that take completions. A scenario is the same on every machine that has these
 * (QEMU's `virt`, Doorbell), so that its transcript says what the architecture demands and nothing
 * else: sets and sums, not orders and times.
 */
#ifndef SW_SCENARIOS_SCENARIO_H
#define SW_SCENARIOS_SCENARIO_H

#include "sw/drivers/nvme/nvme.h"
#include "sw/drivers/uart/pl011.h"
#include "sw/scenarios/machine.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SCENARIO_PROCESSORS 4u
#define SCENARIO_DRIVES 2u
#define SCENARIO_FAULTS 64u

/* Of each drive: IOVAs, the same for both, and physical addresses, each in its own MiB. */
#define DRIVER_IOVA UINT64_C(0x6f000000)
#define DATA_IOVA UINT64_C(0x6e000000)
#define DATA_SIZE UINT64_C(0x80000)
/* Blocks of 512 bytes in a page. */
#define BLOCKS_OF_PAGE 8u

/* What the handler of a queue's vector has found, on whatever processor. */
struct scenario_queue {
  struct lock lock;
  uint32_t completions;
  uint32_t failures;   /* completions whose status isn't success */
  uint32_t processors; /* one bit each: who took completions */
};

struct scenario_drive {
  struct machine_device device;
  struct nvme nvme;
  struct scenario_queue queues[1 + NVME_IO_QUEUES]; /* vector n is queue n's */
  uint64_t data;                                    /* physical address of DATA_IOVA */
};

/* An SMMU event, without what depends on how a machine splits transactions. IHI 0070, 7.3. */
struct scenario_fault {
  uint32_t event; /* event number */
  uint32_t stream_id;
  uint64_t page;
  bool is_read;
};

struct scenario {
  struct machine machine;
  struct pcie_function functions[16];
  struct msi_vector vectors[32];
  struct scenario_drive drives[SCENARIO_DRIVES];
  struct scenario_fault faults[SCENARIO_FAULTS]; /* in order, none twice */
  uint32_t fault_count;
  struct lock fault_lock;
  struct pl011 uart;
  bool has_failed;
};

typedef void scenario_body(struct scenario* scenario);

/* On every processor, with a zeroed struct: brings the machine up, runs the body on processor 0
 * while the others take interrupts, and ends the transcript with "PASS" or "FAIL". */
void scenario_run(struct scenario* scenario, scenario_body* body, unsigned processor);

/* The scenarios (docs/sw.md). */
scenario_body scenario_vectors;
scenario_body scenario_doorbells;
scenario_body scenario_affinity;
scenario_body scenario_isolation;
scenario_body scenario_reallocation;
scenario_body scenario_storm;
scenario_body scenario_unmap;

/* Transcript, on processor 0: a line with a name and numbers in hexadecimal. */
void say(struct scenario* scenario, const char* text);
void say_number(struct scenario* scenario, const char* name, uint64_t value);
void say_of_queue(struct scenario* scenario, unsigned drive, unsigned queue, const char* name,
                  uint64_t value);
/* The status of a command, after a line's name and case, as known differences between machines are
 * listed. */
void say_status(struct scenario* scenario, const char* name_and_case, uint32_t status);
/* Each false makes the transcript end with "FAIL", and says why. */
bool expect(struct scenario* scenario, const char* what, bool is_so);
bool expect_ok(struct scenario* scenario, const char* what, enum status status);

/* The drives among the functions, in the order of their requester IDs; null if there are fewer. */
const struct pcie_function* find_drive(const struct scenario* scenario, unsigned index);
/* Where the memory of a drive's driver is, NVME_MEMORY bytes. */
uint64_t driver_memory_of(unsigned index);
/* Drive `index` with an address space of its own, memory for its driver and data there, and
 * `vectors` vectors; its controller up, with no I/O queue. */
bool add_drive(struct scenario* scenario, unsigned index, unsigned vectors);
/* Vector and queue n, n > 0, for a processor. */
bool add_queue(struct scenario* scenario, struct scenario_drive* drive, unsigned queue,
               unsigned processor);
/* Reads or writes a page of data, and doesn't wait. */
bool submit_page(struct scenario* scenario, struct scenario_drive* drive, unsigned queue,
                 bool write, uint64_t block, uint64_t iova);
/* Waits until handlers have taken so many completions in all. */
bool wait_for_completions(struct scenario* scenario, struct scenario_drive* drive, unsigned queue,
                          uint32_t count);
/* An msi_handler, whose argument is the drive. */
void take_completions(struct msi_vector* vector, void* argument);

/* A number that depends on every byte and its place; size in bytes, a multiple of 8. */
uint64_t checksum(uint64_t address, uint64_t size);
void fill_with_pattern(uint64_t address, uint64_t size, uint64_t seed);

/* Waits for an event of this kind, page and direction; `drive` says whose. */
bool wait_for_fault(struct scenario* scenario, const char* what, unsigned drive, uint32_t event,
                    uint64_t iova);
/* Says all faults since the last time, by drives, and forgets them. */
void say_faults(struct scenario* scenario);
void forget_faults(struct scenario* scenario);
/* Lets everything that has begun come to its end: nothing else tells that nothing comes. */
void let_settle(void);

#ifdef __cplusplus
}
#endif

#endif
