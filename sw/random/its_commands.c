#include "sw/random/its_commands.h"

#include "sw/drivers/its/queue.h"
#include "sw/drivers/its/registers.h"
#include "sw/random/transcript.h"

uint64_t program_target(const struct program* program, unsigned processor) {
  return program->machine->its.targets[processor];
}

enum status program_its(struct program* program, const struct its_fields* fields) {
  struct its_command commands[1 + PROGRAM_PROCESSORS] = {its_command_of(fields)};
  for (unsigned i = 0; i < PROGRAM_PROCESSORS; i++) {
    struct its_fields sync = {.opcode = COMMAND_SYNC, .target = program_target(program, i)};
    commands[1 + i] = its_command_of(&sync);
  }
  return its_issue(&program->machine->its, commands, 1 + PROGRAM_PROCESSORS);
}

struct its_fields its_line_fields(const struct program* program, unsigned opcode, unsigned line) {
  const struct event_line* of = &program->lines[line];
  struct its_fields fields = {.opcode = opcode,
                              .device_id = program_stream(program),
                              .event_id = of->event_id,
                              .intid = opcode == COMMAND_MAPTI ? of->intid : 0,
                              .collection = of->collection};
  return fields;
}

static void must(struct program* program, const struct its_fields* fields) {
  program_note_command(program, its_command_name(fields->opcode));
  if (program_its(program, fields) != STATUS_OK) program_note_command(program, "refused");
}

void program_set_line(struct program* program, unsigned line, bool enabled) {
  const struct event_line* of = &program->lines[line];
  lpi_set_priority(&program->machine->lpis, of->intid, of->priority);
  lpi_set_enabled(&program->machine->lpis, of->intid, enabled);
  bool all = generator_percent(&program->generator, 30);
  struct its_fields invalidate = its_line_fields(program, all ? COMMAND_INVALL : COMMAND_INV, line);
  if (all) invalidate.device_id = invalidate.event_id = 0;
  must(program, &invalidate);
}

void program_map_line(struct program* program, unsigned line) {
  struct its_fields map = its_line_fields(program, COMMAND_MAPTI, line);
  must(program, &map);
  program_set_line(program, line, true);
}

void program_map_drive(struct program* program) {
  uint64_t size = (uint64_t)program->machine->its.interrupt_entry_size << program->event_bits;
  struct its_fields map = {.opcode = COMMAND_MAPD,
                           .device_id = program_stream(program),
                           .size = program->event_bits - 1,
                           .table = region_allocate(&program->memory, align_up(size, 256), 256),
                           .valid = true};
  must(program, &map);
}

unsigned program_random_line(struct program* program) {
  return generator_below(&program->generator, PROGRAM_VECTORS);
}

void program_raise(struct program* program, unsigned line) {
  struct its_fields fields = its_line_fields(program, COMMAND_INT, line);
  program_its(program, &fields);
}

void program_raise_all(struct program* program) {
  program_note_command(program, "INT");
  for (unsigned i = 0; i < PROGRAM_VECTORS; i++)
    program_raise(program, i);
}

void program_finish_its_step(struct program* program) {
  program_rest(program);
  program_print_lines(program);
  event_set_print(&program->events, program->uart);
  program_end_line(program);
}
