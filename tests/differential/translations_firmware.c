/*
 * Random translations (sw/translations) on a `virt` machine with QEMU's `edu` device, from `seed=`
 * of the command line on, `count=` of them, with stream tables of `levels=`. Ends with one line
 * "PASS" or "FAIL: what".
 */
#include "sw/drivers/pcie/pcie.h"
#include "sw/drivers/pcie/registers.h"
#include "sw/drivers/uart/pl011.h"
#include "sw/random/bootargs.h"
#include "sw/start/firmware.h"
#include "sw/translations/translations.h"
#include "tests/differential/failure.h"

#define EDU_VENDOR 0x1234
#define EDU_DEVICE 0x11e8

static const struct pl011 uart = {UINT64_C(0x09000000)};
static struct pcie_function functions[8];
static struct translations translations;

static void fail(const char* what, uint64_t value) {
  print_failure(&uart, what, value);
  system_off();
}

void firmware_unexpected_exception(uint64_t syndrome, uint64_t return_address,
                                   uint64_t fault_address) {
  (void)fault_address;
  (void)return_address;
  fail("exception", syndrome);
}

static void find_edu(void) {
  struct pcie_host host = {.ecam = UINT64_C(0x4010000000),
                           .last_bus = 255,
                           .root_buses = 1,
                           .memory = {0x10000000, 0x3eff0000},
                           .functions = functions,
                           .capacity = 8};
  enum status status = pcie_enumerate(&host);
  const struct pcie_function* edu = pcie_find(&host, EDU_VENDOR, EDU_DEVICE);
  if (edu == 0) fail("no edu device", (uint64_t)status);
  pcie_command(&host, edu->requester_id, COMMAND_MEMORY_SPACE | COMMAND_BUS_MASTER, 0);
  translations.device = edu->bars[0].address;
  translations.stream_id = edu->requester_id;
}

void firmware_main(unsigned processor) {
  char arguments[128];
  uint64_t seed = 0;
  uint64_t count = 1;
  uint64_t levels = 1;
  if (processor != 0) return;
  if (!bootargs_read(UINT64_C(0x40000000), arguments, sizeof arguments)) fail("no bootargs", 0);
  if (!bootargs_number(arguments, "seed", &seed)) fail("no seed", 0);
  (void)bootargs_number(arguments, "count", &count);
  (void)bootargs_number(arguments, "levels", &levels);
  find_edu();
  translations.uart = &uart;
  translations.two_level_streams = levels == 2;
  translations.base = UINT64_C(0x09050000);
  for (uint64_t i = 0; i < count; i++) {
    translations.seed = seed + i;
    translations_run(&translations);
  }
  pl011_print(&uart, "PASS\n");
  system_off();
}
