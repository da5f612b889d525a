#include "sw/random/its_errors.h"

#include "sw/drivers/its/registers.h"
#include "sw/interrupts/its_commands.h"
#include "sw/random/transcript.h"

static struct its_fields right_fields(struct interrupts* i, unsigned opcode) {
  struct its_fields fields = interrupts_fields(i, opcode);
  const struct interrupting_device* device = &i->devices[0];
  if (opcode == COMMAND_MAPD) return interrupts_map_device(i, device);
  fields.valid = opcode == COMMAND_MAPC;
  if (opcode == COMMAND_MAPC) fields.collection = FIRST_LOOSE_COLLECTION;
  if (fields.device_id != 0) {
    fields.device_id = device->id;
    fields.event_id = generator_below(&i->generator, 2);
    if (opcode == COMMAND_MAPTI) fields.intid = device->first_lpi + fields.event_id;
  }
  return fields;
}

static bool by_event(unsigned opcode) {
  return opcode == COMMAND_INT || opcode == COMMAND_INV || opcode == COMMAND_CLEAR;
}

static bool maps(unsigned opcode) {
  return opcode == COMMAND_MAPTI || opcode == COMMAND_MAPI || opcode == COMMAND_MOVI;
}

/* An event of an unmapped collection has to be there for the command to find. */
static void in_unmapped_collection(struct interrupts* i, struct its_fields* fields,
                                   unsigned opcode) {
  struct its_fields discard = *fields;
  fields->opcode = COMMAND_MAPTI;
  fields->intid = i->devices[0].first_lpi + fields->event_id;
  fields->collection = ITS_UNMAPPED_ICID;
  discard.opcode = COMMAND_DISCARD;
  discard.collection = 0;
  (void)interrupts_command(i, &discard);
  (void)interrupts_command(i, fields);
  fields->opcode = opcode;
  fields->intid = 0;
  fields->collection = 0;
  interrupts_print_command(i, fields);
  (void)interrupts_command(i, &discard);
}

void interrupts_wrong_command(struct interrupts* i, unsigned turn) {
  const struct its_error* error = &its_errors[turn % its_errors_count];
  struct its_fields fields = right_fields(i, error->opcode);
  struct its_spoiler spoiler = {.its = &i->its,
                                .event_bits = i->devices[0].event_bits,
                                /* INTERRUPTS_EVENTS are used, there are twice as many or more */
                                .spare_event = (1u << i->devices[0].event_bits) - 1};
  interrupts_start_line(i, error->name);
  if (by_event(error->opcode) && error->wrong == UNMAPPED_COLLECTION) {
    in_unmapped_collection(i, &fields, error->opcode);
  } else {
    its_spoil(&spoiler, &fields, error->wrong);
    interrupts_print_command(i, &fields);
  }
  /* What a refused command would have mapped shows when it is raised. */
  struct its_fields raise = {
      .opcode = COMMAND_INT, .device_id = fields.device_id, .event_id = fields.event_id};
  if (maps(error->opcode)) (void)interrupts_command(i, &raise);
  interrupts_print_pending_lpis(i);
}
