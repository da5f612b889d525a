/*
 * Reads a drive behind the SMMU, and sleeps until each read's interrupt. On its console it says
 * "ready", then "done" behind READS reads that each waited for one interrupt of vector 1, and
 * "PASS" or "FAIL". The last read's interrupt ends a WFI, and its handler's first instruction reads
 * ICC_IAR1_EL1: nothing but what is configured lies between.
 */
#include "sw/drivers/nvme/nvme.h"
#include "sw/drivers/nvme/registers.h"
#include "sw/drivers/uart/pl011.h"
#include "sw/include/access.h"
#include "sw/include/processor.h"
#include "sw/scenarios/machine.h"
#include "sw/start/firmware.h"

#define READS 4u
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
  check(nvme_open(&nvme, drive->bars[0].address, DRIVER_MEMORY, DRIVER_IOVA, IO_VECTOR), "drive");
}

/* Writes the doorbell and sleeps until there has been an interrupt more. */
static void ring_and_sleep(uint64_t doorbell, uint64_t tail) {
  __asm__ volatile(
      "mov x20, #0\n\t"
      "str %w1, [%0]\n"
      "1: wfi\n\t"
      "cbz x20, 1b"
      :
      : "r"(doorbell), "r"(tail)
      : "x20", "x21", "memory");
}

static void read_block(unsigned block) {
  struct nvme_queue* queue = &nvme.queues[1];
  uint64_t entry = queue->submissions + (uint64_t)queue->tail * NVME_SUBMISSION_SIZE;
  mem_fill(entry, NVME_SUBMISSION_SIZE, 0);
  mem_write32(entry, NVME_READ | (uint32_t)nvme.next_command++ << 16);
  mem_write32(entry + 4, NVME_NAMESPACE);
  mem_write64(entry + 24, DATA_IOVA);
  mem_write32(entry + 40, block);
  queue->tail++;
  data_synchronization_barrier();
  ring_and_sleep(nvme.registers + NVME_DOORBELLS + 8, queue->tail);
  uint64_t completion = queue->completions + (uint64_t)queue->head * NVME_COMPLETION_SIZE;
  uint32_t status = mem_read32(completion + 12);
  if ((status & COMPLETION_PHASE) == 0 || field_get(COMPLETION_STATUS, status) != 0)
    fail("a completion");
  queue->head++;
  mmio_write32(nvme.registers + NVME_DOORBELLS + 12, queue->head);
}

void firmware_main(unsigned processor) {
  (void)processor;
  bring_up();
  (void)interrupts_mask();
  __asm__ volatile("msr vbar_el1, %0\n\tisb" ::"r"(bare_vectors));
  interrupts_unmask();
  pl011_print(&uart, "ready\n");
  for (unsigned i = 0; i < READS; i++)
    read_block(i);
  pl011_print(&uart, "done\nPASS\n");
  system_off();
}
