/*
 * The drivers against QEMU's `virt` machine: its SMMUv3, its ITS, and its `edu` device (QEMU,
 * docs/specs/edu.txt). Ends with one line "PASS" or "FAIL: what".
 */
#include "sw/drivers/uart/pl011.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/include/processor.h"
#include "sw/scenarios/machine.h"
#include "sw/start/firmware.h"
#include "tests/differential/failure.h"

#define UART UINT64_C(0x09000000)
#define TABLES UINT64_C(0x41000000)
#define TABLES_END UINT64_C(0x43000000)
#define SOURCE_BUFFER UINT64_C(0x44000000)
#define TARGET_BUFFER UINT64_C(0x44010000)
/* The device keeps 28 bits of a DMA address. */
#define SOURCE_IOVA UINT64_C(0x00100000)
#define TARGET_IOVA UINT64_C(0x00205000)
#define UNMAPPED_IOVA UINT64_C(0x00900000)
#define ASID 1

#define EDU_VENDOR 0x1234
#define EDU_DEVICE 0x11e8
#define EDU_IDENTIFICATION 0x00u
#define EDU_INTERRUPT_STATUS 0x24u
#define EDU_INTERRUPT_RAISE 0x60u
#define EDU_INTERRUPT_ACKNOWLEDGE 0x64u
#define EDU_DMA_SOURCE 0x80u
#define EDU_DMA_TARGET 0x88u
#define EDU_DMA_COUNT 0x90u
#define EDU_DMA_COMMAND 0x98u
#define EDU_DMA_START 1u
#define EDU_DMA_TO_MEMORY 2u
#define EDU_DMA_INTERRUPT 4u
#define EDU_DMA_INTERRUPT_STATUS 0x100u
#define EDU_BUFFER 0x40000u
#define TRANSFER 64u

#define F_TRANSLATION 0x10u

static const struct pl011 uart = {UART};
static struct pcie_function functions[16];
static struct msi_vector vectors[8];
static struct machine machine;
static struct machine_device device;
static struct smmu_event last_event;

static volatile uint32_t last_status;    /* EDU_INTERRUPT_STATUS at the last interrupt */
static volatile unsigned last_processor; /* that took it */
static volatile unsigned interrupts_seen;
static volatile unsigned events_seen;
static volatile bool second_has_left;

static void fail(const char* what, uint64_t value) {
  print_failure(&uart, what, value);
  system_off();
}

static void expect(const char* what, enum status status) {
  if (status != STATUS_OK) fail(what, status);
  pl011_print(&uart, "ok: ");
  pl011_print(&uart, what);
  pl011_print(&uart, "\n");
}

void firmware_unexpected_exception(uint64_t syndrome, uint64_t return_address,
                                   uint64_t fault_address) {
  pl011_print(&uart, "exception at ");
  pl011_print_hexadecimal(&uart, return_address);
  pl011_print(&uart, " for address ");
  pl011_print_hexadecimal(&uart, fault_address);
  pl011_print(&uart, "\n");
  fail("unexpected exception, ESR_EL1", syndrome);
}

static void take_event(struct machine* source, const struct smmu_event* event) {
  (void)source;
  last_event = *event;
  events_seen = events_seen + 1;
}

static void take_edu_interrupt(struct msi_vector* vector, void* argument) {
  (void)vector;
  (void)argument;
  uint32_t status = machine_read(&device, 0, EDU_INTERRUPT_STATUS);
  machine_write(&device, 0, EDU_INTERRUPT_ACKNOWLEDGE, status);
  last_status = status;
  last_processor = processor_number();
  interrupts_seen = interrupts_seen + 1;
}

/* The n-th interrupt, with the status that the device shows, on this processor. */
static void expect_interrupt(const char* what, unsigned number, uint32_t status,
                             unsigned processor) {
  struct deadline deadline = deadline_start();
  while (interrupts_seen < number) {
    if (deadline_passed(&deadline)) fail(what, interrupts_seen);
  }
  if (last_status != status) fail(what, last_status);
  if (last_processor != processor) fail(what, last_processor);
  pl011_print(&uart, "ok: ");
  pl011_print(&uart, what);
  pl011_print(&uart, "\n");
}

/* QEMU's SMMU offers neither messages nor events, so the third way is what runs here. */
static void tell_how_syncs_are_awaited(void) {
  pl011_print(&uart, "ok: CMD_SYNC is awaited ");
  pl011_print(&uart, machine.smmu.sync_by_message ? "in memory\n"
                     : machine.smmu.sends_events  ? "in WFE\n"
                                                  : "by polling SMMU_CMDQ_CONS\n");
}

static void set_up_device(void) {
  const struct pcie_function* function = pcie_find(&machine.pcie, EDU_VENDOR, EDU_DEVICE);
  if (function == 0) fail("no edu device among the functions", machine.pcie.count);
  expect("device added", machine_add_device(&machine, &device, function, ASID, 1));
  uint32_t identification = machine_read(&device, 0, EDU_IDENTIFICATION);
  if ((identification & 0xff) != 0xed) fail("edu identification", identification);
  expect("source mapped", machine_map(&device, SOURCE_IOVA, SOURCE_BUFFER, PAGE_SIZE, false));
  expect("target mapped", machine_map(&device, TARGET_IOVA, TARGET_BUFFER, PAGE_SIZE, true));
  expect("vector requested", machine_request(&device, 0, 0, take_edu_interrupt, 0));
}

