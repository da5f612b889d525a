#include "sw/random/its_fields.h"

#include "sw/drivers/its/registers.h"

struct its_command its_command_of(const struct its_fields* fields) {
  struct its_command command = {{0, 0, 0, 0}};
  command.words[0] =
      field_put(COMMAND0_OPCODE, fields->opcode) | field_put(COMMAND0_DeviceID, fields->device_id);
  if (fields->opcode == COMMAND_MAPD) {
    command.words[1] = field_put(COMMAND1_Size, fields->size);
    command.words[2] = fields->table & COMMAND2_ITT_addr;
  } else {
    command.words[1] =
        field_put(COMMAND1_EventID, fields->event_id) | field_put(COMMAND1_pINTID, fields->intid);
    command.words[2] = fields->target | field_put(COMMAND2_ICID, fields->collection);
  }
  command.words[3] = fields->second_target;
  if (fields->valid) command.words[2] |= COMMAND2_Valid;
  return command;
}

const char* its_command_name(unsigned opcode) {
  switch (opcode) {
    case COMMAND_MOVI:
      return "MOVI";
    case COMMAND_INT:
      return "INT";
    case COMMAND_CLEAR:
      return "CLEAR";
    case COMMAND_SYNC:
      return "SYNC";
    case COMMAND_MAPD:
      return "MAPD";
    case COMMAND_MAPC:
      return "MAPC";
    case COMMAND_MAPTI:
      return "MAPTI";
    case COMMAND_MAPI:
      return "MAPI";
    case COMMAND_INV:
      return "INV";
    case COMMAND_INVALL:
      return "INVALL";
    case COMMAND_MOVALL:
      return "MOVALL";
    case COMMAND_DISCARD:
      return "DISCARD";
    default:
      return "unknown";
  }
}
