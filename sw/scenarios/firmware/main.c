/* A scenario as a firmware for AArch64: SCENARIO is its body. */
#include "sw/scenarios/scenario.h"
#include "sw/start/firmware.h"

static struct scenario scenario;

void firmware_unexpected_exception(uint64_t syndrome, uint64_t return_address,
                                   uint64_t fault_address) {
  say_number(&scenario, "exception", syndrome);
  say_number(&scenario, "at", return_address);
  say_number(&scenario, "for address", fault_address);
  say(&scenario, "FAIL");
  system_off();
}

void firmware_main(unsigned processor) {
  for (unsigned i = 1; processor == 0 && i < SCENARIO_PROCESSORS; i++)
    expect(&scenario, "CPU_ON", processor_start(i) == 0);
  scenario_run(&scenario, SCENARIO, processor);
  if (processor == 0) system_off();
}
