/* A million times WFI, each ended by the virtual timer's interrupt, which stays masked. */
#include <stdint.h>

#include "sw/drivers/gic/gic.h"
#include "sw/include/processor.h"
#include "sw/start/firmware.h"

#define DISTRIBUTOR UINT64_C(0x08000000)
#define REDISTRIBUTORS UINT64_C(0x080a0000)
#define TIMER 27u
#define WAKE_UPS 1000000
#define TICKS 62u /* of 16 ns: about a microsecond */
#define ENABLE 1u

static struct gic gic;
static struct redistributor redistributor;

void firmware_unexpected_exception(uint64_t syndrome, uint64_t return_address,
                                   uint64_t fault_address) {
  (void)syndrome, (void)return_address, (void)fault_address;
  system_off();
}

void firmware_main(unsigned processor) {
  (void)processor;
  gic.distributor = DISTRIBUTOR;
  gic.redistributors = REDISTRIBUTORS;
  gic.redistributor_limit = 1;
  if (gic_initialise(&gic) != STATUS_OK) system_off();
  if (gic_initialise_processor(&gic, &redistributor) != STATUS_OK) system_off();
  redistributor_enable(&redistributor, TIMER);
  for (unsigned i = 0; i < WAKE_UPS; ++i) {
    __asm__ volatile("msr cntv_tval_el0, %0" ::"r"((uint64_t)TICKS));
    __asm__ volatile("msr cntv_ctl_el0, %0\n\tisb" ::"r"((uint64_t)ENABLE));
    wait_for_interrupt();
  }
  system_off();
}
