/* Steps about the SMMU: one field of a structure is wrong, then right again. */
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/random/mutation.h"
#include "sw/random/program.h"
#include "sw/random/transcript.h"

/* ---- structures ---- */

static void wrong_entry(struct program* program, const struct mutation* row) {
  uint64_t at = program->machine->smmu.stream_table + (uint64_t)program_stream(program) * STE_SIZE +
                8 * row->word;
  uint64_t right = mem_read64(at);
  program_start_line(program, row->name);
  mem_write64(at, mutated(row, right));
  program_invalidate_stream(program);
  struct slot* slot = program_random_slot(program);
  struct transfer transfer = program_random_transfer(program, slot);
  enum transfer_end end = program_transfer(program, &transfer, slot);
  mem_write64(at, right);
  program_invalidate_stream(program);
  if (end != TRANSFER_COMPLETED) program_recover(program);
  program_end_line(program);
}

static void wrong_context(struct program* program, const struct mutation* row) {
  uint64_t at = program->domain.context_descriptor + 8 * row->word;
  uint64_t right = mem_read64(at);
  program_start_line(program, row->name);
  mem_write64(at, mutated(row, right));
  program_invalidate_context(program);
  struct slot* slot = program_random_slot(program);
  struct transfer transfer = program_random_transfer(program, slot);
  enum transfer_end end = program_transfer(program, &transfer, slot);
  mem_write64(at, right);
  program_invalidate_context(program);
  if (end != TRANSFER_COMPLETED) program_recover(program);
  program_end_line(program);
}

/* Only the pages of a slot: queues and doorbell are in other tables. The first two slots are of
 * pages. */
static void wrong_descriptor(struct program* program, const struct mutation* row, bool of_table) {
  struct slot* slot = of_table || row->field == 2
                          ? &program->slots[generator_below(&program->generator, 2)]
                          : program_random_slot(program);
  uint64_t at = page_table_descriptor(&program->domain.table, slot->iova,
                                      of_table ? LEVEL_BLOCK : slot->level);
  uint64_t right = mem_read64(at);
  program_start_line(program, row->name);
  print_key(program->uart, "level", slot->level);
  mem_write64(at, mutated(row, right));
  program_invalidate_pages(program, slot->iova, of_table);
  program_transfer_and_recover(program, slot);
  mem_write64(at, right);
  program_invalidate_pages(program, slot->iova, of_table);
  program_end_line(program);
}

/* An address that level 0 has an empty descriptor for; 0 if it isn't found soon, or there is no
 * level 0. */
static uint64_t address_of_empty_level_0(struct program* program, uint64_t* at) {
  const struct page_table* table = &program->domain.table;
  for (unsigned tries = 0; table->first_level == 0 && tries < 200; tries++) {
    uint64_t iova = program_unmapped_iova(program);
    *at = page_table_descriptor(table, iova, 0);
    if (mem_read64(*at) == 0) return iova;
  }
  return 0;
}

/* Level 0 has no blocks without 52-bit addresses. */
static void block_at_level_0(struct program* program) {
  struct slot slot = *program_random_slot(program);
  uint64_t leaf = mem_read64(page_table_descriptor(&program->domain.table, slot.iova, slot.level));
  uint64_t at = 0;
  uint64_t iova = address_of_empty_level_0(program, &at);
  program_start_line(program, iova == 0 ? "transfer" : "table.type=block_at_level_0");
  if (iova != 0) {
    slot.iova = iova;
    mem_write64(at, leaf & ~UINT64_C(2));
    program_invalidate_pages(program, iova, true);
  }
  program_transfer_and_recover(program, &slot);
  if (iova != 0) {
    mem_write64(at, 0);
    program_invalidate_pages(program, iova, true);
  }
  program_end_line(program);
}

/* ---- addresses ---- */

static void wrong_address(struct program* program, const char* name, uint64_t iova) {
  struct slot wild = *program_random_slot(program);
  wild.iova = iova;
  program_start_line(program, name);
  program_transfer_and_recover(program, &wild);
  program_end_line(program);
}

static void unmapped(struct program* program) {
  wrong_address(program, "address.unmapped", program_unmapped_iova(program));
}

