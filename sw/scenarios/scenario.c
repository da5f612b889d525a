#include "sw/scenarios/scenario.h"

#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/include/processor.h"

#define UART UINT64_C(0x09000000)
#define TABLES UINT64_C(0x41000000)
#define TABLES_END UINT64_C(0x43000000)
#define SETTLE_NS 2000000u

void say(struct scenario* scenario, const char* text) {
  pl011_print(&scenario->uart, text);
  pl011_print(&scenario->uart, "\n");
}

static void print_value(const struct scenario* scenario, const char* name, uint64_t value) {
  pl011_print(&scenario->uart, name);
  pl011_print(&scenario->uart, ": ");
  pl011_print_hexadecimal(&scenario->uart, value);
}

void say_number(struct scenario* scenario, const char* name, uint64_t value) {
  print_value(scenario, name, value);
  pl011_print(&scenario->uart, "\n");
}

void say_status(struct scenario* scenario, const char* name_and_case, uint32_t status) {
  char text[] = "000";
  for (unsigned i = 0; i < 3; i++)
    text[i] = "0123456789abcdef"[status >> 4 * (2 - i) & 0xf];
  pl011_print(&scenario->uart, name_and_case);
  pl011_print(&scenario->uart, " cqe=");
  const char* digits = text;
  while (digits[0] == '0' && digits[1] != '\0')
    digits++;
  say(scenario, digits);
}

static void print_digit(const struct scenario* scenario, const char* name, unsigned digit) {
  char text[] = "0 ";
  text[0] = (char)('0' + digit);
  pl011_print(&scenario->uart, name);
  pl011_print(&scenario->uart, text);
}

void say_of_queue(struct scenario* scenario, unsigned drive, unsigned queue, const char* name,
                  uint64_t value) {
  print_digit(scenario, "drive ", drive);
  print_digit(scenario, "queue ", queue);
  say_number(scenario, name, value);
}

bool expect(struct scenario* scenario, const char* what, bool is_so) {
  if (is_so) return true;
  scenario->has_failed = true;
  pl011_print(&scenario->uart, "FAIL: ");
  say(scenario, what);
  return false;
}

bool expect_ok(struct scenario* scenario, const char* what, enum status status) {
  if (status != STATUS_OK) say_number(scenario, "status", status);
  return expect(scenario, what, status == STATUS_OK);
}

/* Sorted, so that the transcript doesn't tell who was first. */
static bool is_before(const struct scenario_fault* a, const struct scenario_fault* b) {
  if (a->stream_id != b->stream_id) return a->stream_id < b->stream_id;
  if (a->page != b->page) return a->page < b->page;
  if (a->event != b->event) return a->event < b->event;
  return a->is_read && !b->is_read;
}

static void insert(struct scenario* scenario, const struct scenario_fault* fault) {
  uint32_t at = 0;
  while (at < scenario->fault_count && is_before(&scenario->faults[at], fault))
    at++;
  bool is_known = at < scenario->fault_count && !is_before(fault, &scenario->faults[at]);
  if (is_known || scenario->fault_count == SCENARIO_FAULTS) return;
  for (uint32_t i = scenario->fault_count; i > at; i--)
    scenario->faults[i] = scenario->faults[i - 1];
  scenario->faults[at] = *fault;
  scenario->fault_count++;
}

/* The machine is the first member. */
static void keep_fault(struct machine* machine, const struct smmu_event* event) {
  struct scenario* scenario = (struct scenario*)machine;
  const struct scenario_fault fault = {
      (uint32_t)field_get(EVENT0_ID, event->words[0]),
      (uint32_t)field_get(EVENT0_StreamID, event->words[0]),
      event->words[2] & ~(PAGE_SIZE - 1),
      (event->words[1] & EVENT1_RnW) != 0,
  };
  uint64_t state = lock_acquire(&scenario->fault_lock);
  insert(scenario, &fault);
  lock_release(&scenario->fault_lock, state);
}

static bool has_fault(struct scenario* scenario, uint32_t event, uint32_t stream_id,
                      uint64_t page) {
  bool found = false;
  uint64_t state = lock_acquire(&scenario->fault_lock);
  for (uint32_t i = 0; i < scenario->fault_count; i++) {
    const struct scenario_fault* fault = &scenario->faults[i];
    found |= fault->event == event && fault->stream_id == stream_id && fault->page == page;
  }
  lock_release(&scenario->fault_lock, state);
  return found;
}

bool wait_for_fault(struct scenario* scenario, const char* what, unsigned drive, uint32_t event,
                    uint64_t iova) {
  uint32_t stream_id = scenario->drives[drive].device.function->requester_id;
  struct deadline deadline = deadline_start();
  while (!has_fault(scenario, event, stream_id, iova & ~(PAGE_SIZE - 1))) {
    if (deadline_passed(&deadline)) return expect(scenario, what, false);
  }
  return true;
}

static uint32_t take_faults(struct scenario* scenario) {
  let_settle();
  uint64_t state = lock_acquire(&scenario->fault_lock);
  uint32_t count = scenario->fault_count;
  scenario->fault_count = 0;
  lock_release(&scenario->fault_lock, state);
  return count;
}

void forget_faults(struct scenario* scenario) {
  take_faults(scenario);
}

void say_faults(struct scenario* scenario) {
  uint32_t count = take_faults(scenario);
  if (count == 0) say(scenario, "no SMMU event");
  for (uint32_t i = 0; i < count; i++) {
    const struct scenario_fault* fault = &scenario->faults[i];
    print_value(scenario, "SMMU event", fault->event);
    print_value(scenario, " StreamID", fault->stream_id);
    print_value(scenario, fault->is_read ? " reads" : " writes", fault->page);
    say(scenario, "");
  }
}

void let_settle(void) {
  uint64_t end = processor_time_ns() + SETTLE_NS;
  while (processor_time_ns() < end)
    spin_hint();
}

static bool bring_up(struct scenario* scenario) {
  struct machine* machine = &scenario->machine;
  scenario->uart.base = UART;
  machine->description = machine_virt(TABLES, TABLES_END);
  machine->description.two_level_streams = true; /* as Linux has them on both machines */
  machine->functions = scenario->functions;
  machine->function_capacity = sizeof scenario->functions / sizeof scenario->functions[0];
  machine->vectors = scenario->vectors;
  machine->vector_capacity = sizeof scenario->vectors / sizeof scenario->vectors[0];
  machine->on_event = keep_fault;
  return expect_ok(scenario, "GIC, ITS, SMMU, PCIe", machine_initialise(machine)) &&
         expect_ok(scenario, "processor 0", machine_join(machine)) &&
         expect_ok(scenario, "other processors", machine_wait_for(machine, SCENARIO_PROCESSORS));
}

void scenario_run(struct scenario* scenario, scenario_body* body, unsigned processor) {
  struct machine* machine = &scenario->machine;
  if (processor != 0) {
    if (machine_join(machine) == STATUS_OK) machine_idle(machine);
    return;
  }
  if (bring_up(scenario)) {
    body(scenario);
    expect(scenario, "every interrupt has a handler", machine->unclaimed == 0);
    expect(scenario, "the SMMU takes every command", machine->smmu.command_errors == 0);
  }
  machine_stop(machine);
  say(scenario, scenario->has_failed ? "FAIL" : "PASS");
}
