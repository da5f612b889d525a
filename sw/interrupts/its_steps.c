#include "sw/drivers/gic/registers.h"
#include "sw/drivers/its/registers.h"
#include "sw/drivers/its/tables.h"
#include "sw/interrupts/its_commands.h"
#include "sw/random/transcript.h"

#define STEPS 64u
#define WRONG 24u
#define LPIS (INTERRUPTS_DEVICES * INTERRUPTS_EVENTS)
#define PRIORITY_STEP 8u   /* of 5 bits; all are let through by PRIORITY_MASK_OPEN */
#define DEVICE_ID_BITS 16u /* without the highest ones, which commands with DEVICE_OOR name */

/* The last device's EventIDs are LPIs themselves, as MAPI maps them. */
static void choose_devices(struct interrupts* i) {
  for (unsigned n = 0; n < INTERRUPTS_DEVICES; n++) {
    struct interrupting_device* device = &i->devices[n];
    bool by_intid = n == INTERRUPTS_DEVICES - 1;
    device->first_lpi = INTID_FIRST_LPI + 64 + n * INTERRUPTS_EVENTS;
    device->first_event = by_intid ? device->first_lpi : 0;
    device->event_bits = by_intid ? 14 : 4 + generator_below(&i->generator, 2);
    device->id = (generator_below(&i->generator, BIT(DEVICE_ID_BITS) - 16) & ~3u) + 4 + n;
  }
}

static void choose_properties(struct interrupts* i) {
  unsigned turn = generator_below(&i->generator, LPIS);
  for (unsigned n = 0; n < LPIS; n++) {
    uint32_t intid = i->devices[0].first_lpi + n;
    lpi_set_priority(&i->lpis, intid, (uint8_t)((n * 7 + turn) % LPIS * PRIORITY_STEP));
    lpi_set_enabled(&i->lpis, intid, generator_percent(&i->generator, 80));
  }
}

/* Nothing that is pending stays so: a disabled LPI has to be enabled to be taken. */
static void drain(struct interrupts* i) {
  for (unsigned n = 0; n < LPIS; n++)
    lpi_set_enabled(&i->lpis, i->devices[0].first_lpi + n, true);
  for (unsigned processor = 0; processor < i->processors; processor++)
    (void)its_invalidate_collection(&i->its, processor);
  interrupts_settle();
  for (unsigned processor = 0; processor < i->processors; processor++) {
    interrupts_start_line(i, "drain");
    print_key(i->uart, "processor", processor);
    print_text(i->uart, " taken=");
    for (uint32_t intid = 0;
         (intid = interrupts_ask(i, processor, INTERRUPTS_TAKE)) != INTID_SPECIAL_LAST;) {
      print_decimal(i->uart, intid);
      print_text(i->uart, ",");
      interrupts_settle();
    }
    interrupts_end_line(i);
  }
}

static enum status set_up(struct interrupts* i) {
  bool indirect = i->seed % 2 == 1;
  choose_devices(i);
  choose_properties(i);
  enum status status = interrupts_set_device_table(i, indirect);
  for (unsigned processor = 0; status == STATUS_OK && processor < i->processors; processor++)
    status = its_map_collection(&i->its, processor, &i->redistributors[processor]);
  for (unsigned processor = 0; status == STATUS_OK && processor < i->processors; processor++)
    status = its_invalidate_collection(&i->its, processor);
  for (unsigned n = 0; status == STATUS_OK && n < LOOSE_COLLECTIONS; n++) {
    struct its_fields unmap = {.opcode = COMMAND_MAPC, .collection = FIRST_LOOSE_COLLECTION + n};
    status = interrupts_command(i, &unmap);
  }
  interrupts_start_line(i, "ITS");
  print_key(i->uart, "status", (uint64_t)status);
  print_key(i->uart, "levels", indirect ? 2 : 1);
  print_key(i->uart, "page", i->its.devices.page_size);
  interrupts_end_line(i);
  return status;
}

/* Of a device without an entry in the first level there is nothing that a command could find, until
 * it gets one: a plain write, without a command. */
static void map_device(struct interrupts* i) {
  const struct interrupting_device* device =
      &i->devices[generator_below(&i->generator, INTERRUPTS_DEVICES)];
  struct its_fields fields = interrupts_map_device(i, device);
  bool add = generator_percent(&i->generator, 70);
  if (add) (void)its_tables_add_device(&i->its, device->id);
  if (generator_percent(&i->generator, 20)) fields.valid = false;
  interrupts_start_line(i, "MAPD");
  print_key(i->uart, "room", add);
  interrupts_print_command(i, &fields);
  interrupts_print_pending_lpis(i);
}

