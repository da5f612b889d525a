/* Steps: one field of a structure is wrong or another, an address is wrong, a page moves. */
#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/stream_table.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"
#include "sw/random/mutation.h"
#include "sw/random/transcript.h"
#include "sw/translations/translations.h"

static struct translated_slot* random_slot(struct translations* t) {
  return &t->slots[generator_below(&t->generator, TRANSLATIONS_SLOTS)];
}

/* What may be cached of a structure goes by one of the ways that are enough. */
static void invalidate_configuration(struct translations* t, bool of_stream) {
  bool leaf = generator_percent(&t->generator, 50);
  if (generator_percent(&t->generator, 25)) {
    (void)smmu_invalidate_all_streams(&t->smmu);
  } else if (of_stream) {
    (void)smmu_invalidate_stream(&t->smmu, t->stream_id, leaf);
  } else {
    (void)smmu_invalidate_context(&t->smmu, t->stream_id, leaf);
  }
  (void)smmu_invalidate_all(&t->smmu);
}

static void invalidate_pages(struct translations* t, const struct translated_slot* slot,
                             bool tables) {
  uint64_t page = BIT(t->domain.table.granule);
  struct smmu_range range = smmu_domain_range(&t->domain, slot->iova & ~(page - 1), page);
  range.leaf = !tables;
  range.level = tables || generator_percent(&t->generator, 50) ? 0 : slot->level;
  if (tables || generator_percent(&t->generator, 25)) {
    (void)smmu_invalidate_all(&t->smmu);
  } else {
    (void)smmu_invalidate_range(&t->smmu, &range);
  }
}

enum structure { STREAM, CONTEXT, LEAF, TABLE };

static uint64_t address_of(struct translations* t, enum structure structure, unsigned word,
                           const struct translated_slot* slot) {
  switch (structure) {
    case STREAM:
      return stream_table_entry(&t->smmu, t->stream_id) + 8 * word;
    case CONTEXT:
      return t->domain.context_descriptor + 8 * word;
    case LEAF:
      return page_table_descriptor(&t->domain.table, slot->iova, slot->level);
    default:
      return page_table_descriptor(&t->domain.table, slot->iova, LEVEL_BLOCK);
  }
}

static void invalidate(struct translations* t, enum structure structure,
                       const struct translated_slot* slot) {
  if (structure == STREAM || structure == CONTEXT) {
    invalidate_configuration(t, structure == STREAM);
  } else {
    invalidate_pages(t, slot, structure == TABLE);
  }
}

/* The home page is in another table, but by the same structures above. */
static void with(struct translations* t, enum structure structure, const struct mutation* row) {
  bool pages_alone = structure == TABLE || row->field == 2; /* a leaf that is no page */
  struct translated_slot* slot = pages_alone ? &t->slots[0] : random_slot(t);
  struct translated_access access = translations_access(t, slot);
  uint64_t at = address_of(t, structure, row->word, slot);
  uint64_t right = mem_read64(at);
  translations_start_line(t, row->name);
  print_key(t->uart, "level", slot->level);
  translations_prepare(t, &access);
  mem_write64(at, mutated(row, right));
  invalidate(t, structure, slot);
  translations_perform(t, &access);
  mem_write64(at, right);
  invalidate(t, structure, slot);
  translations_finish(t, &access);
  translations_end_line(t);
}

static const struct {
  const struct mutations* rows;
  enum structure structure;
} wrong_fields[] = {{&stream_table_entry_mutations, STREAM},
                    {&context_descriptor_mutations, CONTEXT},
                    {&leaf_mutations, LEAF},
                    {&table_mutations, TABLE}},
  other_fields[] = {{&stream_table_entry_variations, STREAM},
                    {&context_descriptor_variations, CONTEXT},
                    {&leaf_variations, LEAF}};
#define WRONG_FIELDS (sizeof wrong_fields / sizeof wrong_fields[0])
#define OTHER_FIELDS (sizeof other_fields / sizeof other_fields[0])

static void at_address(struct translations* t, const char* name, uint64_t iova) {
  struct translated_access access = translations_access(t, random_slot(t));
  access.iova = iova;
  translations_start_line(t, name);
  translations_prepare(t, &access);
  translations_perform(t, &access);
  translations_finish(t, &access);
  translations_end_line(t);
}

static void unmapped(struct translations* t) {
  at_address(t, "address.unmapped", translations_unmapped(t));
}

static void beyond_range(struct translations* t) {
  unsigned bits = t->domain.table.address_bits;
  if (bits == 48) {
    unmapped(t);
    return;
  }
  uint64_t beyond = BIT(bits + generator_below(&t->generator, 48 - bits));
  at_address(t, "address.beyond_T0SZ", random_slot(t)->iova | beyond);
}

/* A page is unmapped, is met no more, and is mapped to other memory. */
static void unmap(struct translations* t) {
  struct translated_slot* slot = &t->slots[generator_below(&t->generator, 3)];
  uint64_t page = BIT(t->domain.table.granule), start = slot->iova & ~(page - 1);
  struct translated_access access = translations_access(t, slot);
  translations_start_line(t, "unmap");
  translations_prepare(t, &access);
  print_key(t->uart, "unmap", smmu_unmap(&t->smmu, &t->domain, start, page));
  translations_perform(t, &access);
  translations_finish(t, &access);
  slot->address ^= BIT(20);
  print_key(t->uart, "map", smmu_map(&t->domain, start, slot->address, page, MAP_WRITE));
  access.address ^= BIT(20);
  translations_prepare(t, &access);
  translations_perform(t, &access);
  translations_finish(t, &access);
  translations_end_line(t);
}

typedef void single_step(struct translations* t);
static single_step* const singles[] = {unmapped, beyond_range, unmap, translations_overflow};
#define SINGLES (unsigned)(sizeof singles / sizeof singles[0])

unsigned translations_wrong_steps(void) {
  unsigned count = SINGLES + translations_wrong_commands();
  for (unsigned i = 0; i < WRONG_FIELDS; i++)
    count += wrong_fields[i].rows->count;
  return count;
}

void translations_wrong_step(struct translations* t, unsigned which) {
  if (which < SINGLES) {
    singles[which](t);
    return;
  }
  which -= SINGLES;
  if (which < translations_wrong_commands()) {
    translations_wrong_command(t, which);
    return;
  }
  which -= translations_wrong_commands();
  unsigned kind = 0;
  while (which >= wrong_fields[kind].rows->count)
    which -= wrong_fields[kind++].rows->count;
  with(t, wrong_fields[kind].structure, &wrong_fields[kind].rows->rows[which]);
}

static void transfer(struct translations* t) {
  struct translated_access access = translations_access(t, random_slot(t));
  access.bytes = 64;
  translations_start_line(t, "transfer");
  translations_prepare(t, &access);
  translations_perform(t, &access);
  translations_finish(t, &access);
  translations_end_line(t);
}

void translations_legal_step(struct translations* t) {
  switch (generator_below(&t->generator, 3)) {
    case 0:
      transfer(t);
      return;
    case 1:
      translations_legal_command(t);
      return;
    default:
      break;
  }
  unsigned kind = generator_below(&t->generator, OTHER_FIELDS);
  const struct mutations* rows = other_fields[kind].rows;
  with(t, other_fields[kind].structure, &rows->rows[generator_below(&t->generator, rows->count)]);
}
