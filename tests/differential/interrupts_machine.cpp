#include "tests/differential/interrupts_machine.h"

#include <systemc>

#include "platforms/virt/memory_map.h"
#include "platforms/virt/platform.h"
#include "sw/include/processor.h"
#include "sw/interrupts/interrupts.h"
#include "sw/native/native.h"
#include "tests/differential/transcript.h"

namespace doorbell::test {
namespace {

virt::VirtParameters parameters(const InterruptsRun& run) {
  virt::VirtParameters parameters{.processors = run.processors};
  parameters.peripherals = true;
  parameters.gic.its.stall_on_command_error = run.stall_on_command_error;
  if (run.secure) parameters.gic.common.security = gic::SecurityStates::two;
  return parameters;
}

void run_first(interrupts& software, const InterruptsRun& run, bool& others_may_start) {
  enum status status = interrupts_prepare(&software);
  if (status == STATUS_OK && !run.secure) status = interrupts_initialise(&software);
  others_may_start = true;
  for (std::uint64_t i = 0; status == STATUS_OK && i < run.count; ++i) {
    software.seed = run.first_seed + i;
    if (run.secure) {
      interrupts_run_secure(&software);
    } else {
      interrupts_run(&software);
    }
  }
  interrupts_dismiss(&software);
  if (status == STATUS_OK) pl011_print(software.uart, "PASS\n");
}

}  // namespace

std::string run_interrupts(const InterruptsRun& run) {
  sw::run_on_native_processors();
  Transcript transcript;
  virt::Platform platform("virt", parameters(run));
  platform.uart()->connect(transcript);
  platform.scheduler().set_timing(Timing::loose);
  const pl011 uart{virt::uart.base};
  interrupts software{};
  software.uart = &uart;
  software.processors = run.processors;
  bool others_may_start = false;
  platform.native_processor(0).set_firmware([&] { run_first(software, run, others_may_start); });
  for (unsigned i = 1; i < run.processors; ++i) {
    platform.native_processor(i).set_firmware([&software, &others_may_start, i] {
      while (!others_may_start)
        spin_hint();
      interrupts_serve(&software, i);
    });
  }
  sc_core::sc_start(1000, sc_core::SC_SEC);
  return transcript.text;
}

}  // namespace doorbell::test
