#include "sw/drivers/nvme/registers.h"
#include "sw/include/access.h"
#include "sw/random/program.h"
#include "sw/random/submission.h"
#include "sw/random/transcript.h"

#define IDENTIFY_ACTIVE_NAMESPACES 2u

struct slot* program_random_slot(struct program* program) {
  return &program->slots[generator_below(&program->generator, PROGRAM_SLOTS)];
}

uint32_t program_slot_digest(const struct slot* slot) {
  uint64_t value = UINT64_C(0xcbf29ce484222325); /* FNV-1a, by words */
  for (unsigned page = 0; page < 2; page++) {
    for (uint64_t offset = 0; offset < PAGE_SIZE; offset += 8) {
      value ^= mem_read64(slot->address[page] + offset);
      value *= UINT64_C(0x100000001b3);
    }
  }
  return (uint32_t)(value >> 32);
}

void program_fill_slot(struct program* program, const struct slot* slot) {
  uint64_t pattern = generator_next(&program->generator);
  for (unsigned page = 0; page < 2; page++) {
    for (uint64_t offset = 0; offset < PAGE_SIZE; offset += 8)
      mem_write64(slot->address[page] + offset, pattern += UINT64_C(0x9e3779b97f4a7c15));
  }
}

static uint32_t bytes_of(const struct transfer* transfer) {
  return transfer->kind == TRANSFER_IDENTIFY ? NVME_PAGE : transfer->blocks * 512;
}

struct transfer program_random_transfer(struct program* program, const struct slot* slot) {
  struct generator* generator = &program->generator;
  struct transfer transfer = {.kind = (enum transfer_kind)generator_below(generator, 3)};
  transfer.blocks = 1 + generator_below(generator, NVME_PAGE / 512);
  transfer.lba = generator_below(generator, PROGRAM_BLOCKS_READ - NVME_PAGE / 512);
  if (program->may_fault && transfer.kind == TRANSFER_WRITE) transfer.lba += PROGRAM_BLOCKS_READ;
  uint32_t offset = generator_percent(generator, 50) ? 0 : generator_below(generator, 1024) * 4;
  transfer.iova = slot->iova + offset;
  transfer.second = offset + bytes_of(&transfer) > NVME_PAGE ? slot->iova + NVME_PAGE : 0;
  return transfer;
}

static const char* name_of(enum transfer_kind kind) {
  if (kind == TRANSFER_IDENTIFY) return "identify";
  return kind == TRANSFER_READ ? "read" : "write";
}

static struct submission submission_of(const struct transfer* transfer) {
  struct submission submission = {.command = {.prp1 = transfer->iova, .prp2 = transfer->second}};
  struct nvme_command* command = &submission.command;
  if (transfer->kind == TRANSFER_IDENTIFY) {
    command->opcode = NVME_IDENTIFY;
    command->dwords[0] = IDENTIFY_ACTIVE_NAMESPACES;
    return submission;
  }
  submission.queue = 1;
  command->opcode = transfer->kind == TRANSFER_READ ? NVME_READ : NVME_WRITE;
  command->namespace_id = NVME_NAMESPACE;
  command->dwords[0] = (uint32_t)transfer->lba;
  command->dwords[2] = transfer->blocks - 1;
  return submission;
}

enum transfer_end program_transfer(struct program* program, const struct transfer* transfer,
                                   const struct slot* slot) {
  struct submission submission = submission_of(transfer);
  program_fill_slot(program, slot);
  print_text(program->uart, " ");
  print_text(program->uart, name_of(transfer->kind));
  enum transfer_end end = program_submit(program, &submission);
  program_rest(program);
  program_print_end(program, end);
  print_key_hexadecimal(program->uart, "data", program_slot_digest(slot));
  program_print_lines(program);
  event_set_print(&program->events, program->uart);
  /* Others may succeed on one machine alone, and what follows depends on the count. */
  bool counts = !program->may_fault && program->events.count == 0;
  if (counts && end == TRANSFER_COMPLETED && program->nvme.last_status == 0) program->succeeded++;
  return end;
}

void program_recover(struct program* program) {
  enum status status = program_open_drive(program, program->nvme_iova, program->doorbell);
  if (status != STATUS_OK) print_key(program->uart, "recovery", status);
  program_rest(program);
}

void program_transfer_and_recover(struct program* program, const struct slot* slot) {
  struct transfer transfer = program_random_transfer(program, slot);
  if (program_transfer(program, &transfer, slot) != TRANSFER_COMPLETED) program_recover(program);
}
