/*
 * The drivers against QEMU's `virt` machine: its SMMUv3, its ITS, and its `edu` device (QEMU,
 * docs/specs/edu.txt). Ends with one line "PASS" or "FAIL: what".
 */
#include "sw/drivers/gic/gic.h"
#include "sw/drivers/its/its.h"
#include "sw/drivers/its/lpi.h"
#include "sw/drivers/msi/msi.h"
#include "sw/drivers/pcie/pcie.h"
#include "sw/drivers/pcie/registers.h"
#include "sw/drivers/smmu/smmu.h"
#include "sw/drivers/uart/pl011.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/include/processor.h"
#include "sw/start/firmware.h"

/* The memory map of `virt`. */
#define VIRT_UART UINT64_C(0x09000000)
#define VIRT_DISTRIBUTOR UINT64_C(0x08000000)
#define VIRT_REDISTRIBUTORS UINT64_C(0x080a0000)
#define VIRT_ITS UINT64_C(0x08080000)
#define VIRT_SMMU UINT64_C(0x09050000)
#define VIRT_ECAM UINT64_C(0x4010000000)
#define VIRT_PCIE_MEMORY UINT64_C(0x10000000)
#define VIRT_PCIE_MEMORY_END UINT64_C(0x3eff0000)

#define TABLES UINT64_C(0x41000000)
#define TABLES_END UINT64_C(0x43000000)
#define SOURCE_BUFFER UINT64_C(0x44000000)
#define TARGET_BUFFER UINT64_C(0x44010000)
#define DOORBELL_IOVA UINT64_C(0xfffff000)
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

static const struct pl011 uart = {VIRT_UART};
static struct region memory = {TABLES, TABLES_END, {0}};
static struct gic gic = {.distributor = VIRT_DISTRIBUTOR,
                         .redistributors = VIRT_REDISTRIBUTORS,
                         .redistributor_limit = 16};
static struct redistributor redistributors[MAXIMUM_PROCESSORS];
static struct its its = {.base = VIRT_ITS, .memory = &memory};
static struct lpi_tables lpis = {.memory = &memory};
static struct smmu smmu = {.base = VIRT_SMMU,
                           .memory = &memory,
                           .stream_id_bits = 16,
                           .log2_commands = 8,
                           .log2_events = 7};
static struct smmu_domain domain;
static struct pcie_function functions[16];
static struct pcie_host host = {.ecam = VIRT_ECAM,
                                .last_bus = 255,
                                .memory = {VIRT_PCIE_MEMORY, VIRT_PCIE_MEMORY_END},
                                .functions = functions,
                                .capacity = 16};
static struct msi_vector vectors[8];
static struct msi_controller controller = {
    .its = &its, .lpis = &lpis, .vectors = vectors, .capacity = 8};
static struct msi_device device;
static uint64_t edu; /* its BAR 0 */

static volatile uint32_t last_status;    /* EDU_INTERRUPT_STATUS at the last interrupt */
static volatile unsigned last_processor; /* that took it */
static volatile unsigned interrupts_seen;
static volatile bool second_is_up;

