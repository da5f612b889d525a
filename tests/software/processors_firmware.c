/*
 * All processors of a `virt` machine in turn: each is started by PSCI, prints, waits in WFI for an
 * SGI of the one before, and passes it on. Then the timer's PPI ends a WFI, addresses are
 * translated by hand, and a load of what isn't there aborts. Ends with one line "PASS" or "FAIL:
 * what". What it prints is the same on QEMU.
 */
#include "sw/drivers/gic/gic.h"
#include "sw/drivers/uart/pl011.h"
#include "sw/include/access.h"
#include "sw/include/processor.h"
#include "sw/start/firmware.h"

#define UART UINT64_C(0x09000000)
#define ECAM UINT64_C(0x4010000000)
#define NOTHING UINT64_C(0x09400000)
#define LOOPS 1000u
#define SGI_PASS_ON 1u
#define PPI_VIRTUAL_TIMER 27u
#define INVALID_PARAMETERS (-2)

static const struct pl011 uart = {UART};
static struct gic gic = {
    .distributor = 0x08000000, .redistributors = 0x080a0000, .redistributor_limit = 123};
static struct redistributor redistributors[MAXIMUM_PROCESSORS];
static volatile unsigned ready;
static volatile unsigned taken[MAXIMUM_PROCESSORS];
static volatile unsigned timer_taken;
static volatile unsigned turn;
static volatile bool aborted;
static unsigned counter;
static unsigned processors = 1;

static void print_number(const char* text, unsigned number) {
  char digits[] = "00\n";
  digits[0] = (char)('0' + number / 10);
  digits[1] = (char)('0' + number % 10);
  pl011_print(&uart, text);
  pl011_print(&uart, digits);
}

static void fail(const char* what) {
  pl011_print(&uart, "FAIL: ");
  pl011_print(&uart, what);
  pl011_print(&uart, "\n");
  system_off();
}

void firmware_unexpected_exception(uint64_t syndrome, uint64_t return_address,
                                   uint64_t fault_address) {
  (void)return_address;
  /* A data abort from EL1, synchronous External. */
  if (syndrome >> 26 != 0x25 || (syndrome & 0x3f) != 0x10) fail("syndrome of the abort");
  if (fault_address != NOTHING) fail("address of the abort");
  pl011_print(&uart, "aborted\nPASS\n");
  system_off();
}

static void take(void* argument) {
  (void)argument;
  unsigned me = processor_number();
  uint32_t intid = gic_acknowledge();
  if (gic_is_special(intid)) return;
  if (intid == PPI_VIRTUAL_TIMER) {
    __asm__ volatile("msr cntv_ctl_el0, %0\n\tisb" ::"r"(UINT64_C(0)));
    timer_taken = timer_taken + 1;
  } else {
    taken[me] = taken[me] + 1;
  }
  gic_end(intid);
}

static void increase(void) {
  for (unsigned i = 0; i < LOOPS; i++)
    __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
}

static void join(unsigned me) {
  interrupts_install(take, 0);
  if (gic_initialise_processor(&gic, &redistributors[me]) != STATUS_OK) fail("redistributor");
  redistributor_enable(&redistributors[me], SGI_PASS_ON);
  redistributor_enable(&redistributors[me], PPI_VIRTUAL_TIMER);
}

/* Sleeps until it is this processor's turn; an SGI that came before WFI ends it at once. */
static void wait_for_turn(unsigned me) {
  for (;;) {
    uint64_t state = interrupts_mask();
    if (turn == me && taken[me] != 0) {
      interrupts_restore(state);
      return;
    }
    wait_for_interrupt();
    interrupts_restore(state);
  }
}

static void secondary(unsigned me) {
  join(me);
  print_number("started ", me);
  __atomic_store_n(&ready, me, __ATOMIC_RELEASE);
  interrupts_unmask();
  increase();
  wait_for_turn(me);
  print_number("passed on by ", me);
  unsigned next = me + 1 == processors ? 0 : me + 1;
  turn = next;
  data_synchronization_barrier();
  gic_send_sgi(redistributors[next].affinity, SGI_PASS_ON);
}

static void start_others(void) {
  for (unsigned i = 1; i < MAXIMUM_PROCESSORS; i++) {
    int64_t started = processor_start(i);
    if (started == INVALID_PARAMETERS) return;
    if (started != 0) fail("CPU_ON");
    processors = i + 1;
    while (__atomic_load_n(&ready, __ATOMIC_ACQUIRE) != i)
      spin_hint();
  }
}

static void wait_for_timer(void) {
  uint64_t before = processor_time_ns();
  uint64_t state = interrupts_mask();
  __asm__ volatile("msr cntv_tval_el0, %0\n\tmsr cntv_ctl_el0, %1\n\tisb" ::"r"(UINT64_C(62500)),
                   "r"(UINT64_C(1)));
  wait_for_interrupt();
  interrupts_restore(state);
  while (timer_taken == 0)
    spin_hint();
  if (processor_time_ns() - before < 1000000) fail("the timer is early");
  pl011_print(&uart, "timer\n");
}

/* AT S1E1R: PAR_EL1 has the attributes and the address that stage 1 gives. DDI 0487, D17.2.111. */
static void print_translation(const char* text, uint64_t address) {
  uint64_t result;
  __asm__ volatile("at s1e1r, %1\n\tisb\n\tmrs %0, par_el1" : "=r"(result) : "r"(address));
  if ((result & UINT64_C(0xfffffffff001)) != (address & ~UINT64_C(0xfff))) fail("translation");
  pl011_print(&uart, text);
  pl011_print_hexadecimal(&uart, result >> 56);
  pl011_print(&uart, "\n");
}

void firmware_main(unsigned processor) {
  if (processor != 0) {
    secondary(processor);
    return;
  }
  pl011_print(&uart, "started 00\n");
  if (gic_initialise(&gic) != STATUS_OK) fail("distributor");
  join(0);
  interrupts_unmask();
  start_others();
  increase();
  if (processors > 1) {
    turn = 1;
    data_synchronization_barrier();
    gic_send_sgi(redistributors[1].affinity, SGI_PASS_ON);
    wait_for_turn(0);
  }
  if (__atomic_load_n(&counter, __ATOMIC_ACQUIRE) != processors * LOOPS) fail("counter");
  print_number("processors ", processors);
  wait_for_timer();
  print_translation("memory ", (uint64_t)(uintptr_t)&counter);
  print_translation("UART ", UART);
  print_translation("ECAM ", ECAM);
  (void)mmio_read32(NOTHING);
  fail("no abort");
}
