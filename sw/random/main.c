/*
 * Random programs on a `virt` machine with an NVMe drive: `seed=` of the command line is the first,
 * `count=` how many follow one after the other. What is printed is the same on QEMU, but for
 * tests/software/known_differences.yaml.
 */
#include "sw/drivers/gic/gic.h"
#include "sw/drivers/uart/pl011.h"
#include "sw/include/poll.h"
#include "sw/include/processor.h"
#include "sw/random/bootargs.h"
#include "sw/random/program.h"
#include "sw/random/transcript.h"
#include "sw/start/firmware.h"

#define UART UINT64_C(0x09000000)
#define DEVICE_TREE UINT64_C(0x40000000)
#define TABLES UINT64_C(0x41000000)
#define TABLES_END UINT64_C(0x47000000)
#define NVME_VENDOR 0x1b36
#define NVME_DEVICE 0x0010

static const struct pl011 uart = {UART};
static struct pcie_function functions[16];
static struct msi_vector vectors[1];
static struct machine machine;
static struct program program;

static void fail(const char* what, uint64_t value) {
  print_text(&uart, "FAIL: ");
  print_text(&uart, what);
  print_key_hexadecimal(&uart, "value", value);
  print_text(&uart, "\n");
  system_off();
}

static void expect(const char* what, enum status status) {
  if (status != STATUS_OK) fail(what, status);
}

void firmware_unexpected_exception(uint64_t syndrome, uint64_t return_address,
                                   uint64_t fault_address) {
  print_key_hexadecimal(&uart, "at", return_address);
  print_key_hexadecimal(&uart, "address", fault_address);
  fail(" exception", syndrome);
}

static void take_event(struct machine* source, const struct smmu_event* event) {
  (void)source;
  program_take_event(&program, event);
}

static void take_smmu_events(void) {
  struct smmu_event event;
  while (smmu_next_event(&machine.smmu, &event))
    program_take_event(&program, &event);
}

static void take_interrupt(void* argument) {
  (void)argument;
  unsigned processor = processor_number();
  uint32_t intid = gic_acknowledge();
  if (gic_is_special(intid)) return;
  if (program_rest_take(intid, processor)) {
  } else if (intid == machine.description.smmu_event_interrupt) {
    take_smmu_events();
  } else if (intid == machine.description.smmu_error_interrupt) {
    smmu_handle_global_errors(&machine.smmu);
  } else {
    (void)program_take(&program, intid, processor);
  }
  gic_end(intid);
}

static void join(void) {
  expect("joined", machine_join(&machine));
  interrupts_install(take_interrupt, 0);
  program_rest_initialise(&machine);
}

static void initialise(void) {
  machine.description = machine_virt(TABLES, TABLES_END);
  machine.functions = functions;
  machine.function_capacity = 16;
  machine.vectors = vectors;
  machine.vector_capacity = 1;
  machine.on_event = take_event;
  expect("GIC, ITS, SMMU, PCIe", machine_initialise(&machine));
  join();
  int64_t started = processor_start(1);
  if (started != 0) fail("CPU_ON", (uint64_t)started);
  expect("second processor", machine_wait_for(&machine, PROGRAM_PROCESSORS));
  program.machine = &machine;
  program.uart = &uart;
  program.function = pcie_find(&machine.pcie, NVME_VENDOR, NVME_DEVICE);
  if (program.function == 0) fail("no drive", machine.pcie.count);
  expect("device table", its_map_device(&machine.its, program.function->requester_id, 2));
}

void firmware_main(unsigned processor) {
  if (processor != 0) {
    join();
    machine_idle(&machine);
    return;
  }
  char arguments[256];
  uint64_t seed = 0;
  uint64_t count = 1;
  if (!bootargs_read(DEVICE_TREE, arguments, sizeof arguments)) fail("no bootargs", 0);
  if (!bootargs_number(arguments, "seed", &seed)) fail("no seed", 0);
  (void)bootargs_number(arguments, "count", &count);
  initialise();
  for (uint64_t i = 0; i < count; i++) {
    program.seed = seed + i;
    program_run(&program);
  }
  print_text(&uart, "PASS\n");
  system_off();
}
