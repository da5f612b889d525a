/* Steps about the ITS: each command error that the specification names. Every step ends with INT of
 * each line, which shows what is mapped where. */
#include "sw/drivers/its/registers.h"
#include "sw/random/its_commands.h"
#include "sw/random/program.h"
#include "sw/random/transcript.h"

#define UNMAPPED_ICID 7u
#define ICID_OUT_OF_RANGE 0xffffu
#define DEVICE_OUT_OF_RANGE UINT32_C(0xfffffff8)
#define UNMAPPED_DEVICE 0x340u
#define PROCESSOR_OUT_OF_RANGE 0x1ffu
#define ID_BITS 16u

enum wrong {
  DEVICE_OOR,
  COLLECTION_OOR,
  UNMAPPED_DEV,
  ID_OOR,
  UNMAPPED_INTERRUPT,
  UNMAPPED_COLLECTION,
  PHYSICALID_OOR_LOW,
  PHYSICALID_OOR_HIGH,
  ITTSIZE_OOR,
  PROCNUM_OOR,
};

/* IHI 0069, the tables of command errors in 5.3.2 to 5.3.15. */
static const struct {
  const char* name;
  unsigned opcode;
  enum wrong wrong;
} errors[] = {
    {"CLEAR_DEVICE_OOR", COMMAND_CLEAR, DEVICE_OOR},
    {"CLEAR_UNMAPPED_DEVICE", COMMAND_CLEAR, UNMAPPED_DEV},
    {"CLEAR_ID_OOR", COMMAND_CLEAR, ID_OOR},
    {"CLEAR_UNMAPPED_INTERRUPT", COMMAND_CLEAR, UNMAPPED_INTERRUPT},
    {"CLEAR_UNMAPPED_COLLECTION", COMMAND_CLEAR, UNMAPPED_COLLECTION},
    {"DISCARD_DEVICE_OOR", COMMAND_DISCARD, DEVICE_OOR},
    {"DISCARD_UNMAPPED_DEVICE", COMMAND_DISCARD, UNMAPPED_DEV},
    {"DISCARD_ID_OOR", COMMAND_DISCARD, ID_OOR},
    {"DISCARD_UNMAPPED_INTERRUPT", COMMAND_DISCARD, UNMAPPED_INTERRUPT},
    {"INT_DEVICE_OOR", COMMAND_INT, DEVICE_OOR},
    {"INT_UNMAPPED_DEVICE", COMMAND_INT, UNMAPPED_DEV},
    {"INT_ID_OOR", COMMAND_INT, ID_OOR},
    {"INT_UNMAPPED_INTERRUPT", COMMAND_INT, UNMAPPED_INTERRUPT},
    {"INT_UNMAPPED_COLLECTION", COMMAND_INT, UNMAPPED_COLLECTION},
    {"INV_DEVICE_OOR", COMMAND_INV, DEVICE_OOR},
    {"INV_UNMAPPED_DEVICE", COMMAND_INV, UNMAPPED_DEV},
    {"INV_ID_OOR", COMMAND_INV, ID_OOR},
    {"INV_UNMAPPED_INTERRUPT", COMMAND_INV, UNMAPPED_INTERRUPT},
    {"INV_UNMAPPED_COLLECTION", COMMAND_INV, UNMAPPED_COLLECTION},
    {"INVALL_COLLECTION_OOR", COMMAND_INVALL, COLLECTION_OOR},
    {"INVALL_UNMAPPED_COLLECTION", COMMAND_INVALL, UNMAPPED_COLLECTION},
    {"MAPC_COLLECTION_OOR", COMMAND_MAPC, COLLECTION_OOR},
    {"MAPC_PROCNUM_OOR", COMMAND_MAPC, PROCNUM_OOR},
    {"MAPD_DEVICE_OOR", COMMAND_MAPD, DEVICE_OOR},
    {"MAPD_ITTSIZE_OOR", COMMAND_MAPD, ITTSIZE_OOR},
    {"MAPI_DEVICE_OOR", COMMAND_MAPI, DEVICE_OOR},
    {"MAPI_COLLECTION_OOR", COMMAND_MAPI, COLLECTION_OOR},
    {"MAPI_UNMAPPED_DEVICE", COMMAND_MAPI, UNMAPPED_DEV},
    {"MAPI_ID_OOR", COMMAND_MAPI, ID_OOR},
    {"MAPI_PHYSICALID_OOR", COMMAND_MAPI, PHYSICALID_OOR_LOW},
    {"MAPTI_DEVICE_OOR", COMMAND_MAPTI, DEVICE_OOR},
    {"MAPTI_COLLECTION_OOR", COMMAND_MAPTI, COLLECTION_OOR},
    {"MAPTI_UNMAPPED_DEVICE", COMMAND_MAPTI, UNMAPPED_DEV},
    {"MAPTI_ID_OOR", COMMAND_MAPTI, ID_OOR},
    {"MAPTI_PHYSICALID_OOR_LOW", COMMAND_MAPTI, PHYSICALID_OOR_LOW},
    {"MAPTI_PHYSICALID_OOR_HIGH", COMMAND_MAPTI, PHYSICALID_OOR_HIGH},
    {"MOVALL_PROCNUM_OOR", COMMAND_MOVALL, PROCNUM_OOR},
    {"MOVI_DEVICE_OOR", COMMAND_MOVI, DEVICE_OOR},
    {"MOVI_COLLECTION_OOR", COMMAND_MOVI, COLLECTION_OOR},
    {"MOVI_UNMAPPED_DEVICE", COMMAND_MOVI, UNMAPPED_DEV},
    {"MOVI_ID_OOR", COMMAND_MOVI, ID_OOR},
    {"MOVI_UNMAPPED_INTERRUPT", COMMAND_MOVI, UNMAPPED_INTERRUPT},
    {"MOVI_UNMAPPED_COLLECTION", COMMAND_MOVI, UNMAPPED_COLLECTION},
    {"SYNC_PROCNUM_OOR", COMMAND_SYNC, PROCNUM_OOR},
    {"command_0x00", 0x00, DEVICE_OOR},
    {"command_0x02", 0x02, DEVICE_OOR},
    {"command_0xff", 0xff, DEVICE_OOR},
};
#define ERRORS (sizeof errors / sizeof errors[0])

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

