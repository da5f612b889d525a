/* Calls a function where nothing is, with the vectors where nothing is either. */
#include <stdint.h>

#include "sw/start/firmware.h"

#define NOWHERE UINT64_C(0x90000000)
#define NO_VECTORS UINT64_C(0xa0000000)

void firmware_unexpected_exception(uint64_t syndrome, uint64_t return_address,
                                   uint64_t fault_address) {
  (void)syndrome, (void)return_address, (void)fault_address;
  system_off();
}

void firmware_main(unsigned processor) {
  (void)processor;
  __asm__ volatile("msr vbar_el1, %1\n\tisb\n\tmov x0, %0\n\tblr x0"
                   :
                   : "r"(NOWHERE), "r"(NO_VECTORS)
                   : "x0", "x30", "memory");
  system_off();
}
