#include "sw/translations/edu.h"

#include "sw/include/access.h"
#include "sw/include/poll.h"

static enum status transfer(uint64_t registers, uint64_t source, uint64_t destination,
                            uint64_t bytes, uint64_t direction) {
  data_synchronization_barrier();
  mmio_write64(registers + EDU_DMA_SOURCE, source);
  mmio_write64(registers + EDU_DMA_DESTINATION, destination);
  mmio_write64(registers + EDU_DMA_COUNT, bytes);
  mmio_write64(registers + EDU_DMA_COMMAND, direction | EDU_DMA_START);
  return poll32(registers + EDU_DMA_COMMAND, EDU_DMA_START, 0);
}

enum status edu_load(uint64_t registers, uint64_t address, uint64_t bytes) {
  return transfer(registers, address, EDU_BUFFER, bytes, 0);
}

enum status edu_store(uint64_t registers, uint64_t address, uint64_t bytes) {
  return transfer(registers, EDU_BUFFER, address, bytes, EDU_DMA_TO_MEMORY);
}
