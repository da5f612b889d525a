/* Steps about the ITS: each command error that the specification names. Every step ends with INT of
 * each line, which shows what is mapped where. */
#include "sw/drivers/its/registers.h"
#include "sw/random/its_commands.h"
#include "sw/random/its_errors.h"
#include "sw/random/program.h"
#include "sw/random/transcript.h"

/* An EventID of the drive that no line has. */
static uint32_t spare_event(struct program* program) {
  for (;;) {
    uint32_t event = generator_below(&program->generator, 1u << program->event_bits);
    bool is_used = false;
    for (unsigned i = 0; i < PROGRAM_VECTORS; i++)
      is_used = is_used || program->lines[i].event_id == event;
    if (!is_used) return event;
  }
}

/* What the command needs when nothing is wrong with it. */
static struct its_fields right_fields(struct program* program, unsigned opcode) {
  struct its_fields fields = its_line_fields(program, opcode, program_random_line(program));
  if (opcode == COMMAND_MAPC || opcode == COMMAND_MOVALL || opcode == COMMAND_SYNC) {
    fields.target = program_target(program, 0);
    fields.second_target = opcode == COMMAND_MOVALL ? program_target(program, 1) : 0;
    fields.valid = opcode == COMMAND_MAPC;
    fields.device_id = fields.event_id = 0;
  }
  if (opcode == COMMAND_MAPD) {
    fields.event_id = 0;
    fields.size = program->event_bits - 1;
    fields.table = region_allocate(&program->memory, 0x1000, 0x1000);
    fields.valid = true;
  }
  return fields;
}

/* An event of an unmapped collection has to be there for the command to find. */
static void for_unmapped_collection(struct program* program, unsigned opcode) {
  struct its_fields fields = its_line_fields(program, COMMAND_MAPTI, 0);
  fields.event_id = spare_event(program);
  fields.intid = program->lines[0].intid == INTID_FIRST_LPI ? INTID_FIRST_LPI + 1 : INTID_FIRST_LPI;
  fields.collection = ITS_UNMAPPED_ICID;
  program_its(program, &fields);
  fields.opcode = opcode;
  fields.intid = 0;
  fields.collection = 0;
  program_its(program, &fields);
  fields.opcode = COMMAND_DISCARD;
  program_its(program, &fields);
}

unsigned its_steps_count(void) {
  return its_errors_count;
}

/* What a refused command would have mapped shows when it is raised. */
static void raise_what_was_refused(struct program* program, const struct its_fields* refused) {
  struct its_fields fields = {
      .opcode = COMMAND_INT, .device_id = refused->device_id, .event_id = refused->event_id};
  program_its(program, &fields);
  program_rest(program);
}

static bool maps(unsigned opcode) {
  return opcode == COMMAND_MAPTI || opcode == COMMAND_MAPI || opcode == COMMAND_MOVI;
}

void its_step(struct program* program, unsigned which) {
  unsigned opcode = its_errors[which].opcode;
  program_start_line(program, its_errors[which].name);
  bool by_event = opcode == COMMAND_INT || opcode == COMMAND_INV || opcode == COMMAND_CLEAR;
  if (by_event && its_errors[which].wrong == UNMAPPED_COLLECTION) {
    for_unmapped_collection(program, opcode);
  } else {
    struct its_fields fields = right_fields(program, opcode);
    struct its_spoiler spoiler = {.its = &program->machine->its,
                                  .event_bits = program->event_bits,
                                  .spare_event = spare_event(program)};
    its_spoil(&spoiler, &fields, its_errors[which].wrong);
    print_key(program->uart, "status", program_its(program, &fields));
    if (maps(opcode)) raise_what_was_refused(program, &fields);
  }
  program_raise_all(program);
  program_finish_its_step(program);
}
