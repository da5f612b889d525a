#include "sw/include/processor.h"

#include "sw/start/firmware.h"

#define PSCI_CPU_ON UINT64_C(0xc4000003)
#define PSCI_SYSTEM_OFF UINT64_C(0x84000008)

static struct {
  interrupt_handler* handler;
  void* argument;
} handlers[MAXIMUM_PROCESSORS];

static uint64_t read_mpidr(void) {
  uint64_t value;
  __asm__("mrs %0, mpidr_el1" : "=r"(value));
  return value;
}

unsigned processor_number(void) {
  uint64_t mpidr = read_mpidr();
  return (unsigned)((mpidr >> 8 & 0xff) * 16 + (mpidr & 0xf));
}

uint32_t processor_affinity(void) {
  uint64_t mpidr = read_mpidr();
  return (uint32_t)((mpidr >> 32 & 0xff) << 24 | (mpidr & 0xffffff));
}

uint64_t processor_time_ns(void) {
  uint64_t count;
  uint64_t frequency;
  __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(count)::"memory");
  __asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
  return count / frequency * 1000000000 + count % frequency * 1000000000 / frequency;
}

void interrupts_install(interrupt_handler* handler, void* argument) {
  unsigned number = processor_number();
  handlers[number].argument = argument;
  handlers[number].handler = handler;
}

void interrupt_entry(void);
void interrupt_entry(void) {
  unsigned number = processor_number();
  if (handlers[number].handler != 0) handlers[number].handler(handlers[number].argument);
}

void interrupts_unmask(void) {
  __asm__ volatile("msr daifclr, #2" ::: "memory");
}

uint64_t interrupts_mask(void) {
  uint64_t state;
  __asm__ volatile("mrs %0, daif\n\tmsr daifset, #2" : "=r"(state)::"memory");
  return state;
}

void interrupts_restore(uint64_t state) {
  __asm__ volatile("msr daif, %0" ::"r"(state) : "memory");
}

void wait_for_interrupt(void) {
  __asm__ volatile("dsb sy\n\twfi" ::: "memory");
}

void wait_for_event(void) {
  __asm__ volatile("dsb sy\n\twfe" ::: "memory");
}

void send_event(void) {
  __asm__ volatile("dsb sy\n\tsev" ::: "memory");
}

void spin_hint(void) {
  __asm__ volatile("yield" ::: "memory");
}

/* Turn by turn. */
void spin_until_written(uint64_t address, uint64_t limit_ns) {
  (void)address;
  (void)limit_ns;
  spin_hint();
}

static int64_t psci(uint64_t function, uint64_t argument1, uint64_t argument2) {
  register uint64_t x0 __asm__("x0") = function;
  register uint64_t x1 __asm__("x1") = argument1;
  register uint64_t x2 __asm__("x2") = argument2;
  register uint64_t x3 __asm__("x3") = 0;
  __asm__ volatile("hvc #0"
                   : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory", "x4", "x5", "x6", "x7", "x8",
                     "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17");
  return (int64_t)x0;
}

extern const char _start[];

int64_t processor_start(uint32_t affinity) {
  uint64_t mpidr = (uint64_t)(affinity >> 24) << 32 | (affinity & 0xffffff);
  return psci(PSCI_CPU_ON, mpidr, (uint64_t)(uintptr_t)_start);
}

void system_off(void) {
  psci(PSCI_SYSTEM_OFF, 0, 0);
  for (;;)
    wait_for_interrupt();
}
