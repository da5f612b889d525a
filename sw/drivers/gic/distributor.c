#include "sw/drivers/gic/gic.h"
#include "sw/drivers/gic/registers.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/include/processor.h"

static enum status wait_for_writes(const struct gic* gic) {
  return poll32(gic->distributor + GICD_CTLR, GICD_CTLR_RWP, 0);
}

static void read_type(struct gic* gic) {
  uint32_t type = mmio_read32(gic->distributor + GICD_TYPER);
  gic->interrupt_lines = 32 * ((unsigned)field_get(GICD_TYPER_ITLinesNumber, type) + 1);
  if (gic->interrupt_lines > INTID_SPECIAL) gic->interrupt_lines = INTID_SPECIAL;
  gic->lpi_id_bits = 0;
  if (!(type & GICD_TYPER_LPIS)) return;
  gic->lpi_id_bits = (unsigned)field_get(GICD_TYPER_IDbits, type) + 1;
}

/* 32 interrupts a word for the bit registers, 16 for ICFGR, 4 for IPRIORITYR; PPIs and SGIs are
 * elsewhere. */
static void reset_spis(const struct gic* gic) {
  uint64_t base = gic->distributor;
  for (unsigned i = INTID_FIRST_SPI; i < gic->interrupt_lines; i += 32) {
    mmio_write32(base + GICD_IGROUPR + i / 8, UINT32_MAX);
    mmio_write32(base + GICD_ICACTIVER + i / 8, UINT32_MAX);
    mmio_write32(base + GICD_ICENABLER + i / 8, UINT32_MAX);
  }
  for (unsigned i = INTID_FIRST_SPI; i < gic->interrupt_lines; i += 16) {
    mmio_write32(base + GICD_ICFGR + i / 4, 0);
  }
  for (unsigned i = INTID_FIRST_SPI; i < gic->interrupt_lines; i += 4) {
    mmio_write32(base + GICD_IPRIORITYR + i, PRIORITY_DEFAULT * 0x01010101u);
  }
}

/* The affinity as GICD_IROUTER and ICC_SGI1R_EL1 hold it: Aff3 apart. */
static uint64_t routing(uint32_t affinity) {
  return (uint64_t)(affinity >> 24) << 32 | (affinity & 0xffffff);
}

enum status gic_initialise(struct gic* gic) {
  unsigned revision =
      (unsigned)field_get(PIDR2_ArchRev, mmio_read32(gic->distributor + GICD_PIDR2));
  if (revision != 3 && revision != 4) return STATUS_UNSUPPORTED;
  read_type(gic);
  mmio_write32(gic->distributor + GICD_CTLR, 0);
  if (wait_for_writes(gic) != STATUS_OK) return STATUS_TIMEOUT;
  reset_spis(gic);
  mmio_write32(gic->distributor + GICD_CTLR,
               GICD_CTLR_ARE_NS | GICD_CTLR_EnableGrp1A | GICD_CTLR_EnableGrp1);
  if (wait_for_writes(gic) != STATUS_OK) return STATUS_TIMEOUT;
  uint64_t route = routing(processor_affinity());
  for (unsigned i = INTID_FIRST_SPI; i < gic->interrupt_lines; i++) {
    mmio_write64(gic->distributor + GICD_IROUTER + 8 * (uint64_t)i, route);
  }
  return STATUS_OK;
}

void gic_configure_edge(struct gic* gic, uint32_t intid, bool edge) {
  uint64_t address = gic->distributor + GICD_ICFGR + intid / 16 * 4;
  uint32_t bit = 2u << intid % 16 * 2;
  uint64_t state = lock_acquire(&gic->lock);
  uint32_t value = mmio_read32(address);
  mmio_write32(address, edge ? value | bit : value & ~bit);
  lock_release(&gic->lock, state);
}

enum status gic_route(struct gic* gic, uint32_t intid, uint32_t affinity) {
  if (intid < INTID_FIRST_SPI || intid >= gic->interrupt_lines) return STATUS_BAD_ARGUMENT;
  mmio_write64(gic->distributor + GICD_IROUTER + 8 * (uint64_t)intid, routing(affinity));
  return STATUS_OK;
}

void gic_enable(struct gic* gic, uint32_t intid) {
  mmio_write32(gic->distributor + GICD_ISENABLER + intid / 32 * 4, 1u << intid % 32);
}

void gic_clear_pending(struct gic* gic, uint32_t intid) {
  mmio_write32(gic->distributor + GICD_ICPENDR + intid / 32 * 4, 1u << intid % 32);
}

enum status gic_disable(struct gic* gic, uint32_t intid) {
  mmio_write32(gic->distributor + GICD_ICENABLER + intid / 32 * 4, 1u << intid % 32);
  return wait_for_writes(gic);
}
