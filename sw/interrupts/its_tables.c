#include "sw/drivers/its/registers.h"
#include "sw/drivers/its/tables.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/interrupts/interrupts.h"

static uint64_t devices_register(const struct its* its) {
  for (unsigned n = 0; n < GITS_BASERS; n++) {
    uint64_t address = its->base + GITS_BASER + 8 * n;
    if (field_get(BASER_Type, mmio_read64(address)) == TABLE_DEVICES) return address;
  }
  return 0;
}

enum status interrupts_set_device_table(struct interrupts* i, bool indirect) {
  struct its_device_table* devices = &i->its.devices;
  uint64_t address = devices_register(&i->its);
  unsigned code = generator_below(&i->generator, 3);
  mmio_write32(i->its.base + GITS_CTLR, 0);
  enum status status =
      poll32(i->its.base + GITS_CTLR, GITS_CTLR_Quiescent, (uint32_t)GITS_CTLR_Quiescent);
  if (status != STATUS_OK) return status;
  devices->page_size = UINT64_C(0x1000) << 2 * code;
  devices->indirect = indirect;
  uint64_t first_level = (uint64_t)devices->entry_size * devices->entries;
  if (indirect) first_level = first_level / devices->page_size * INDIRECT_ENTRY_SIZE;
  first_level = align_up(first_level, devices->page_size);
  devices->base = region_allocate(&i->memory, first_level, devices->page_size);
  if (devices->base == 0) return STATUS_NO_MEMORY;
  mmio_write64(address, BASER_Valid | (indirect ? BASER_Indirect : 0) |
                            field_put(BASER_Type, TABLE_DEVICES) |
                            field_put(BASER_Entry_Size, devices->entry_size - 1) | devices->base |
                            field_put(BASER_Page_Size, code) |
                            field_put(BASER_Size, first_level / devices->page_size - 1));
  mmio_write32(i->its.base + GITS_CTLR, (uint32_t)GITS_CTLR_Enabled);
  return STATUS_OK;
}
