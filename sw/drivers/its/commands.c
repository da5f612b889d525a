#include "sw/drivers/its/its.h"
#include "sw/drivers/its/queue.h"
#include "sw/drivers/its/registers.h"
#include "sw/drivers/its/tables.h"

/* IHI 0069, section 5.3. */
static struct its_command command(unsigned opcode, uint32_t device_id) {
  struct its_command command = {
      {field_put(COMMAND0_OPCODE, opcode) | field_put(COMMAND0_DeviceID, device_id), 0, 0, 0}};
  return command;
}

static enum status issue_with_sync(struct its* its, struct its_command first, unsigned collection) {
  if (collection >= ITS_COLLECTIONS) return STATUS_BAD_ARGUMENT;
  struct its_command commands[2] = {first, command(COMMAND_SYNC, 0)};
  commands[1].words[2] = its->targets[collection];
  return its_issue(its, commands, 2);
}

static enum status issue_for_event(struct its* its, unsigned opcode, uint32_t device_id,
                                   uint32_t event_id, unsigned collection) {
  struct its_command event = command(opcode, device_id);
  event.words[1] = field_put(COMMAND1_EventID, event_id);
  return issue_with_sync(its, event, collection);
}

enum status its_map_collection(struct its* its, unsigned collection,
                               const struct redistributor* redistributor) {
  if (collection >= ITS_COLLECTIONS) return STATUS_BAD_ARGUMENT;
  its->targets[collection] = its->target_is_address
                                 ? redistributor->base & COMMAND2_RDbase
                                 : field_put(COMMAND2_RDbase, redistributor->processor_number);
  struct its_command map = command(COMMAND_MAPC, 0);
  map.words[2] = COMMAND2_Valid | its->targets[collection] | field_put(COMMAND2_ICID, collection);
  return issue_with_sync(its, map, collection);
}

enum status its_map_device(struct its* its, uint32_t device_id, unsigned events) {
  enum status status = its_tables_add_device(its, device_id);
  if (status != STATUS_OK) return status;
  unsigned bits = log2_ceiling(events);
  if (bits == 0) bits = 1;
  uint64_t table = region_allocate(its->memory, (uint64_t)its->interrupt_entry_size << bits, 256);
  if (table == 0) return STATUS_NO_MEMORY;
  struct its_command map = command(COMMAND_MAPD, device_id);
  map.words[1] = field_put(COMMAND1_Size, bits - 1);
  map.words[2] = COMMAND2_Valid | table;
  return its_issue(its, &map, 1);
}

enum status its_unmap_device(struct its* its, uint32_t device_id) {
  struct its_command unmap = command(COMMAND_MAPD, device_id);
  return its_issue(its, &unmap, 1);
}

enum status its_map_event(struct its* its, uint32_t device_id, uint32_t event_id, uint32_t intid,
                          unsigned collection) {
  struct its_command map = command(COMMAND_MAPTI, device_id);
  map.words[1] = field_put(COMMAND1_EventID, event_id) | field_put(COMMAND1_pINTID, intid);
  map.words[2] = field_put(COMMAND2_ICID, collection);
  return issue_with_sync(its, map, collection);
}

enum status its_move_event(struct its* its, uint32_t device_id, uint32_t event_id, unsigned from,
                           unsigned to) {
  struct its_command move = command(COMMAND_MOVI, device_id);
  move.words[1] = field_put(COMMAND1_EventID, event_id);
  move.words[2] = field_put(COMMAND2_ICID, to);
  return issue_with_sync(its, move, from);
}

enum status its_discard_event(struct its* its, uint32_t device_id, uint32_t event_id,
                              unsigned collection) {
  return issue_for_event(its, COMMAND_DISCARD, device_id, event_id, collection);
}

enum status its_invalidate_event(struct its* its, uint32_t device_id, uint32_t event_id,
                                 unsigned collection) {
  return issue_for_event(its, COMMAND_INV, device_id, event_id, collection);
}

enum status its_invalidate_collection(struct its* its, unsigned collection) {
  struct its_command invalidate = command(COMMAND_INVALL, 0);
  invalidate.words[2] = field_put(COMMAND2_ICID, collection);
  return issue_with_sync(its, invalidate, collection);
}

enum status its_raise_event(struct its* its, uint32_t device_id, uint32_t event_id,
                            unsigned collection) {
  return issue_for_event(its, COMMAND_INT, device_id, event_id, collection);
}

enum status its_clear_event(struct its* its, uint32_t device_id, uint32_t event_id,
                            unsigned collection) {
  return issue_for_event(its, COMMAND_CLEAR, device_id, event_id, collection);
}
