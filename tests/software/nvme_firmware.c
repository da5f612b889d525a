/*
 * Reads a drive behind the SMMU, and sleeps until each read's interrupt. On its console it says
 * "ready", then "done" behind READS reads that each waited for one interrupt of vector 1. Each
 * interrupt ends a WFI, and its handler's first instruction reads ICC_IAR1_EL1: nothing but what is
 * configured lies between. Then "asked" while one more read is under way, and "PASS" or "FAIL".
 */
#include "sw/drivers/nvme/nvme.h"
#include "sw/drivers/uart/pl011.h"
#include "sw/include/processor.h"
#include "sw/scenarios/machine.h"
#include "sw/start/firmware.h"

#define READS 4u
#define IO_QUEUE 1u
#define IO_VECTOR 1u
#define VECTORS 2u
#define TABLES UINT64_C(0x50000000)
#define TABLES_END UINT64_C(0x58000000)
#define DRIVER_MEMORY UINT64_C(0x58000000)
#define DRIVER_IOVA UINT64_C(0x6f000000)
#define DATA_MEMORY UINT64_C(0x58100000)
#define DATA_IOVA UINT64_C(0x6e000000)

static const struct pl011 uart = {UINT64_C(0x09000000)};
static struct machine machine;
static struct machine_device device;
static struct pcie_function functions[8];
static struct msi_vector vectors_of_devices[8];
static struct nvme nvme;

/* An interrupt of the last processor state: acknowledged, ended, counted in X20. */
__asm__(
    "        .text\n"
    "        .balign 0x800\n"
    "bare_vectors:\n"
    "        .rept 5\n"
    "        .balign 0x80\n"
    "        b bare_vectors_unexpected\n"
    "        .endr\n"
    "        .balign 0x80\n"
    "        mrs x21, S3_0_C12_C12_0\n" /* ICC_IAR1_EL1 */
    "        msr S3_0_C12_C12_1, x21\n" /* ICC_EOIR1_EL1 */
    "        add x20, x20, #1\n"
    "        eret\n"
    "        .rept 10\n"
    "        .balign 0x80\n"
    "        b bare_vectors_unexpected\n"
    "        .endr\n"
    "bare_vectors_unexpected:\n"
    "        b bare_vectors_unexpected\n");
extern const char bare_vectors[];

static void fail(const char* what) {
  pl011_print(&uart, "FAIL: ");
  pl011_print(&uart, what);
  pl011_print(&uart, "\n");
  system_off();
}

static void check(enum status status, const char* what) {
  if (status != STATUS_OK) fail(what);
}

void firmware_unexpected_exception(uint64_t syndrome, uint64_t return_address,
                                   uint64_t fault_address) {
  (void)syndrome, (void)return_address, (void)fault_address;
  fail("an exception");
}

static void count(struct msi_vector* vector, void* argument) {
  (void)vector, (void)argument;
}

static void bring_up(void) {
  machine.description = machine_virt(TABLES, TABLES_END);
  machine.functions = functions;
  machine.function_capacity = 8;
  machine.vectors = vectors_of_devices;
  machine.vector_capacity = 8;
  check(machine_initialise(&machine), "machine");
  check(machine_join(&machine), "processor");
  const struct pcie_function* drive = 0;
  for (unsigned i = 0; i < machine.pcie.count; i++) {
    if (functions[i].device_id == 0x0010) drive = &functions[i];
  }
  if (drive == 0) fail("no drive");
  check(machine_add_device(&machine, &device, drive, 1, VECTORS), "device");
  for (unsigned i = 0; i < VECTORS; i++)
    check(machine_request(&device, i, 0, count, 0), "vector");
  check(machine_map(&device, DRIVER_IOVA, DRIVER_MEMORY, NVME_MEMORY, true), "memory");
  check(machine_map(&device, DATA_IOVA, DATA_MEMORY, NVME_PAGE, true), "data");
  check(nvme_open(&nvme, drive->bars[0].address, DRIVER_MEMORY, DRIVER_IOVA), "drive");
  check(nvme_add_queue(&nvme, IO_QUEUE, IO_VECTOR), "queue");
}

/* Sleeps until there has been an interrupt, which may be pending already; they are masked before
 * and behind. */
static void sleep_until_interrupt(void) {
  __asm__ volatile(
      "mov x20, #0\n\t"
      "msr daifclr, #2\n"
      "1: cbnz x20, 2f\n\t"
      "wfi\n\t"
      "b 1b\n"
      "2: msr daifset, #2"
      :
      :
      : "x20", "x21", "memory");
}

static void submit(unsigned block) {
  struct nvme_command command = nvme_transfer(&nvme, false, block, 1, DATA_IOVA);
  check(nvme_submit(&nvme, IO_QUEUE, &command), "a command");
}

static void complete(void) {
  struct nvme_completion completion;
  sleep_until_interrupt();
  if (!nvme_take_completion(&nvme, IO_QUEUE, &completion) || completion.status != 0)
    fail("a completion");
  nvme_release_completions(&nvme, IO_QUEUE);
}

void firmware_main(unsigned processor) {
  (void)processor;
  bring_up();
  (void)interrupts_mask();
  __asm__ volatile("msr vbar_el1, %0\n\tisb" ::"r"(bare_vectors));
  pl011_print(&uart, "ready\n");
  for (unsigned i = 0; i < READS; i++) {
    submit(i);
    complete();
  }
  pl011_print(&uart, "done\n");
  submit(READS);
  pl011_print(&uart, "asked\n");
  complete();
  pl011_print(&uart, "PASS\n");
  system_off();
}
