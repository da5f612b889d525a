/* Legal steps about the SMMU. */
#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"
#include "sw/random/mutation.h"
#include "sw/random/program.h"
#include "sw/random/transcript.h"

#define VARIATIONS 4u /* of a program, more or less */

void smmu_transfer_step(struct program* program) {
  program->may_fault = false;
  struct slot* slot = program_random_slot(program);
  program_start_line(program, "transfer");
  print_key(program->uart, "level", slot->level);
  program_transfer_and_recover(program, slot);
  program_end_line(program);
}

/* The pages change places. */
static void remap(struct program* program) {
  struct slot* slot = &program->slots[generator_below(&program->generator, 2)];
  const struct page_table* table = &program->domain.table;
  uint64_t first = page_table_descriptor(table, slot->iova, LEVEL_PAGE);
  uint64_t second = page_table_descriptor(table, slot->iova + PAGE_SIZE, LEVEL_PAGE);
  uint64_t value[2] = {mem_read64(first), mem_read64(second)};
  program_start_line(program, "remap");
  mem_write64(first, 0);
  mem_write64(second, 0);
  program_invalidate_pages(program, slot->iova, false);
  program_invalidate_pages(program, slot->iova + PAGE_SIZE, false);
  mem_write64(first, value[1]);
  mem_write64(second, value[0]);
  uint64_t address = slot->address[0];
  slot->address[0] = slot->address[1];
  slot->address[1] = address;
  program_transfer_and_recover(program, slot);
  program_end_line(program);
}

/* Past the SMMU: all addresses of the drive are physical meanwhile. */
static void bypass(struct program* program) {
  struct smmu* smmu = &program->machine->smmu;
  uint32_t stream = program_stream(program);
  struct slot slot = *program_random_slot(program);
  program_start_line(program, "bypass");
  (void)smmu_bypass(smmu, stream);
  enum status status =
      program_open_drive(program, program->nvme_memory, its_doorbell(&program->machine->its));
  program_rest(program);
  print_key(program->uart, "open", status);
  slot.iova = slot.address[0];
  struct transfer transfer = program_random_transfer(program, &slot);
  if (transfer.second != 0) transfer.second = slot.address[1];
  for (unsigned i = 0; i < PROGRAM_VECTORS; i++) {
    for (unsigned p = 0; p < PROGRAM_PROCESSORS; p++)
      program->lines[i].taken[p] = 0;
  }
  (void)program_transfer(program, &transfer, &slot);
  (void)smmu_attach(smmu, stream, &program->domain);
  program_recover(program);
  program_end_line(program);
}

/* Faults that are not to be recorded aren't: CD.R. */
static void unrecorded_fault(struct program* program) {
  static const struct mutation row = {"CD.R=0", 0, CD0_R, 0};
  uint64_t at = program->domain.context_descriptor;
  uint64_t right = mem_read64(at);
  program_start_line(program, row.name);
  mem_write64(at, mutated(&row, right));
  program_invalidate_context(program);
  struct slot wild = *program_random_slot(program);
  wild.iova = program_unmapped_iova(program);
  program->may_fault = true;
  program_transfer_and_recover(program, &wild);
  mem_write64(at, right);
  program_invalidate_context(program);
  program_end_line(program);
}

/* Another legal value stays to the end of the program. They take turns over the seeds. */
static void vary_structures(struct program* program) {
  unsigned of_streams = stream_table_entry_variations.count;
  unsigned all = of_streams + context_descriptor_variations.count;
  unsigned turn = (unsigned)((program->seed * VARIATIONS + program->varied++) % all);
  bool of_stream = turn < of_streams;
  const struct mutation* row = of_stream ? &stream_table_entry_variations.rows[turn]
                                         : &context_descriptor_variations.rows[turn - of_streams];
  uint64_t at =
      of_stream ? program->machine->smmu.stream_table + (uint64_t)program_stream(program) * STE_SIZE
                : program->domain.context_descriptor;
  at += 8 * row->word;
  program_start_line(program, row->name);
  mem_write64(at, mutated(row, mem_read64(at)));
  if (of_stream) {
    program_invalidate_stream(program);
  } else {
    program_invalidate_context(program);
  }
  program_transfer_and_recover(program, program_random_slot(program));
  program_end_line(program);
}

static void prefetch(struct program* program) {
  bool address = generator_percent(&program->generator, 50);
  struct slot* slot = program_random_slot(program);
  struct smmu_command command = {
      {field_put(CMD0_OPCODE, address ? CMD_PREFETCH_CONFIG + 1 : CMD_PREFETCH_CONFIG) |
           field_put(CMD0_StreamID, program_stream(program)),
       address ? slot->iova & TLBI1_Address : 0}};
  program_start_line(program, "prefetch");
  program_note_command(program, address ? "PREFETCH_ADDR" : "PREFETCH_CONFIG");
  if (smmu_issue(&program->machine->smmu, command) != STATUS_OK) {
    program_note_command(program, "refused");
  }
  program_transfer_and_recover(program, slot);
  program_end_line(program);
}

void smmu_legal_step(struct program* program) {
  switch (generator_below(&program->generator, 16)) {
    case 0:
    case 1:
      remap(program);
      break;
    case 2:
      bypass(program);
      break;
    case 3:
      unrecorded_fault(program);
      break;
    case 4:
      prefetch(program);
      break;
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
      vary_structures(program);
      break;
    default:
      smmu_transfer_step(program);
      break;
  }
}
