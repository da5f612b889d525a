#include "sw/random/events.h"

#include "sw/drivers/smmu/structures.h"
#include "sw/random/transcript.h"

#define EVENT1_CLASS BITS(41, 40)
#define F_STE_FETCH 0x03u
#define F_CD_FETCH 0x09u
#define F_WALK_EABT 0x0bu

static bool has_address(unsigned type) {
  return type >= F_WALK_EABT;
}

static bool has_fetch_address(unsigned type) {
  return type == F_STE_FETCH || type == F_CD_FETCH || type == F_WALK_EABT;
}

static int compare(uint64_t left, uint64_t right) {
  return left < right ? -1 : left > right;
}

static int order(const struct event_record* left, const struct event_record* right) {
  int result = compare(left->type, right->type);
  if (result == 0) result = compare(left->of_drive, right->of_drive);
  if (result == 0) result = compare(left->read, right->read);
  if (result == 0) result = compare(left->event_class, right->event_class);
  if (result == 0) result = compare(left->address, right->address);
  if (result == 0) result = compare(left->fetch_address, right->fetch_address);
  return result;
}

static struct event_record record_of(const struct event_set* set, const struct smmu_event* event) {
  unsigned type = (unsigned)field_get(EVENT0_ID, event->words[0]);
  struct event_record record = {(uint8_t)type, false, false, 0, 0, 0};
  record.of_drive = field_get(EVENT0_StreamID, event->words[0]) == set->stream_id;
  if (has_address(type)) {
    record.read = (event->words[1] & EVENT1_RnW) != 0;
    record.event_class = (uint8_t)field_get(EVENT1_CLASS, event->words[1]);
    record.address = event->words[2] & ~(uint64_t)(PAGE_SIZE - 1);
  }
  if (has_fetch_address(type)) record.fetch_address = event->words[3] & BITS(51, 3);
  return record;
}

void event_set_clear(struct event_set* set, uint32_t stream_id) {
  set->stream_id = stream_id;
  set->count = 0;
  set->lost = false;
}

void event_set_add(struct event_set* set, const struct smmu_event* event) {
  struct event_record record = record_of(set, event);
  unsigned at = 0;
  while (at < set->count && order(&set->records[at], &record) < 0)
    at++;
  if (at < set->count && order(&set->records[at], &record) == 0) return;
  if (set->count == EVENT_SET) {
    set->lost = true;
    return;
  }
  for (unsigned i = set->count; i > at; i--)
    set->records[i] = set->records[i - 1];
  set->records[at] = record;
  set->count++;
}

static void print_record(const struct event_record* record, const struct pl011* uart) {
  print_hexadecimal(uart, record->type);
  if (!record->of_drive) print_text(uart, ":other");
  if (has_address(record->type)) {
    print_text(uart, record->read ? ":r" : ":w");
    print_hexadecimal(uart, record->event_class);
    print_text(uart, ":");
    print_hexadecimal(uart, record->address);
  }
  if (has_fetch_address(record->type)) {
    print_text(uart, "@");
    print_hexadecimal(uart, record->fetch_address);
  }
}

void event_set_print(const struct event_set* set, const struct pl011* uart) {
  print_text(uart, " events=");
  if (set->count == 0) print_text(uart, "-");
  for (unsigned i = 0; i < set->count; i++) {
    if (i != 0) print_text(uart, ",");
    print_record(&set->records[i], uart);
  }
  if (set->lost) print_text(uart, ",more");
}
