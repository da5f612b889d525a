#include "sw/interrupts/its_commands.h"

#include "sw/drivers/its/queue.h"
#include "sw/drivers/its/registers.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/random/transcript.h"

#define CWRITER_Retry 1u

/* A queue that stalls at a command with an error goes on when it is another one:
 * GITS_CWRITER.Retry, 5.3.1. */
static void pass_over_stalled(struct interrupts* i) {
  struct its_fields fields = {.opcode = COMMAND_SYNC, .target = i->its.targets[0]};
  struct its_command sync = its_command_of(&fields);
  uint64_t at = mmio_read32(i->its.base + GITS_CREADR) & GITS_COMMAND_OFFSET;
  for (unsigned n = 0; n < 4; n++)
    mem_write64(i->its.commands + at + 8 * n, sync.words[n]);
  data_synchronization_barrier();
  mmio_write32(i->its.base + GITS_CWRITER, (uint32_t)i->its.write_offset | CWRITER_Retry);
  (void)poll32(i->its.base + GITS_CREADR, UINT32_MAX, (uint32_t)i->its.write_offset);
}

enum status interrupts_command(struct interrupts* i, const struct its_fields* fields) {
  struct its_command commands[1 + INTERRUPTS_PROCESSORS] = {its_command_of(fields)};
  for (unsigned processor = 0; processor < i->processors; processor++) {
    struct its_fields sync = {.opcode = COMMAND_SYNC, .target = i->its.targets[processor]};
    commands[1 + processor] = its_command_of(&sync);
  }
  enum status status = its_issue(&i->its, commands, 1 + i->processors);
  if (status == STATUS_REFUSED) pass_over_stalled(i);
  return status;
}

void interrupts_print_command(struct interrupts* i, const struct its_fields* fields) {
  struct its_command command = its_command_of(fields);
  for (unsigned n = 0; n < 4; n++) {
    print_text(i->uart, n == 0 ? " words=" : ",");
    print_hexadecimal(i->uart, command.words[n]);
  }
  print_key(i->uart, "status", (uint64_t)interrupts_command(i, fields));
}

void interrupts_print_pending_lpis(struct interrupts* i) {
  interrupts_settle();
  print_text(i->uart, " pending=");
  for (unsigned processor = 0; processor < i->processors; processor++) {
    uint32_t intid = interrupts_ask(i, processor, INTERRUPTS_LOOK);
    if (intid == 1023) continue;
    print_decimal(i->uart, processor);
    print_text(i->uart, ":");
    print_decimal(i->uart, intid);
    print_text(i->uart, ",");
  }
  interrupts_end_line(i);
}

unsigned interrupts_some_collection(struct interrupts* i) {
  if (generator_percent(&i->generator, 25))
    return FIRST_LOOSE_COLLECTION + generator_below(&i->generator, LOOSE_COLLECTIONS);
  return generator_below(&i->generator, i->processors);
}

uint64_t interrupts_some_target(struct interrupts* i) {
  return i->its.targets[generator_below(&i->generator, i->processors)];
}

static bool names_target(unsigned opcode) {
  return opcode == COMMAND_MAPC || opcode == COMMAND_MOVALL || opcode == COMMAND_SYNC;
}

struct its_fields interrupts_fields(struct interrupts* i, unsigned opcode) {
  struct its_fields fields = {.opcode = opcode};
  if (names_target(opcode)) {
    fields.target = interrupts_some_target(i);
    if (opcode == COMMAND_MOVALL) fields.second_target = interrupts_some_target(i);
    return fields;
  }
  fields.collection = interrupts_some_collection(i);
  if (opcode == COMMAND_INVALL) return fields;
  const struct interrupting_device* device =
      &i->devices[generator_below(&i->generator, INTERRUPTS_DEVICES)];
  uint32_t events = 1u << device->event_bits;
  uint32_t event =
      generator_below(&i->generator, events < INTERRUPTS_EVENTS ? events : INTERRUPTS_EVENTS);
  fields.device_id = device->id;
  fields.event_id = device->first_event + event;
  if (opcode == COMMAND_MAPTI) fields.intid = device->first_lpi + event;
  if (opcode != COMMAND_MAPTI && opcode != COMMAND_MAPI && opcode != COMMAND_MOVI)
    fields.collection = 0;
  return fields;
}

struct its_fields interrupts_map_device(struct interrupts* i,
                                        const struct interrupting_device* device) {
  uint64_t size = (uint64_t)i->its.interrupt_entry_size << device->event_bits;
  struct its_fields fields = {.opcode = COMMAND_MAPD,
                              .device_id = device->id,
                              .size = device->event_bits - 1,
                              .table = region_allocate(&i->memory, align_up(size, 256), 256),
                              .valid = true};
  return fields;
}
