/* Accesses of the device, and what came of them. */
#include "sw/include/access.h"

#include "sw/drivers/smmu/structures.h"
#include "sw/random/transcript.h"
#include "sw/translations/edu.h"
#include "sw/translations/translations.h"

#define EVENT1_CLASS BITS(41, 40)
#define WORD 4u /* an access that may fault, so that it is one */
#define LINE 64u

struct translated_access translations_access(struct translations* t,
                                             const struct translated_slot* slot) {
  uint64_t offset = (uint64_t)generator_below(&t->generator, 0x1000 / LINE) * LINE;
  struct translated_access access = {slot->iova + offset, slot->address + offset,
                                     generator_percent(&t->generator, 50), WORD};
  return access;
}

static void fill(struct translations* t, uint64_t address) {
  for (unsigned i = 0; i < LINE; i += 8)
    mem_write64(address + i, generator_next(&t->generator));
}

static uint64_t sum(uint64_t address) {
  uint64_t result = UINT64_C(0xcbf29ce484222325); /* FNV-1a, a word at a time */
  for (unsigned i = 0; i < LINE; i += 8)
    result = (result ^ mem_read64(address + i)) * UINT64_C(0x100000001b3);
  return result;
}

static void note(struct translations* t, enum status status) {
  if (status != STATUS_OK) print_key(t->uart, "device", status);
}

void translations_prepare(struct translations* t, const struct translated_access* access) {
  fill(t, t->home.address);
  if (access->address != 0) fill(t, access->address);
  note(t, edu_load(t->device, t->home.iova, LINE));
}

void translations_perform(struct translations* t, const struct translated_access* access) {
  note(t, access->write ? edu_store(t->device, access->iova, access->bytes)
                        : edu_load(t->device, access->iova, access->bytes));
}

static void print_event(struct translations* t, const struct smmu_event* event) {
  uint64_t stream = field_get(EVENT0_StreamID, event->words[0]);
  print_hexadecimal(t->uart, field_get(EVENT0_ID, event->words[0]));
  print_text(t->uart, stream == t->stream_id ? ":" : ":other:");
  print_hexadecimal(t->uart, event->words[0] & BITS(31, 8));
  print_text(t->uart, ":");
  print_hexadecimal(t->uart, event->words[1] & ~EVENT1_CLASS);
  print_text(t->uart, ":c");
  print_hexadecimal(t->uart, field_get(EVENT1_CLASS, event->words[1]));
  for (unsigned i = 2; i < 4; i++) {
    print_text(t->uart, ":");
    print_hexadecimal(t->uart, event->words[i]);
  }
}

void translations_print_events(struct translations* t) {
  struct smmu_event event;
  unsigned count = 0;
  print_text(t->uart, " events=");
  for (; smmu_next_event(&t->smmu, &event); count++) {
    if (count != 0) print_text(t->uart, ",");
    print_event(t, &event);
  }
  if (count == 0) print_text(t->uart, "-");
}

/* Of a read: what the device's buffer has now. */
void translations_finish(struct translations* t, const struct translated_access* access) {
  print_text(t->uart, access->write ? " write" : " read");
  print_key_hexadecimal(t->uart, "iova", access->iova);
  if (!access->write) note(t, edu_store(t->device, t->home.iova, LINE));
  uint64_t seen = access->write ? access->address : t->home.address;
  print_key_hexadecimal(t->uart, "data", seen == 0 ? 0 : sum(seen));
  translations_print_events(t);
}