static void fail(const char* what, uint64_t value) {
  pl011_print(&uart, "FAIL: ");
  pl011_print(&uart, what);
  pl011_print(&uart, ": ");
  pl011_print_hexadecimal(&uart, value);
  pl011_print(&uart, "\n");
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

static void take_interrupt(void* argument) {
  (void)argument;
  uint32_t intid = gic_acknowledge();
  if (gic_is_special(intid)) return;
  if (!msi_dispatch(&controller, intid)) fail("an interrupt nobody asked for", intid);
  gic_end(intid);
}

static void take_edu_interrupt(struct msi_vector* vector, void* argument) {
  (void)vector;
  (void)argument;
  uint32_t status = mmio_read32(edu + EDU_INTERRUPT_STATUS);
  mmio_write32(edu + EDU_INTERRUPT_ACKNOWLEDGE, status);
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

static void set_up_processor(unsigned processor) {
  interrupts_install(take_interrupt, 0);
  expect("redistributor and CPU interface",
         gic_initialise_processor(&gic, &redistributors[processor]));
  expect("LPIs enabled", lpi_initialise_processor(&lpis, &redistributors[processor]));
  expect("MAPC", its_map_collection(&its, processor, &redistributors[processor]));
  expect("INVALL", its_invalidate_collection(&its, processor));
  interrupts_unmask();
}

static void set_up_device(void) {
  expect("PCIe enumerated", pcie_enumerate(&host));
  const struct pcie_function* function = pcie_find(&host, EDU_VENDOR, EDU_DEVICE);
  if (function == 0) fail("no edu device among the functions", host.count);
  edu = function->bars[0].address;
  uint32_t id = function->requester_id;
  expect("address space", smmu_domain_initialise(&smmu, &domain, ASID, 48));
  expect("stream attached", smmu_attach(&smmu, id, &domain));
  expect("source mapped", smmu_map(&domain, SOURCE_IOVA, SOURCE_BUFFER, PAGE_SIZE, 0));
  expect("target mapped", smmu_map(&domain, TARGET_IOVA, TARGET_BUFFER, PAGE_SIZE, MAP_WRITE));
  pcie_command(&host, function->requester_id, COMMAND_MEMORY_SPACE | COMMAND_BUS_MASTER, 0);
  uint32_t identification = mmio_read32(edu + EDU_IDENTIFICATION);
  if ((identification & 0xff) != 0xed) fail("edu identification", identification);
  uint64_t doorbell = 0;
  expect("doorbell mapped", msi_map_doorbell(&controller, &domain, DOORBELL_IOVA, &doorbell));
  expect("MAPD", msi_attach(&device, &controller, &host, function, id, 1, doorbell));
  expect("MAPTI and INV", msi_request(&device, 0, 0, take_edu_interrupt, 0));
}

static void start_dma(uint64_t source, uint64_t target, uint32_t command) {
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
  struct smmu_event event;
  if (smmu_next_event(&smmu, &event)) fail("an early SMMU event", event.words[0]);
  expect("target unmapped", smmu_unmap(&smmu, &domain, TARGET_IOVA, PAGE_SIZE));
  start_dma(EDU_BUFFER, TARGET_IOVA, EDU_DMA_TO_MEMORY);
  expect_interrupt("MSI after the faulting DMA", 4, EDU_DMA_INTERRUPT_STATUS, 0);
  if (!smmu_next_event(&smmu, &event)) fail("no SMMU event for an unmapped IOVA", 0);
  uint64_t expected = F_TRANSLATION | (uint64_t)device.device_id << 32;
  if ((event.words[0] & UINT64_C(0xffffffff000000ff)) != expected) {
    fail("event other than F_TRANSLATION of the device", event.words[0]);
  }
  if (event.words[2] / PAGE_SIZE != TARGET_IOVA / PAGE_SIZE) fail("event address", event.words[2]);
  expect("F_TRANSLATION recorded", STATUS_OK);
}

/* A masked LPI stays pending until it is enabled again. */
static void check_masking(void) {
  expect("LPI disabled and INV", msi_set_enabled(&device, 0, false));
  mmio_write32(edu + EDU_INTERRUPT_RAISE, 2);
  uint64_t end = processor_time_ns() + 20000000;
  while (processor_time_ns() < end)
    spin_hint();
  if (interrupts_seen != 4) fail("a disabled LPI was taken", interrupts_seen);
  expect("LPI enabled and INV", msi_set_enabled(&device, 0, true));
  expect_interrupt("pending LPI after enabling", 5, 2, 0);
}

static void check_affinity(void) {
  int64_t started = processor_start(1);
  if (started != 0) fail("CPU_ON", (uint64_t)started);
  struct deadline deadline = deadline_start();
  while (!second_is_up) {
    if (deadline_passed(&deadline)) fail("second processor did not start", 0);
  }
  expect("MOVI", msi_set_processor(&device, 0, 1));
  mmio_write32(edu + EDU_INTERRUPT_RAISE, 4);
  expect_interrupt("MSI on the second processor", 6, 4, 1);
}

void firmware_main(unsigned processor) {
  if (processor != 0) {
    set_up_processor(processor);
    second_is_up = true;
    for (;;)
      wait_for_interrupt();
  }
  expect("distributor", gic_initialise(&gic));
  expect("LPI properties", lpi_initialise(&lpis, &gic));
  expect("ITS", its_initialise(&its));
  set_up_processor(0);
  expect("SMMU", smmu_initialise(&smmu));
  set_up_device();
  mmio_write32(edu + EDU_INTERRUPT_RAISE, 1);
  expect_interrupt("MSI through stage 1 to an LPI", 1, 1, 0);
  check_dma();
  check_fault();
  check_masking();
  check_affinity();
  pl011_print(&uart, "PASS\n");
  system_off();
}
