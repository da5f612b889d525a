/*
 * A random program: one seed's address space, vectors and steps. Everything that a step prints is
 * read after the machine has come to rest, so that it is the same on each machine that keeps to the
 * specifications.
 */
#ifndef SW_RANDOM_PROGRAM_H
#define SW_RANDOM_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/drivers/nvme/nvme.h"
#include "sw/random/events.h"
#include "sw/random/generator.h"
#include "sw/scenarios/machine.h"

#define PROGRAM_PROCESSORS 2u
#define PROGRAM_SLOTS 6u
#define PROGRAM_VECTORS 4u
#define PROGRAM_COLLECTIONS 3u
#define PROGRAM_INVALIDATIONS 96u
/* Blocks of the drive, from the first one on, that are read. Behind them are as many that are
 * written to when nobody knows with what: the data may fault. */
#define PROGRAM_BLOCKS_READ 1024u

/* Where data may go: an IOVA that a leaf maps. */
struct slot {
  uint64_t iova;       /* of two pages in a row */
  uint64_t address[2]; /* physical, of each */
  unsigned level;      /* of their leaves */
};

/* An interrupt of the drive, or one that INT alone raises. */
struct event_line {
  uint32_t event_id;
  uint32_t intid;
  unsigned collection;
  uint8_t priority;
  uint64_t taken[PROGRAM_PROCESSORS];
};

struct program {
  /* Filled in by the caller. */
  struct machine* machine;
  const struct pl011* uart;
  const struct pcie_function* function;
  uint64_t seed;

  struct generator generator;
  struct region memory; /* of this program alone */
  struct smmu_domain domain;
  struct msix msix;
  struct nvme nvme;
  uint64_t nvme_memory;
  uint64_t nvme_iova;
  uint64_t list; /* a page for a PRP List, behind the drive's queues */
  uint64_t list_iova;
  uint64_t doorbell; /* IOVA of GITS_TRANSLATER */
  struct slot slots[PROGRAM_SLOTS];
  struct event_line lines[PROGRAM_VECTORS];
  unsigned targets[PROGRAM_COLLECTIONS]; /* processor of each collection */
  unsigned event_bits;
  uint16_t io_vector; /* of the I/O queue, line 1; line 0 is of vector 0, the admin queue's */
  struct event_set events;
  uint64_t strays; /* interrupts of no line */
  uint64_t spi_taken[PROGRAM_PROCESSORS];
  char commands[PROGRAM_INVALIDATIONS]; /* what this step invalidated with */
  unsigned commands_length;
  bool may_fault; /* this step: what a write leaves on the drive isn't read later */
  unsigned step;
  unsigned varied; /* legal values so far */
  unsigned succeeded;
  unsigned faulted;
};

/* All of it: prints a line a step, between "program <seed>" and "end <seed>". */
void program_run(struct program* program);
/* An interrupt of the program, on the processor that took it; false if it isn't one. */
bool program_take(struct program* program, uint32_t intid, unsigned processor);
void program_take_event(struct program* program, const struct smmu_event* event);

/* program_setup.c */
enum status program_set_up(struct program* program);
enum status program_open_drive(struct program* program, uint64_t bus, uint64_t doorbell);
void program_tear_down(struct program* program);
uint32_t program_stream(const struct program* program);

/* rest.c: returns when nothing is under way. */
void program_rest_initialise(struct machine* machine);
void program_rest(struct program* program);
void program_sleep(uint64_t ns);
bool program_rest_take(uint32_t intid, unsigned processor);

/* lines.c: the step's words. */
void program_start_line(struct program* program, const char* name);
void program_end_line(struct program* program);
void program_print_lines(struct program* program);

/* invalidate.c: one of several ways, each of which is enough. */
void program_invalidate_stream(struct program* program);
void program_invalidate_context(struct program* program);
void program_invalidate_pages(struct program* program, uint64_t iova, bool tables);
void program_print_commands(struct program* program);
void program_note_command(struct program* program, const char* name);

/* transfer.c */
enum transfer_kind { TRANSFER_IDENTIFY, TRANSFER_READ, TRANSFER_WRITE };
struct transfer {
  enum transfer_kind kind;
  uint64_t iova; /* of the first byte */
  uint32_t blocks;
  uint64_t lba;
  uint64_t second; /* PRP2, or 0 */
};
enum transfer_end { TRANSFER_COMPLETED, TRANSFER_FATAL, TRANSFER_SILENT };
/* Prints how it ended, what is in the slot's pages after it, interrupts and events. */
enum transfer_end program_transfer(struct program* program, const struct transfer* transfer,
                                   const struct slot* slot);
uint32_t program_slot_digest(const struct slot* slot);
void program_fill_slot(struct program* program, const struct slot* slot);
/* A transfer of a random kind that the slot can take. */
struct transfer program_random_transfer(struct program* program, const struct slot* slot);
struct slot* program_random_slot(struct program* program);
/* An IOVA below the end of the address space that nothing maps, nor anything within 2 MiB. */
uint64_t program_unmapped_iova(struct program* program);
/* Of a random kind, and what follows it where it was fatal. */
void program_transfer_and_recover(struct program* program, const struct slot* slot);
/* After a fatal one: the controller is reset and brought up again. */
void program_recover(struct program* program);

/* Steps: the n-th wrong thing of a kind, or something legal. */
unsigned smmu_steps_count(void);
void smmu_step(struct program* program, unsigned which);
unsigned command_steps_count(void);
void command_step(struct program* program, unsigned which);
void smmu_legal_step(struct program* program);
void granule_legal_step(struct program* program);
void smmu_transfer_step(struct program* program);
unsigned its_steps_count(void);
void its_step(struct program* program, unsigned which);
void its_legal_step(struct program* program);
unsigned drive_steps_count(void);
void drive_step(struct program* program, unsigned which);
/* list_steps.c */
unsigned list_steps_count(void);
void list_step(struct program* program, unsigned which);
void list_legal_step(struct program* program);
void gic_legal_step(struct program* program);

#endif
