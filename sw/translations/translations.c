#include "sw/translations/translations.h"

#include "sw/drivers/smmu/registers.h"
#include "sw/include/access.h"
#include "sw/random/transcript.h"

#define STEPS 24u
#define WRONG 16u
#define TABLES UINT64_C(0x41000000)
#define TABLES_END UINT64_C(0x47000000)
#define DATA UINT64_C(0x48000000) /* of the home page, then of each slot */
#define DATA_STEP UINT64_C(0x10000)

static uint64_t random_iova(struct translations* t, uint64_t size) {
  return generator_next(&t->generator) & (BIT(t->domain.table.address_bits) - size);
}

/* A page, or a block of the level above, around the address. Until a place is found that is free.
 */
static enum status map(struct translations* t, struct translated_slot* slot, uint64_t address,
                       unsigned level) {
  unsigned granule = t->domain.table.granule;
  uint64_t size = BIT(level == LEVEL_PAGE ? granule : granule + granule - 3);
  uint64_t start = address & ~(size - 1);
  slot->address = address;
  slot->level = level;
  enum status status = STATUS_BAD_ARGUMENT;
  for (unsigned tries = 0; status == STATUS_BAD_ARGUMENT && tries < 100; tries++) {
    uint64_t iova = random_iova(t, size);
    slot->iova = iova + (address - start);
    status = smmu_map(&t->domain, iova, start, size,
                      level == LEVEL_PAGE ? MAP_WRITE : MAP_WRITE | MAP_BLOCKS);
  }
  return status;
}

static enum status map_all(struct translations* t) {
  enum status status = map(t, &t->home, DATA, LEVEL_PAGE);
  for (unsigned i = 0; status == STATUS_OK && i < TRANSLATIONS_SLOTS; i++)
    status = map(t, &t->slots[i], DATA + (i + 1) * DATA_STEP, i < 3 ? LEVEL_PAGE : LEVEL_BLOCK);
  return status;
}

uint64_t translations_unmapped(struct translations* t) {
  uint64_t address = 0;
  for (;;) {
    uint64_t iova = random_iova(t, PAGE_SIZE);
    if (!page_table_lookup(&t->domain.table, iova, &address)) return iova;
  }
}

static void want(struct translations* t) {
  static const struct smmu none;
  t->smmu = none;
  t->smmu.base = t->base;
  t->smmu.memory = &t->memory;
  t->smmu.stream_id_bits = 13 + generator_below(&t->generator, 4);
  t->smmu.two_level_streams = t->two_level_streams;
  t->smmu.log2_commands = 7 + generator_below(&t->generator, 4);
  t->smmu.log2_events = 2 + generator_below(&t->generator, 2);
}

static enum status set_up(struct translations* t) {
  static const unsigned granules[] = {GRANULE_4K, GRANULE_16K, GRANULE_64K};
  generator_seed(&t->generator, t->seed);
  t->memory.next = TABLES;
  t->memory.end = TABLES_END;
  t->step = 0;
  want(t);
  enum status status = smmu_initialise(&t->smmu);
  if (status != STATUS_OK) return status;
  unsigned bits = 34 + generator_below(&t->generator, 15);
  uint16_t asid = (uint16_t)generator_next(&t->generator);
  status = smmu_domain_initialise_granule(&t->smmu, &t->domain, asid, bits,
                                          granules[generator_below(&t->generator, 3)]);
  if (status == STATUS_OK) status = map_all(t);
  return status == STATUS_OK ? smmu_attach(&t->smmu, t->stream_id, &t->domain) : status;
}

void translations_start_line(struct translations* t, const char* name) {
  print_decimal(t->uart, t->seed);
  print_text(t->uart, ".");
  print_decimal(t->uart, t->step++);
  print_text(t->uart, " ");
  print_text(t->uart, name);
}

void translations_end_line(struct translations* t) {
  print_text(t->uart, "\n");
}

static void print_registers(struct translations* t) {
  static const struct {
    const char* name;
    unsigned offset;
  } registers[] = {{"IDR0", SMMU_IDR0},
                   {"IDR1", SMMU_IDR1},
                   {"IDR3", SMMU_IDR3},
                   {"IDR5", SMMU_IDR5},
                   {"CR0", SMMU_CR0},
                   {"CR0ACK", SMMU_CR0ACK},
                   {"CR1", SMMU_CR1},
                   {"CR2", SMMU_CR2},
                   {"IRQ_CTRL", SMMU_IRQ_CTRL},
                   {"IRQ_CTRLACK", SMMU_IRQ_CTRLACK},
                   {"STRTAB_BASE", SMMU_STRTAB_BASE},
                   {"STRTAB_BASE_CFG", SMMU_STRTAB_BASE_CFG},
                   {"CMDQ_BASE", SMMU_CMDQ_BASE},
                   {"EVENTQ_BASE", SMMU_EVENTQ_BASE}};
  translations_start_line(t, "registers");
  for (unsigned i = 0; i < sizeof registers / sizeof registers[0]; i++)
    print_key_hexadecimal(t->uart, registers[i].name,
                          mmio_read32(t->smmu.base + registers[i].offset));
  /* How far the queues have come, and how often an error was active, depends on what there was to
   * say. */
  uint64_t base = t->smmu.base;
  print_key_hexadecimal(t->uart, "GERROR_active",
                        mmio_read32(base + SMMU_GERROR) ^ mmio_read32(base + SMMU_GERRORN));
  print_key_hexadecimal(t->uart, "CMDQ_left",
                        (mmio_read32(base + SMMU_CMDQ_PROD) ^ mmio_read32(base + SMMU_CMDQ_CONS)) &
                            ~(uint64_t)CMDQ_CONS_ERR);
  print_key_hexadecimal(
      t->uart, "EVENTQ_left",
      mmio_read32(base + SMMU_EVENTQ_PROD) ^ mmio_read32(base + SMMU_EVENTQ_CONS));
  translations_end_line(t);
}

static void print_set_up(struct translations* t, enum status status) {
  translations_start_line(t, "set_up");
  print_key(t->uart, "status", status);
  print_key(t->uart, "granule", t->domain.table.granule);
  print_key(t->uart, "bits", t->domain.table.address_bits);
  print_key(t->uart, "levels", t->smmu.two_level_streams ? 2 : 1);
  translations_end_line(t);
}

/* Wrong things take turns over the seeds, so that each is met as often as any other. */
void translations_run(struct translations* t) {
  enum status status = set_up(t);
  print_set_up(t, status);
  print_registers(t);
  unsigned wrong = 0;
  for (unsigned step = 0; status == STATUS_OK && step < STEPS; step++) {
    if (generator_below(&t->generator, STEPS - step) < WRONG - wrong) {
      uint64_t turn = (t->seed * WRONG + wrong++) * 37;
      translations_wrong_step(t, (unsigned)(turn % translations_wrong_steps()));
    } else {
      translations_legal_step(t);
    }
  }
  print_registers(t);
}
