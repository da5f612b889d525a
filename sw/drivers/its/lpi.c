#include "sw/drivers/its/lpi.h"

#include "sw/drivers/gic/registers.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"

/* A property byte: priority in 7:2, RES1 in bit 1, enable in bit 0. */
#define PROPERTY_RES1 0x2u
#define PROPERTY_ENABLE 0x1u
#define PROPERTY_PRIORITY 0xfcu

enum status lpi_initialise(struct lpi_tables* tables, const struct gic* gic) {
  if (tables->id_bits > gic->lpi_id_bits) tables->id_bits = gic->lpi_id_bits;
  if (tables->id_bits < 14) return STATUS_UNSUPPORTED;
  uint64_t size = BIT(tables->id_bits) - INTID_FIRST_LPI;
  tables->properties = region_allocate(tables->memory, size, 0x1000);
  if (tables->properties == 0) return STATUS_NO_MEMORY;
  mem_fill(tables->properties, size, PRIORITY_DEFAULT | PROPERTY_RES1);
  return STATUS_OK;
}

/* Table registers: a shareability that reads back as 0 asks for non-cacheable accesses. */
static void write_base(uint64_t address, uint64_t value) {
  uint64_t attributes = field_put(BASER_Shareability, SHAREABILITY_INNER) |
                        field_put(PROPBASER_InnerCache, INNER_CACHE_WRITE_BACK);
  mmio_write64(address, value | attributes);
  if (field_get(BASER_Shareability, mmio_read64(address)) != 0) return;
  mmio_write64(address, value | field_put(PROPBASER_InnerCache, INNER_CACHE_NON_CACHEABLE));
}

static enum status disable(const struct redistributor* redistributor) {
  uint64_t address = redistributor->base + GICR_CTLR;
  uint32_t control = mmio_read32(address);
  if (!(control & GICR_CTLR_EnableLPIs)) return STATUS_OK;
  mmio_write32(address, control & ~(uint32_t)GICR_CTLR_EnableLPIs);
  enum status status = poll32(address, GICR_CTLR_RWP, 0);
  if (status != STATUS_OK) return status;
  return mmio_read32(address) & GICR_CTLR_EnableLPIs ? STATUS_UNSUPPORTED : STATUS_OK;
}

enum status lpi_initialise_processor(const struct lpi_tables* tables,
                                     const struct redistributor* redistributor) {
  if (!redistributor->lpis) return STATUS_UNSUPPORTED;
  enum status status = disable(redistributor);
  if (status != STATUS_OK) return status;
  uint64_t pending = region_allocate(tables->memory, BIT(tables->id_bits) / 8, 0x10000);
  if (pending == 0) return STATUS_NO_MEMORY;
  write_base(redistributor->base + GICR_PROPBASER,
             tables->properties | field_put(PROPBASER_IDbits, tables->id_bits - 1));
  write_base(redistributor->base + GICR_PENDBASER, pending);
  uint64_t address = redistributor->base + GICR_CTLR;
  mmio_write32(address, mmio_read32(address) | (uint32_t)GICR_CTLR_EnableLPIs);
  data_synchronization_barrier();
  return STATUS_OK;
}

static uint64_t property(const struct lpi_tables* tables, uint32_t intid) {
  return tables->properties + (intid - INTID_FIRST_LPI);
}

void lpi_set_enabled(const struct lpi_tables* tables, uint32_t intid, bool enabled) {
  uint8_t value = mem_read8(property(tables, intid)) & (uint8_t)~PROPERTY_ENABLE;
  mem_write8(property(tables, intid), enabled ? value | PROPERTY_ENABLE : value);
  data_synchronization_barrier();
}

void lpi_set_priority(const struct lpi_tables* tables, uint32_t intid, uint8_t priority) {
  uint8_t value = mem_read8(property(tables, intid)) & (uint8_t)~PROPERTY_PRIORITY;
  mem_write8(property(tables, intid), value | (priority & PROPERTY_PRIORITY));
  data_synchronization_barrier();
}