static void start_dma(uint64_t source, uint64_t target, uint32_t command) {
  uint64_t edu = device.function->bars[0].address;
  mmio_write64(edu + EDU_DMA_SOURCE, source);
  mmio_write64(edu + EDU_DMA_TARGET, target);
  mmio_write64(edu + EDU_DMA_COUNT, TRANSFER);
  mmio_write64(edu + EDU_DMA_COMMAND, command | EDU_DMA_START | EDU_DMA_INTERRUPT);
}

static void check_dma(void) {
  for (uint64_t i = 0; i < TRANSFER; i += 8) {
    mem_write64(SOURCE_BUFFER + i, UINT64_C(0xd00be110d00be110) + i);
    mem_write64(TARGET_BUFFER + i, 0);
  }
  data_synchronization_barrier();
  start_dma(SOURCE_IOVA, EDU_BUFFER, 0);
  expect_interrupt("DMA read through stage 1", 2, EDU_DMA_INTERRUPT_STATUS, 0);
  start_dma(EDU_BUFFER, TARGET_IOVA, EDU_DMA_TO_MEMORY);
  expect_interrupt("DMA write through stage 1", 3, EDU_DMA_INTERRUPT_STATUS, 0);
  for (uint64_t i = 0; i < TRANSFER; i += 8) {
    uint64_t value = mem_read64(TARGET_BUFFER + i);
    if (value != UINT64_C(0xd00be110d00be110) + i) fail("data after DMA", value);
  }
}

/* The target page is unmapped with its TLBI: the next write faults, and the event says so. */
static void check_fault(void) {
  const struct machine_range target = {TARGET_IOVA, PAGE_SIZE};
  if (events_seen != 0) fail("an early SMMU event", last_event.words[0]);
  expect("target unmapped", machine_unmap(&device, &target, 1));
  start_dma(EDU_BUFFER, TARGET_IOVA, EDU_DMA_TO_MEMORY);
  expect_interrupt("MSI after the faulting DMA", 4, EDU_DMA_INTERRUPT_STATUS, 0);
  struct deadline deadline = deadline_start();
  while (events_seen == 0) {
    if (deadline_passed(&deadline)) fail("no SMMU event for an unmapped IOVA", 0);
  }
  uint64_t expected = F_TRANSLATION | (uint64_t)device.function->requester_id << 32;
  if ((last_event.words[0] & UINT64_C(0xffffffff000000ff)) != expected) {
    fail("event other than F_TRANSLATION of the device", last_event.words[0]);
  }
  if (last_event.words[2] / PAGE_SIZE != TARGET_IOVA / PAGE_SIZE) {
    fail("event address", last_event.words[2]);
  }
  expect("F_TRANSLATION recorded, with its interrupt", STATUS_OK);
}

/* A masked LPI stays pending until it is enabled again. */
static void check_masking(void) {
  expect("LPI disabled and INV", msi_set_enabled(&device.msi, 0, false));
  machine_write(&device, 0, EDU_INTERRUPT_RAISE, 2);
  uint64_t end = processor_time_ns() + 20000000;
  while (processor_time_ns() < end)
    spin_hint();
  if (interrupts_seen != 4) fail("a disabled LPI was taken", interrupts_seen);
  expect("LPI enabled and INV", msi_set_enabled(&device.msi, 0, true));
  expect_interrupt("pending LPI after enabling", 5, 2, 0);
}

static void check_affinity(void) {
  int64_t started = processor_start(1);
  if (started != 0) fail("CPU_ON", (uint64_t)started);
  expect("second processor joined", machine_wait_for(&machine, 2));
  expect("MOVI", machine_move(&device, 0, 1));
  machine_write(&device, 0, EDU_INTERRUPT_RAISE, 4);
  expect_interrupt("MSI on the second processor", 6, 4, 1);
}

static void check_stop(void) {
  machine_stop(&machine);
  struct deadline deadline = deadline_start();
  while (!second_has_left) {
    if (deadline_passed(&deadline)) fail("second processor did not stop", 0);
  }
  expect("second processor stopped by an SGI", STATUS_OK);
}

void firmware_main(unsigned processor) {
  if (processor != 0) {
    expect("joined", machine_join(&machine));
    machine_idle(&machine);
    second_has_left = true;
    return;
  }
  machine.description = machine_virt(TABLES, TABLES_END);
  machine.functions = functions;
  machine.function_capacity = 16;
  machine.vectors = vectors;
  machine.vector_capacity = 8;
  machine.on_event = take_event;
  expect("GIC, ITS, SMMU, PCIe", machine_initialise(&machine));
  expect("joined", machine_join(&machine));
  tell_how_syncs_are_awaited();
  set_up_device();
  machine_write(&device, 0, EDU_INTERRUPT_RAISE, 1);
  expect_interrupt("MSI through stage 1 to an LPI", 1, 1, 0);
  check_dma();
  check_fault();
  check_masking();
  check_affinity();
  check_stop();
  if (machine.unclaimed != 0) fail("interrupts that nobody asked for", machine.unclaimed);
  pl011_print(&uart, "PASS\n");
  system_off();
}
