/* The SPIs of the sequences: eight neighbours of one word. IHI 0069, section 12.9. */
#ifndef SW_INTERRUPTS_SPIS_H
#define SW_INTERRUPTS_SPIS_H

#include "sw/interrupts/interrupts.h"

#define GICD_ISPENDR 0x0200u
#define GICD_ISACTIVER 0x0300u
#define SPIS_MASK ((1u << INTERRUPTS_SPIS) - 1)

/* Their bits of a bank of the distributor, from bit 0 on. */
uint32_t spis_read(const struct interrupts* interrupts, uint64_t bank);
void spis_write(const struct interrupts* interrupts, uint64_t bank, uint32_t spis);
void spis_set_priority(const struct interrupts* interrupts, unsigned spi, uint8_t priority);
/* Of five bits, as many as the CPU interface looks at; QEMU's distributor tells eight apart. */
uint8_t spis_some_priority(struct interrupts* interrupts);
/* Some of them, as a line that begins. */
void spis_write_some(struct interrupts* interrupts, const char* name, uint64_t bank);
/* Neither pending nor active, of random priorities and kinds, enabled, for the first processor;
 * those that are edge-triggered. */
uint32_t spis_reset(struct interrupts* interrupts);
void spis_quiet(struct interrupts* interrupts);

#endif