static uint64_t encode_processor(const struct program* program, uint64_t number) {
  return program->machine->its.target_is_address ? number << 16 & COMMAND2_RDbase
                                                 : field_put(COMMAND2_RDbase, number);
}

static void spoil(struct program* program, struct its_fields* fields, enum wrong wrong) {
  switch (wrong) {
    case DEVICE_OOR:
      fields->device_id = DEVICE_OUT_OF_RANGE;
      break;
    case COLLECTION_OOR:
      fields->collection = ICID_OUT_OF_RANGE;
      break;
    case UNMAPPED_DEV:
      fields->device_id = UNMAPPED_DEVICE;
      break;
    case ID_OOR:
      fields->event_id |= 1u << program->event_bits;
      break;
    case UNMAPPED_INTERRUPT:
      fields->event_id = spare_event(program);
      break;
    case UNMAPPED_COLLECTION:
      fields->collection = UNMAPPED_ICID;
      break;
    case PHYSICALID_OOR_LOW:
      fields->intid = 100;
      break;
    case PHYSICALID_OOR_HIGH:
      fields->intid = 1u << ID_BITS | INTID_FIRST_LPI;
      break;
    case ITTSIZE_OOR:
      fields->size = 31;
      break;
    case PROCNUM_OOR:
      fields->target = encode_processor(program, PROCESSOR_OUT_OF_RANGE);
      break;
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
  fields.collection = UNMAPPED_ICID;
  program_its(program, &fields);
  fields.opcode = opcode;
  fields.intid = 0;
  fields.collection = 0;
  program_its(program, &fields);
  fields.opcode = COMMAND_DISCARD;
  program_its(program, &fields);
}

unsigned its_steps_count(void) {
  return (unsigned)ERRORS;
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
  unsigned opcode = errors[which].opcode;
  program_start_line(program, errors[which].name);
  bool by_event = opcode == COMMAND_INT || opcode == COMMAND_INV || opcode == COMMAND_CLEAR;
  if (by_event && errors[which].wrong == UNMAPPED_COLLECTION) {
    for_unmapped_collection(program, opcode);
  } else {
    struct its_fields fields = right_fields(program, opcode);
    spoil(program, &fields, errors[which].wrong);
    print_key(program->uart, "status", program_its(program, &fields));
    if (maps(opcode)) raise_what_was_refused(program, &fields);
  }
  program_raise_all(program);
  program_finish_its_step(program);
}
