/* The descriptor-driven DMA engine of a Doorbell endpoint (docs/pcie.md, "The DMA engine"). */
#ifndef SW_DRIVERS_DMA_DMA_H
#define SW_DRIVERS_DMA_DMA_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/include/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum dma_operation {
  DMA_NOTHING = 0,
  DMA_READ = 1,  /* memory to the function's local memory */
  DMA_WRITE = 2, /* local memory to memory */
  DMA_COPY = 3,  /* memory to memory */
};

#define DMA_DESCRIPTOR_SIZE 32u

struct dma_engine {
  uint64_t registers; /* BAR 0 */
  uint64_t ring;      /* physical address of the descriptors */
  uint32_t entries;   /* a power of two */
  uint32_t tail;      /* descriptors written so far, modulo 2^32 */
};

struct dma_descriptor {
  enum dma_operation operation;
  uint32_t length;
  uint64_t source; /* bus addresses: IOVAs behind an SMMU; local offsets for local memory */
  uint64_t destination;
  uint64_t completion; /* where number and result are written; 0: nowhere */
  bool interrupt;      /* raise `vector` when done */
  uint16_t vector;
};

/* Checks the identification, sets the ring up and enables the engine. */
enum status dma_open(struct dma_engine* engine, uint64_t registers, uint64_t ring,
                     uint64_t ring_iova, uint32_t entries);
void dma_close(struct dma_engine* engine);
/* Writes a descriptor into the ring; STATUS_NO_SPACE while all entries are under way. */
enum status dma_put(struct dma_engine* engine, const struct dma_descriptor* descriptor);
/* Rings the doorbell: the engine sees everything that was put. */
void dma_start(const struct dma_engine* engine);
/* Descriptors completed, modulo 2^32. */
uint32_t dma_completed(const struct dma_engine* engine);
/* Descriptors that ended with an error. */
uint32_t dma_errors(const struct dma_engine* engine);

#ifdef __cplusplus
}
#endif

#endif
