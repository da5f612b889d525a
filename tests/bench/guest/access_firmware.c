/* A million reads of a device, each of which waits for its answer. */
#include <stdint.h>

#include "sw/include/access.h"
#include "sw/start/firmware.h"

#define GICD_TYPER UINT64_C(0x08000004)
#define ACCESSES 1000000

void firmware_unexpected_exception(uint64_t syndrome, uint64_t return_address,
                                   uint64_t fault_address) {
  (void)syndrome, (void)return_address, (void)fault_address;
  system_off();
}

void firmware_main(unsigned processor) {
  (void)processor;
  for (unsigned i = 0; i < ACCESSES; ++i)
    mmio_read32(GICD_TYPER);
  system_off();
}
