/* Whatever removes what has been cached is right; which one it is, chance decides. IHI 0070,
 * sections 4.3 and 4.4. */
#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/random/program.h"
#include "sw/random/transcript.h"

void program_note_command(struct program* program, const char* name) {
  unsigned at = program->commands_length;
  if (at != 0 && at + 1 < PROGRAM_INVALIDATIONS) program->commands[at++] = ',';
  for (; *name != '\0' && at + 1 < PROGRAM_INVALIDATIONS; name++)
    program->commands[at++] = *name;
  program->commands[at] = '\0';
  program->commands_length = at;
}

void program_print_commands(struct program* program) {
  print_text(program->uart, " with=");
  print_text(program->uart, program->commands_length == 0 ? "-" : program->commands);
}

struct choice {
  const char* name;
  struct smmu_command command;
};

static struct choice choose(const char* name, unsigned opcode, uint64_t word0, uint64_t word1) {
  struct choice choice = {name, {{field_put(CMD0_OPCODE, opcode) | word0, word1}}};
  return choice;
}

static void issue(struct program* program, const struct choice* first,
                  const struct choice* second) {
  struct smmu_batch batch;
  smmu_batch_start(&batch, &program->machine->smmu);
  smmu_batch_add(&batch, first->command);
  program_note_command(program, first->name);
  if (second != 0) {
    smmu_batch_add(&batch, second->command);
    program_note_command(program, second->name);
  }
  if (smmu_batch_finish(&batch) != STATUS_OK) program_note_command(program, "refused");
}

static struct choice of_stream(struct program* program) {
  uint32_t stream = program_stream(program);
  uint64_t id = field_put(CMD0_StreamID, stream);
  unsigned range = generator_below(&program->generator, 32);
  switch (generator_below(&program->generator, 4)) {
    case 0:
      return choose("CFGI_STE", CMD_CFGI_STE, id, CMD1_Leaf);
    case 1:
      return choose("CFGI_STE", CMD_CFGI_STE, id, 0);
    case 2:
      return choose("CFGI_STE_RANGE", CMD_CFGI_STE_RANGE, id, field_put(CFGI1_Range, range));
    default:
      return choose("CFGI_ALL", CMD_CFGI_STE_RANGE, 0, field_put(CFGI1_Range, CFGI_RANGE_ALL));
  }
}

static struct choice of_context(struct program* program) {
  uint64_t id = field_put(CMD0_StreamID, program_stream(program));
  switch (generator_below(&program->generator, 3)) {
    case 0:
      return choose("CFGI_CD", CMD_CFGI_CD, id, CMD1_Leaf);
    case 1:
      return choose("CFGI_CD", CMD_CFGI_CD, id, 0);
    default:
      return choose("CFGI_CD_ALL", CMD_CFGI_CD_ALL, id, 0);
  }
}

/* Leaves may be global, which TLBI_NH_ASID leaves alone. */
static struct choice of_all_pages(struct program* program) {
  return generator_percent(&program->generator, 50)
             ? choose("TLBI_NH_ALL", CMD_TLBI_NH_ALL, 0, 0)
             : choose("TLBI_NSNH_ALL", CMD_TLBI_NSNH_ALL, 0, 0);
}

/* Aligned pages around the address, and its leaf alone. */
static struct choice of_page(struct program* program, uint64_t iova) {
  uint64_t asid = field_put(TLBI0_ASID, program->domain.asid);
  uint64_t address = (iova & TLBI1_Address) | CMD1_Leaf;
  unsigned pages_log2 = 1 + generator_below(&program->generator, 4);
  uint64_t around = address & ~((PAGE_SIZE << pages_log2) - PAGE_SIZE);
  uint64_t range = field_put(TLBI0_NUM, BIT(pages_log2) - 1);
  uint64_t granule = field_put(TLBI1_TG, TG_4K);
  switch (generator_below(&program->generator, 5)) {
    case 0:
      return choose("TLBI_NH_VA", CMD_TLBI_NH_VA, asid, address);
    case 1:
      return choose("TLBI_NH_VAA", CMD_TLBI_NH_VAA, 0, address);
    case 2:
      return choose("TLBI_NH_VA_RANGE", CMD_TLBI_NH_VA, asid | range, around | granule);
    case 3:
      return choose("TLBI_NH_VAA_RANGE", CMD_TLBI_NH_VAA, range, around | granule);
    default:
      return of_all_pages(program);
  }
}

/* All that the descriptor at level 2 leads to: its 512 pages, tables on the way included. */
static struct choice of_table(struct program* program, uint64_t iova) {
  uint64_t asid = field_put(TLBI0_ASID, program->domain.asid);
  uint64_t range = field_put(TLBI0_NUM, 31) | field_put(TLBI0_SCALE, 4);
  uint64_t block = (iova & ~(BLOCK_SIZE - 1)) | field_put(TLBI1_TG, TG_4K);
  switch (generator_below(&program->generator, 3)) {
    case 0:
      return choose("TLBI_NH_VA_RANGE", CMD_TLBI_NH_VA, asid | range, block);
    case 1:
      return choose("TLBI_NH_VAA_RANGE", CMD_TLBI_NH_VAA, range, block);
    default:
      return of_all_pages(program);
  }
}

void program_invalidate_stream(struct program* program) {
  struct choice first = of_stream(program);
  issue(program, &first, 0);
}

void program_invalidate_context(struct program* program) {
  struct choice first = of_context(program);
  struct choice second = of_all_pages(program);
  issue(program, &first, &second);
}

void program_invalidate_pages(struct program* program, uint64_t iova, bool tables) {
  struct choice first = tables ? of_table(program, iova) : of_page(program, iova);
  issue(program, &first, 0);
}
