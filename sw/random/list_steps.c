/* Steps about PRP Lists: data in pages that are anywhere. NVMe 1.4, section 4.3. */
#include "sw/drivers/nvme/registers.h"
#include "sw/include/access.h"
#include "sw/random/program.h"
#include "sw/random/submission.h"
#include "sw/random/transcript.h"

#define LIST_PAGES 4u /* of data, the first of which isn't in the list */
#define LIST_BLOCKS (LIST_PAGES * NVME_PAGE / 512)

/* Both pages of two slots, which may be one slot twice. */
static struct submission list_of(struct program* program, const struct slot* first,
                                 const struct slot* second, bool write) {
  uint64_t pages[LIST_PAGES] = {first->iova, first->iova + PAGE_SIZE, second->iova + PAGE_SIZE,
                                second->iova};
  for (unsigned i = 1; i < LIST_PAGES; i++)
    mem_write64(program->list + 8 * (i - 1), pages[i]);
  uint32_t lba = generator_below(&program->generator, PROGRAM_BLOCKS_READ - LIST_BLOCKS);
  if (write && program->may_fault) lba += PROGRAM_BLOCKS_READ;
  struct submission submission = {.queue = 1,
                                  .command = {.opcode = write ? NVME_WRITE : NVME_READ,
                                              .namespace_id = NVME_NAMESPACE,
                                              .prp1 = pages[0],
                                              .prp2 = program->list_iova,
                                              .dwords = {lba, 0, LIST_BLOCKS - 1}}};
  return submission;
}

static void submit(struct program* program, const struct submission* submission,
                   const struct slot* first, const struct slot* second) {
  program_fill_slot(program, first);
  program_fill_slot(program, second);
  print_text(program->uart, submission->command.opcode == NVME_WRITE ? " write" : " read");
  enum transfer_end end = program_submit(program, submission);
  program_rest(program);
  program_print_end(program, end);
  print_key_hexadecimal(program->uart, "data", program_slot_digest(first));
  print_key_hexadecimal(program->uart, "more", program_slot_digest(second));
  program_print_lines(program);
  event_set_print(&program->events, program->uart);
  if (end != TRANSFER_COMPLETED) program_recover(program);
  program_end_line(program);
}

/* Two slots that differ: two pages of one IOVA in a list would be written in any order. */
static const struct slot* other_slot(struct program* program, const struct slot* slot) {
  const struct slot* other = slot;
  while (other == slot)
    other = program_random_slot(program);
  return other;
}

void list_legal_step(struct program* program) {
  const struct slot* first = program_random_slot(program);
  const struct slot* second = other_slot(program, first);
  program_start_line(program, "PRP_List");
  struct submission submission =
      list_of(program, first, second, generator_percent(&program->generator, 50));
  submit(program, &submission, first, second);
}

static const char* const wrong[] = {"PRP_List.pointer=unmapped", "PRP_List.entry=unmapped",
                                    "PRP_List.entry=offset"};

unsigned list_steps_count(void) {
  return (unsigned)(sizeof wrong / sizeof wrong[0]);
}

void list_step(struct program* program, unsigned which) {
  const struct slot* first = program_random_slot(program);
  const struct slot* second = other_slot(program, first);
  program_start_line(program, wrong[which]);
  struct submission submission =
      list_of(program, first, second, generator_percent(&program->generator, 50));
  uint64_t last = program->list + 8 * (LIST_PAGES - 2);
  if (which == 0) submission.command.prp2 = program_unmapped_iova(program);
  if (which == 1) mem_write64(last, program_unmapped_iova(program));
  if (which == 2) mem_write64(last, mem_read64(last) + 0x200);
  submit(program, &submission, first, second);
}
