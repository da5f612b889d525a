/* QEMU's `edu` device as an engine for DMA: one transfer at a time between memory and its buffer.
 * QEMU, docs/specs/edu.txt. */
#ifndef SW_TRANSLATIONS_EDU_H
#define SW_TRANSLATIONS_EDU_H

#include <stdint.h>

#include "sw/include/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EDU_DMA_SOURCE 0x80u
#define EDU_DMA_DESTINATION 0x88u
#define EDU_DMA_COUNT 0x90u
#define EDU_DMA_COMMAND 0x98u
#define EDU_DMA_START 1u
#define EDU_DMA_TO_MEMORY 2u
#define EDU_BUFFER 0x40000u /* as it calls its own memory */

/* Memory to buffer, and buffer to memory; both return when the device has ended, well or not: it
 * doesn't say which. What it couldn't read is zeros in its buffer. */
enum status edu_load(uint64_t registers, uint64_t address, uint64_t bytes);
enum status edu_store(uint64_t registers, uint64_t address, uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
