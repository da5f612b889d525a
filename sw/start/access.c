/* Accesses as single loads and stores: mmu.S maps every address to itself. */
#include "sw/include/access.h"

#define POINTER(type, address) ((volatile type*)(uintptr_t)(address))

uint32_t mmio_read32(uint64_t address) {
  return *POINTER(uint32_t, address);
}
uint64_t mmio_read64(uint64_t address) {
  return *POINTER(uint64_t, address);
}
void mmio_write32(uint64_t address, uint32_t value) {
  *POINTER(uint32_t, address) = value;
}
void mmio_write64(uint64_t address, uint64_t value) {
  *POINTER(uint64_t, address) = value;
}

uint8_t mem_read8(uint64_t address) {
  return *POINTER(uint8_t, address);
}
uint32_t mem_read32(uint64_t address) {
  return *POINTER(uint32_t, address);
}
uint64_t mem_read64(uint64_t address) {
  return *POINTER(uint64_t, address);
}
void mem_write8(uint64_t address, uint8_t value) {
  *POINTER(uint8_t, address) = value;
}
void mem_write32(uint64_t address, uint32_t value) {
  *POINTER(uint32_t, address) = value;
}
void mem_write64(uint64_t address, uint64_t value) {
  *POINTER(uint64_t, address) = value;
}

void mem_fill(uint64_t address, uint64_t size, uint8_t value) {
  uint64_t word = value * UINT64_C(0x0101010101010101);
  for (uint64_t offset = 0; offset < size; offset += 8)
    mem_write64(address + offset, word);
}

void data_synchronization_barrier(void) {
  __asm__ volatile("dsb sy" ::: "memory");
}
