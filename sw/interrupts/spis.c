#include "sw/interrupts/spis.h"

#include "sw/drivers/gic/registers.h"
#include "sw/include/access.h"
#include "sw/random/transcript.h"

#define PRIORITY_BITS 0xf8u

static uint64_t word_of(const struct interrupts* i, uint64_t bank) {
  return i->gic.distributor + bank + INTERRUPTS_FIRST_SPI / 32 * 4;
}

uint32_t spis_read(const struct interrupts* i, uint64_t bank) {
  return mmio_read32(word_of(i, bank)) >> INTERRUPTS_FIRST_SPI % 32 & SPIS_MASK;
}

void spis_write(const struct interrupts* i, uint64_t bank, uint32_t spis) {
  mmio_write32(word_of(i, bank), spis << INTERRUPTS_FIRST_SPI % 32);
}

uint8_t spis_some_priority(struct interrupts* i) {
  return (uint8_t)(generator_next(&i->generator) & PRIORITY_BITS);
}

void spis_set_priority(const struct interrupts* i, unsigned spi, uint8_t priority) {
  uint64_t address = i->gic.distributor + GICD_IPRIORITYR + INTERRUPTS_FIRST_SPI + (spi & ~3u);
  unsigned shift = 8 * (spi % 4);
  uint32_t others = mmio_read32(address) & ~(0xffu << shift);
  mmio_write32(address, others | (uint32_t)priority << shift);
}

void spis_write_some(struct interrupts* i, const char* name, uint64_t bank) {
  uint32_t spis =
      (uint32_t)(generator_next(&i->generator) & generator_next(&i->generator)) & SPIS_MASK;
  interrupts_start_line(i, name);
  print_key_hexadecimal(i->uart, "SPIs", spis);
  spis_write(i, bank, spis);
}

void spis_quiet(struct interrupts* i) {
  spis_write(i, GICD_ICENABLER, SPIS_MASK);
  (void)gic_disable(&i->gic, INTERRUPTS_FIRST_SPI); /* waits for RWP */
}

uint32_t spis_reset(struct interrupts* i) {
  spis_quiet(i);
  spis_write(i, GICD_ICPENDR, SPIS_MASK);
  spis_write(i, GICD_ICACTIVER, SPIS_MASK);
  uint32_t edges = 0;
  for (unsigned spi = 0; spi < INTERRUPTS_SPIS; spi++) {
    bool edge = generator_percent(&i->generator, 60);
    edges |= edge ? 1u << spi : 0;
    gic_configure_edge(&i->gic, INTERRUPTS_FIRST_SPI + spi, edge);
    spis_set_priority(i, spi, spis_some_priority(i));
    (void)gic_route(&i->gic, INTERRUPTS_FIRST_SPI + spi, i->redistributors[0].affinity);
  }
  spis_write(i, GICD_ISENABLER, SPIS_MASK);
  return edges;
}
