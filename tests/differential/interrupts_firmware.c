/*
 * Random sequences of interrupts (sw/interrupts) on a `virt` machine of `processors=`, from `seed=`
 * of the command line on, `count=` of them; with `secure=1` at EL3 of a GIC of two Security states,
 * on one processor. Ends with one line "PASS" or "FAIL: what".
 */
#include "sw/interrupts/interrupts.h"
#include "sw/random/bootargs.h"
#include "sw/start/firmware.h"
#include "tests/differential/failure.h"

#define SYS_EXIT UINT64_C(0x18)
#define APPLICATION_EXIT UINT64_C(0x20026)

static const struct pl011 uart = {UINT64_C(0x09000000)};
static struct interrupts interrupts;
static uint64_t secure;

/* At EL3 nobody answers PSCI calls: by semihosting, which the machine's debugger answers. */
static void end(void) {
  static const uint64_t reason[2] = {APPLICATION_EXIT, 0};
  register uint64_t operation __asm__("x0") = SYS_EXIT;
  register const uint64_t* block __asm__("x1") = reason;
  if (secure) __asm__ volatile("hlt #0xf000" ::"r"(operation), "r"(block) : "memory");
  system_off();
}

static void fail(const char* what, uint64_t value) {
  print_failure(&uart, what, value);
  end();
}

void firmware_unexpected_exception(uint64_t syndrome, uint64_t return_address,
                                   uint64_t fault_address) {
  (void)fault_address;
  (void)return_address;
  fail("exception", syndrome);
}

static void start_others(void) {
  for (unsigned processor = 1; processor < interrupts.processors; processor++) {
    int64_t answer = processor_start((processor / 16) << 8 | processor % 16);
    if (answer != 0) fail("CPU_ON", (uint64_t)answer);
  }
}

void firmware_main(unsigned processor) {
  char arguments[128];
  uint64_t seed = 0;
  uint64_t count = 1;
  uint64_t processors = 1;
  if (processor != 0) {
    interrupts_serve(&interrupts, processor);
    return;
  }
  if (!bootargs_read(UINT64_C(0x40000000), arguments, sizeof arguments)) fail("no bootargs", 0);
  (void)bootargs_number(arguments, "seed", &seed);
  (void)bootargs_number(arguments, "count", &count);
  (void)bootargs_number(arguments, "processors", &processors);
  (void)bootargs_number(arguments, "secure", &secure);
  interrupts.uart = &uart;
  interrupts.processors = (unsigned)processors;
  enum status status = interrupts_prepare(&interrupts);
  if (status == STATUS_OK && !secure) status = interrupts_initialise(&interrupts);
  if (status != STATUS_OK) fail("initialisation", (uint64_t)status);
  start_others();
  for (uint64_t i = 0; i < count; i++) {
    interrupts.seed = seed + i;
    if (secure) {
      interrupts_run_secure(&interrupts);
    } else {
      interrupts_run(&interrupts);
    }
  }
  interrupts_dismiss(&interrupts);
  pl011_print(&uart, "PASS\n");
  end();
}
