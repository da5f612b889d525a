/*
 * All that drivers touch outside their own variables goes through these functions, by physical
 * address. sw/start implements them with loads and stores on AArch64; sw/host with calls into a
 * processor model. So an address in a driver is never a pointer, and the same sources run on both.
 */
#ifndef SW_INCLUDE_ACCESS_H
#define SW_INCLUDE_ACCESS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Device memory: one access each, of exactly this size, in program order. */
uint32_t mmio_read32(uint64_t address);
uint64_t mmio_read64(uint64_t address);
void mmio_write32(uint64_t address, uint32_t value);
void mmio_write64(uint64_t address, uint64_t value);

/* Normal memory: tables and queues shared with devices. Order against devices takes a barrier. */
uint8_t mem_read8(uint64_t address);
uint32_t mem_read32(uint64_t address);
uint64_t mem_read64(uint64_t address);
void mem_write8(uint64_t address, uint8_t value);
void mem_write32(uint64_t address, uint32_t value);
void mem_write64(uint64_t address, uint64_t value);
/* Sets size bytes to value; address and size are multiples of 8. */
void mem_fill(uint64_t address, uint64_t size, uint8_t value);

/* DSB SY: every access before it is observed before any access after it. DDI 0487, B2.3.12. */
void data_synchronization_barrier(void);

#ifdef __cplusplus
}
#endif

#endif