/* 48 bits end each range; QEMU sends such an access past its SMMU. */
static void beyond_48_bits(struct program* program) {
  uint64_t iova = program_random_slot(program)->iova;
  uint64_t beyond = 48 + generator_below(&program->generator, 6);
  wrong_address(program, "address.beyond_48_bits", iova | BIT(beyond));
}

static void beyond_range(struct program* program) {
  unsigned bits = program->domain.table.address_bits;
  if (bits == 48) {
    beyond_48_bits(program);
    return;
  }
  uint64_t iova = program_random_slot(program)->iova;
  uint64_t beyond = bits + generator_below(&program->generator, 48 - bits);
  wrong_address(program, "address.beyond_T0SZ", iova | BIT(beyond));
}

/* ---- the stream table itself ---- */

static void write_cr0(const struct smmu* smmu, uint64_t value) {
  mmio_write32(smmu->base + SMMU_CR0, (uint32_t)value);
  (void)poll32(smmu->base + SMMU_CR0ACK, UINT32_MAX, (uint32_t)value);
}

static void set_stream_table(struct program* program, uint64_t base, unsigned log2size) {
  const struct smmu* smmu = &program->machine->smmu;
  write_cr0(smmu, CR0_CMDQEN | CR0_EVENTQEN);
  mmio_write64(smmu->base + SMMU_STRTAB_BASE, base | STRTAB_BASE_RA);
  mmio_write32(smmu->base + SMMU_STRTAB_BASE_CFG,
               (uint32_t)field_put(STRTAB_BASE_CFG_LOG2SIZE, log2size));
  write_cr0(smmu, CR0_CMDQEN | CR0_EVENTQEN | CR0_SMMUEN);
  (void)smmu_invalidate_all_streams(&program->machine->smmu);
}

static void wrong_stream_table(struct program* program, const char* name, uint64_t base,
                               unsigned log2size) {
  const struct smmu* smmu = &program->machine->smmu;
  program_start_line(program, name);
  set_stream_table(program, base, log2size);
  struct slot* slot = program_random_slot(program);
  struct transfer transfer = program_random_transfer(program, slot);
  enum transfer_end end = program_transfer(program, &transfer, slot);
  set_stream_table(program, smmu->stream_table, smmu->stream_id_bits);
  if (end != TRANSFER_COMPLETED) program_recover(program);
  program_end_line(program);
}

static void stream_beyond_table(struct program* program) {
  wrong_stream_table(program, "STRTAB_BASE_CFG.LOG2SIZE=small", program->machine->smmu.stream_table,
                     generator_below(&program->generator, 4));
}

static void stream_table_in_hole(struct program* program) {
  wrong_stream_table(program, "STRTAB_BASE.ADDR=hole", MUTATION_HOLE,
                     program->machine->smmu.stream_id_bits);
}

/* ---- which is which ---- */

typedef void single_step(struct program* program);
static single_step* const singles[] = {unmapped,         beyond_range,        beyond_48_bits,
                                       block_at_level_0, stream_beyond_table, stream_table_in_hole};
#define SINGLES (sizeof singles / sizeof singles[0])

unsigned smmu_steps_count(void) {
  return stream_table_entry_mutations.count + context_descriptor_mutations.count +
         leaf_mutations.count + table_mutations.count + (unsigned)SINGLES;
}

static bool among(unsigned* which, unsigned count) {
  if (*which < count) return true;
  *which -= count;
  return false;
}

void smmu_step(struct program* program, unsigned which) {
  if (among(&which, stream_table_entry_mutations.count)) {
    wrong_entry(program, &stream_table_entry_mutations.rows[which]);
  } else if (among(&which, context_descriptor_mutations.count)) {
    wrong_context(program, &context_descriptor_mutations.rows[which]);
  } else if (among(&which, leaf_mutations.count)) {
    wrong_descriptor(program, &leaf_mutations.rows[which], false);
  } else if (among(&which, table_mutations.count)) {
    wrong_descriptor(program, &table_mutations.rows[which], true);
  } else {
    singles[which](program);
  }
}
