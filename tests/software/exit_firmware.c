/* Writes a line and ends by semihosting (Arm's Semihosting for AArch32 and AArch64, 5): with
 * status 7. */
#include <stdint.h>

#include "sw/start/firmware.h"

#define SYS_WRITE0 UINT64_C(0x04)
#define SYS_EXIT UINT64_C(0x18)
#define ADP_Stopped_ApplicationExit UINT64_C(0x20026)

static void semihosting(uint64_t operation, const void* argument) {
  register uint64_t x0 __asm__("x0") = operation;
  register const void* x1 __asm__("x1") = argument;
  __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
}

void firmware_unexpected_exception(uint64_t syndrome, uint64_t return_address,
                                   uint64_t fault_address) {
  (void)syndrome, (void)return_address, (void)fault_address;
  system_off();
}

void firmware_main(unsigned processor) {
  (void)processor;
  semihosting(SYS_WRITE0, "written by semihosting\n");
  const uint64_t block[2] = {ADP_Stopped_ApplicationExit, 7};
  semihosting(SYS_EXIT, block);
}
