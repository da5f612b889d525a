/*
 * Random translations: for each seed a stream table, a context descriptor, tables of one granule,
 * and steps of which some have one thing wrong. What each comes to is printed: data, event records,
 * errors, registers. It is the same on QEMU, but for the list in
 * tests/differential/translations_test.cpp.
 */
#ifndef SW_TRANSLATIONS_TRANSLATIONS_H
#define SW_TRANSLATIONS_TRANSLATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/drivers/smmu/smmu.h"
#include "sw/drivers/uart/pl011.h"
#include "sw/random/generator.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TRANSLATIONS_SLOTS 6u

/* An IOVA that a leaf maps, and what is behind it. */
struct translated_slot {
  uint64_t iova;
  uint64_t address;
  unsigned level;
};

struct translations {
  /* Filled in by the caller. */
  const struct pl011* uart;
  uint64_t base;   /* of the SMMU */
  uint64_t device; /* registers of an `edu` device */
  uint32_t stream_id;
  bool two_level_streams; /* once so, QEMU 7.2 knows no linear stream tables any more */
  uint64_t seed;

  struct generator generator;
  struct region memory;
  struct smmu smmu;
  struct smmu_domain domain;
  struct translated_slot home; /* by which the device's buffer is filled and looked at */
  struct translated_slot slots[TRANSLATIONS_SLOTS];
  unsigned step;
};

/* One access of the device, which may fault. */
struct translated_access {
  uint64_t iova;
  uint64_t address; /* memory that a write is meant for */
  bool write;
  unsigned bytes;
};

/* All of a seed: set-up, steps, registers at the end. */
void translations_run(struct translations* translations);

/* steps.c: one step, and how many kinds have something wrong. */
unsigned translations_wrong_steps(void);
void translations_wrong_step(struct translations* translations, unsigned which);
void translations_legal_step(struct translations* translations);

/* commands.c: commands that are refused, those that aren't, and an Event queue that overflows. */
unsigned translations_wrong_commands(void);
void translations_wrong_command(struct translations* translations, unsigned which);
void translations_legal_command(struct translations* translations);
void translations_overflow(struct translations* translations);

/* access.c: the device's buffer is filled, the access is made, what came of it is printed. The
 * first and the last need a translation that is right. */
struct translated_access translations_access(struct translations* translations,
                                             const struct translated_slot* slot);
void translations_prepare(struct translations* translations,
                          const struct translated_access* access);
void translations_perform(struct translations* translations,
                          const struct translated_access* access);
void translations_finish(struct translations* translations, const struct translated_access* access);
void translations_print_events(struct translations* translations);

/* An IOVA of the domain that isn't mapped. */
uint64_t translations_unmapped(struct translations* translations);
void translations_start_line(struct translations* translations, const char* name);
void translations_end_line(struct translations* translations);

#ifdef __cplusplus
}
#endif

#endif
