/* Frames that devices write SPIs into: GICv2m's, and the alias of the distributor's message
 * registers. */
#ifndef SW_DRIVERS_GIC_MESSAGE_FRAME_H
#define SW_DRIVERS_GIC_MESSAGE_FRAME_H

#include <stdint.h>

#include "sw/include/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* SPIs that are for messages. */
struct message_spis {
  uint32_t first; /* INTID */
  unsigned count;
};

/* Of a GICv2m frame (DEN 0029): STATUS_UNSUPPORTED when what it says can't be. */
enum status v2m_open(uint64_t frame, struct message_spis* spis);
/* Of the alias frame, GICM (DDI 0601), or STATUS_NOT_FOUND when it doesn't say. */
enum status spi_message_open(uint64_t frame, struct message_spis* spis);
/* Where a device writes an INTID: MSI_SETSPI_NS, GICM_SETSPI_NSR. */
uint64_t message_frame_doorbell(uint64_t frame);

#ifdef __cplusplus
}
#endif

#endif
