/* Legal steps about the ITS. */
#include "sw/drivers/its/registers.h"
#include "sw/drivers/its/tables.h"
#include "sw/random/its_commands.h"
#include "sw/random/program.h"
#include "sw/random/transcript.h"

#define SECOND_DEVICE 0x348u
#define ID_BITS 16u

static void move(struct program* program, unsigned line) {
  struct event_line* of = &program->lines[line];
  of->collection = generator_below(&program->generator, PROGRAM_COLLECTIONS);
  struct its_fields fields = its_line_fields(program, COMMAND_MOVI, line);
  program_note_command(program, "MOVI");
  program_its(program, &fields);
}

static void clear(struct program* program, unsigned line) {
  struct its_fields fields = its_line_fields(program, COMMAND_CLEAR, line);
  program_note_command(program, "CLEAR");
  program_its(program, &fields);
}

static void discard(struct program* program, unsigned line) {
  struct its_fields fields = its_line_fields(program, COMMAND_DISCARD, line);
  program_note_command(program, "DISCARD");
  program_its(program, &fields);
}

/* The collection goes to the other processor, and what is pending with it. */
static void move_collection(struct program* program, unsigned collection) {
  unsigned from = program->targets[collection];
  unsigned to = 1 - from;
  program->targets[collection] = to;
  struct its_fields map = {.opcode = COMMAND_MAPC,
                           .collection = collection,
                           .target = program_target(program, to),
                           .valid = true};
  program_note_command(program, "MAPC");
  program_its(program, &map);
  struct its_fields all = {.opcode = COMMAND_MOVALL,
                           .target = program_target(program, from),
                           .second_target = program_target(program, to)};
  program_note_command(program, "MOVALL");
  program_its(program, &all);
}

static bool has_intid(const struct program* program, uint32_t intid) {
  for (unsigned i = 0; i < PROGRAM_VECTORS; i++) {
    if (program->lines[i].intid == intid) return true;
  }
  return false;
}

static uint32_t new_intid(struct program* program) {
  for (;;) {
    uint32_t intid =
        INTID_FIRST_LPI + generator_below(&program->generator, 0x10000 - INTID_FIRST_LPI);
    if (!has_intid(program, intid)) return intid;
  }
}

/* An LPI that is pending while it is disabled, then something happens to it. */
static void while_pending(struct program* program) {
  static const char* const names[] = {"pending.kept",     "pending.MOVI",   "pending.CLEAR",
                                      "pending.DISCARD",  "pending.MOVALL", "pending.priority",
                                      "pending.INT_twice"};
  unsigned line = program_random_line(program);
  unsigned what = generator_below(&program->generator, sizeof names / sizeof names[0]);
  program_start_line(program, names[what]);
  program_set_line(program, line, false);
  program_raise(program, line);
  if (what == 1) move(program, line);
  if (what == 2) clear(program, line);
  if (what == 3) {
    discard(program, line);
    program_map_line(program, line);
  }
  if (what == 4) move_collection(program, program->lines[line].collection);
  if (what == 5)
    program->lines[line].priority = (uint8_t)(generator_below(&program->generator, 27) * 8);
  if (what == 6) program_raise(program, line);
  program_set_line(program, line, true);
  program_finish_its_step(program);
}

static void other_intid(struct program* program) {
  unsigned line = program_random_line(program);
  program_start_line(program, "remapped_event");
  program_set_line(program, line, false);
  discard(program, line);
  program->lines[line].intid = new_intid(program);
  program_map_line(program, line);
  program_raise_all(program);
  program_finish_its_step(program);
}

/* As Linux's probe of NVMe does: all vectors are freed, and the device is mapped anew with another
 * size. */
static void other_size(struct program* program) {
  program_start_line(program, "remapped_device");
  for (unsigned i = 0; i < PROGRAM_VECTORS; i++) {
    program_set_line(program, i, false);
    discard(program, i);
  }
  struct its_fields unmap = {.opcode = COMMAND_MAPD, .device_id = program_stream(program)};
  program_note_command(program, "MAPD");
  program_its(program, &unmap);
  program->commands_length = 0; /* more than a line holds */
  program->event_bits = 5 + generator_below(&program->generator, 3);
  program_map_drive(program);
  for (unsigned i = 0; i < PROGRAM_VECTORS; i++)
    program_map_line(program, i);
  program->commands_length = 0;
  program_note_command(program, "MAPD");
  program_note_command(program, "MAPTI");
  program_raise_all(program);
  program_finish_its_step(program);
}

/* MAPI: the INTID is the EventID. A second device, which has no function. */
static void mapi(struct program* program) {
  struct its* its = &program->machine->its;
  uint32_t intid = new_intid(program);
  struct event_line saved = program->lines[3];
  unsigned bits = ID_BITS;
  struct its_fields fields = {
      .opcode = COMMAND_MAPD,
      .device_id = SECOND_DEVICE,
      .size = bits - 1,
      .table = region_allocate(&program->memory, (uint64_t)its->interrupt_entry_size << bits, 256),
      .valid = true};
  program_start_line(program, "MAPI");
  (void)its_tables_add_device(its, SECOND_DEVICE);
  program_its(program, &fields);
  struct its_fields map = {.opcode = COMMAND_MAPI,
                           .device_id = SECOND_DEVICE,
                           .event_id = intid,
                           .collection = saved.collection};
  program_note_command(program, "MAPI");
  program_its(program, &map);
  program->lines[3].intid = intid;
  lpi_set_priority(&program->machine->lpis, intid, saved.priority);
  lpi_set_enabled(&program->machine->lpis, intid, true);
  map.opcode = COMMAND_INV;
  map.collection = 0;
  program_its(program, &map);
  map.opcode = COMMAND_INT;
  program_its(program, &map);
  program_rest(program);
  program_print_lines(program);
  lpi_set_enabled(&program->machine->lpis, intid, false);
  map.opcode = COMMAND_INV;
  program_its(program, &map);
  map.opcode = COMMAND_DISCARD;
  program_its(program, &map);
  fields.valid = false;
  fields.table = 0;
  fields.size = 0;
  program_its(program, &fields);
  program->lines[3] = saved;
  program_end_line(program);
}

void its_legal_step(struct program* program) {
  switch (generator_below(&program->generator, 10)) {
    case 0:
      other_intid(program);
      break;
    case 1:
      other_size(program);
      break;
    case 2:
      mapi(program);
      break;
    case 3:
    case 4:
      program_start_line(program, "MOVI");
      move(program, program_random_line(program));
      program_raise_all(program);
      program_finish_its_step(program);
      break;
    case 5:
      program_start_line(program, "MOVALL");
      move_collection(program, generator_below(&program->generator, PROGRAM_COLLECTIONS));
      program_raise_all(program);
      program_finish_its_step(program);
      break;
    default:
      while_pending(program);
      break;
  }
}
