#include "sw/drivers/dma/dma.h"

#include "sw/include/access.h"
#include "sw/include/bits.h"

#define DMA_ID 0x00u
#define DMA_ID_DOORBELL 0x4c454244u /* "DBEL" */
#define DMA_CONTROL 0x08u
#define DMA_CONTROL_ENABLE 1u
#define DMA_RING_BASE 0x10u
#define DMA_RING_ENTRIES 0x18u
#define DMA_HEAD 0x1cu
#define DMA_TAIL 0x20u
#define DMA_ERRORS 0x24u

#define DESCRIPTOR_OPCODE BITS(3, 0)
#define DESCRIPTOR_INTERRUPT BIT(8)
#define DESCRIPTOR_COMPLETION BIT(9)
#define DESCRIPTOR_VECTOR BITS(31, 16)
#define DESCRIPTOR_LENGTH BITS(63, 32)

enum status dma_open(struct dma_engine* engine, uint64_t registers, uint64_t ring,
                     uint64_t ring_iova, uint32_t entries) {
  if (mmio_read32(registers + DMA_ID) != DMA_ID_DOORBELL) return STATUS_UNSUPPORTED;
  engine->registers = registers;
  engine->ring = ring;
  engine->entries = entries;
  mmio_write32(registers + DMA_CONTROL, 0);
  mmio_write32(registers + DMA_RING_BASE, (uint32_t)ring_iova);
  mmio_write32(registers + DMA_RING_BASE + 4, (uint32_t)(ring_iova >> 32));
  mmio_write32(registers + DMA_RING_ENTRIES, entries);
  engine->tail = mmio_read32(registers + DMA_TAIL);
  mmio_write32(registers + DMA_CONTROL, DMA_CONTROL_ENABLE);
  return STATUS_OK;
}

void dma_close(struct dma_engine* engine) {
  mmio_write32(engine->registers + DMA_CONTROL, 0);
}

enum status dma_put(struct dma_engine* engine, const struct dma_descriptor* descriptor) {
  if (engine->tail - dma_completed(engine) >= engine->entries) return STATUS_NO_SPACE;
  uint64_t entry = engine->ring + (uint64_t)(engine->tail % engine->entries) * DMA_DESCRIPTOR_SIZE;
  mem_write64(entry, field_put(DESCRIPTOR_OPCODE, descriptor->operation) |
                         (descriptor->interrupt ? DESCRIPTOR_INTERRUPT : 0) |
                         (descriptor->completion != 0 ? DESCRIPTOR_COMPLETION : 0) |
                         field_put(DESCRIPTOR_VECTOR, descriptor->vector) |
                         field_put(DESCRIPTOR_LENGTH, descriptor->length));
  mem_write64(entry + 8, descriptor->source);
  mem_write64(entry + 16, descriptor->destination);
  mem_write64(entry + 24, descriptor->completion);
  engine->tail++;
  return STATUS_OK;
}

void dma_start(const struct dma_engine* engine) {
  data_synchronization_barrier(); /* the descriptors before their doorbell */
  mmio_write32(engine->registers + DMA_TAIL, engine->tail);
}

uint32_t dma_completed(const struct dma_engine* engine) {
  return mmio_read32(engine->registers + DMA_HEAD);
}

uint32_t dma_errors(const struct dma_engine* engine) {
  return mmio_read32(engine->registers + DMA_ERRORS);
}