static void issue(struct interrupts* i, const char* name, const struct its_fields* fields) {
  interrupts_start_line(i, name);
  interrupts_print_command(i, fields);
  interrupts_print_pending_lpis(i);
}

/* Mapping an event that is mapped is UNPREDICTABLE (5.3.9, 5.3.10): it is discarded first. */
static void map_event(struct interrupts* i) {
  struct its_fields fields = interrupts_fields(i, COMMAND_MAPTI);
  if (fields.event_id == fields.intid && generator_percent(&i->generator, 50)) {
    fields.opcode = COMMAND_MAPI;
    fields.intid = 0;
  }
  struct its_fields discard = fields;
  discard.opcode = COMMAND_DISCARD;
  discard.intid = discard.collection = 0;
  (void)interrupts_command(i, &discard);
  issue(i, its_command_name(fields.opcode), &fields);
}

/* The LPIs that are pending of a collection that goes elsewhere stay where they are. */
static void map_collection(struct interrupts* i) {
  struct its_fields fields = interrupts_fields(i, COMMAND_MAPC);
  fields.collection = FIRST_LOOSE_COLLECTION + generator_below(&i->generator, LOOSE_COLLECTIONS);
  fields.valid = generator_percent(&i->generator, 80);
  issue(i, "MAPC", &fields);
}

/* A property byte counts from an INV or INVALL on. */
static void change_property(struct interrupts* i) {
  uint32_t intid = i->devices[0].first_lpi + generator_below(&i->generator, LPIS);
  bool enabled = generator_percent(&i->generator, 70);
  lpi_set_enabled(&i->lpis, intid, enabled);
  for (unsigned processor = 0; processor < i->processors; processor++)
    (void)its_invalidate_collection(&i->its, processor);
  interrupts_start_line(i, "property");
  print_key(i->uart, "INTID", intid);
  print_key(i->uart, "enabled", enabled);
  interrupts_print_pending_lpis(i);
}

static void take(struct interrupts* i) {
  unsigned processor = generator_below(&i->generator, i->processors);
  interrupts_start_line(i, "take");
  print_key(i->uart, "processor", processor);
  print_key(i->uart, "INTID", interrupts_ask(i, processor, INTERRUPTS_TAKE));
  interrupts_print_pending_lpis(i);
}

static void legal_step(struct interrupts* i) {
  static const unsigned simple[] = {COMMAND_INT,    COMMAND_INT,    COMMAND_INT,  COMMAND_INT,
                                    COMMAND_INT,    COMMAND_MOVI,   COMMAND_MOVI, COMMAND_CLEAR,
                                    COMMAND_INV,    COMMAND_INVALL, COMMAND_SYNC, COMMAND_MOVALL,
                                    COMMAND_MOVALL, COMMAND_DISCARD};
  uint32_t kind = generator_below(&i->generator, 24);
  if (kind < 4) {
    map_event(i);
  } else if (kind < 6) {
    map_device(i);
  } else if (kind == 6) {
    map_collection(i);
  } else if (kind < 9) {
    change_property(i);
  } else if (kind < 11) {
    take(i);
  } else {
    unsigned opcode = simple[generator_below(&i->generator, sizeof simple / sizeof simple[0])];
    struct its_fields fields = interrupts_fields(i, opcode);
    issue(i, its_command_name(opcode), &fields);
  }
}

/* Each device is there at first, and each of its events is mapped. */
static void map_all(struct interrupts* i) {
  for (unsigned n = 0; n < INTERRUPTS_DEVICES; n++) {
    const struct interrupting_device* device = &i->devices[n];
    if (i->seed % 4 < 2) (void)its_tables_add_device(&i->its, device->id);
    struct its_fields map = interrupts_map_device(i, device);
    issue(i, "MAPD", &map);
    for (unsigned event = 0; event < 4; event++) {
      struct its_fields fields = {.opcode = COMMAND_MAPTI,
                                  .device_id = device->id,
                                  .event_id = device->first_event + event,
                                  .intid = device->first_lpi + event,
                                  .collection = interrupts_some_collection(i)};
      (void)interrupts_command(i, &fields);
    }
  }
}

void interrupts_run_its(struct interrupts* i) {
  if (set_up(i) != STATUS_OK) return;
  map_all(i);
  unsigned wrong = 0;
  for (unsigned n = 0; n < STEPS; n++) {
    if (generator_below(&i->generator, STEPS - n) < WRONG - wrong) {
      interrupts_wrong_command(i, (unsigned)(i->seed * WRONG + wrong++) * 5);
    } else {
      legal_step(i);
    }
  }
  drain(i);
}
