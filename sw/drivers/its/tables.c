#include "sw/drivers/its/tables.h"

#include "sw/drivers/its/registers.h"
#include "sw/include/access.h"

/* Up to here a table of devices is flat: it needs no further page with any device. */
#define FLAT_TABLE_LIMIT UINT64_C(0x100000)

struct table {
  uint64_t address; /* of the GITS_BASER */
  uint64_t type;
  unsigned entry_size;
  unsigned page_code; /* 0, 1, 2: 4, 16, 64 KiB */
};

static uint64_t page_size(unsigned code) {
  return UINT64_C(0x1000) << 2 * code;
}

/* The largest page size that reads back. */
static enum status probe_page_size(struct table* table) {
  for (int code = 2; code >= 0; code--) {
    mmio_write64(table->address, field_put(BASER_Page_Size, (uint64_t)code));
    if (field_get(BASER_Page_Size, mmio_read64(table->address)) == (uint64_t)code) {
      table->page_code = (unsigned)code;
      return STATUS_OK;
    }
  }
  return STATUS_UNSUPPORTED;
}

static bool probe_indirect(const struct table* table) {
  mmio_write64(table->address, BASER_Indirect | field_put(BASER_Page_Size, table->page_code));
  return (mmio_read64(table->address) & BASER_Indirect) != 0;
}

/* All that is written must stick, but for the shareability, which the ITS may lower. */
static enum status set(const struct table* table, uint64_t memory, uint64_t pages, bool indirect) {
  uint64_t value = BASER_Valid | (indirect ? BASER_Indirect : 0) |
                   field_put(BASER_InnerCache, INNER_CACHE_WRITE_BACK) |
                   field_put(BASER_Type, table->type) |
                   field_put(BASER_Entry_Size, table->entry_size - 1) | memory |
                   field_put(BASER_Shareability, SHAREABILITY_INNER) |
                   field_put(BASER_Page_Size, table->page_code) | field_put(BASER_Size, pages - 1);
  mmio_write64(table->address, value);
  uint64_t kept = mmio_read64(table->address);
  if (field_get(BASER_Shareability, kept) == 0) {
    value = (value & ~(BASER_Shareability | BASER_InnerCache)) |
            field_put(BASER_InnerCache, INNER_CACHE_NON_CACHEABLE);
    mmio_write64(table->address, value);
    kept = mmio_read64(table->address);
  }
  return ((kept ^ value) & ~BASER_Shareability) == 0 ? STATUS_OK : STATUS_UNSUPPORTED;
}

static enum status set_up_devices(struct its* its, const struct table* table, unsigned bits) {
  struct its_device_table* devices = &its->devices;
  uint64_t page = page_size(table->page_code);
  uint64_t size = (uint64_t)table->entry_size << bits;
  devices->entry_size = table->entry_size;
  devices->page_size = page;
  devices->indirect = size > 2 * page && probe_indirect(table) && size > FLAT_TABLE_LIMIT;
  if (devices->indirect) size = size / page * INDIRECT_ENTRY_SIZE;
  uint64_t pages = align_up(size, page) / page;
  if (pages > 256) pages = 256;
  uint64_t per_entry = devices->indirect ? page / table->entry_size : 1;
  uint64_t first_level = devices->indirect ? INDIRECT_ENTRY_SIZE : table->entry_size;
  devices->entries = pages * page / first_level * per_entry;
  if (devices->entries > BIT(bits)) devices->entries = BIT(bits);
  devices->base = region_allocate(its->memory, pages * page, page);
  if (devices->base == 0) return STATUS_NO_MEMORY;
  return set(table, devices->base, pages, devices->indirect);
}

static enum status set_up(struct its* its, struct table* table, unsigned device_bits) {
  enum status status = probe_page_size(table);
  if (status != STATUS_OK) return status;
  if (table->type == TABLE_DEVICES) return set_up_devices(its, table, device_bits);
  uint64_t page = page_size(table->page_code);
  uint64_t memory = region_allocate(its->memory, page, page);
  return memory == 0 ? STATUS_NO_MEMORY : set(table, memory, 1, false);
}

enum status its_tables_initialise(struct its* its, unsigned device_bits) {
  its->devices.base = 0;
  its->devices.entries = BIT(device_bits);
  for (unsigned i = 0; i < GITS_BASERS; i++) {
    struct table table;
    table.address = its->base + GITS_BASER + 8 * i;
    uint64_t value = mmio_read64(table.address);
    table.type = field_get(BASER_Type, value);
    table.entry_size = (unsigned)field_get(BASER_Entry_Size, value) + 1;
    if (table.type != TABLE_DEVICES && table.type != TABLE_COLLECTIONS) continue;
    enum status status = set_up(its, &table, device_bits);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

enum status its_tables_add_device(struct its* its, uint32_t device_id) {
  const struct its_device_table* devices = &its->devices;
  if (device_id >= devices->entries) return STATUS_NO_SPACE;
  if (!devices->indirect) return STATUS_OK;
  uint64_t index = device_id / (devices->page_size / devices->entry_size);
  uint64_t entry = devices->base + index * INDIRECT_ENTRY_SIZE;
  if (mem_read64(entry) & INDIRECT_ENTRY_Valid) return STATUS_OK;
  uint64_t page = region_allocate(its->memory, devices->page_size, devices->page_size);
  if (page == 0) return STATUS_NO_MEMORY;
  mem_write64(entry, page | INDIRECT_ENTRY_Valid);
  data_synchronization_barrier();
  return STATUS_OK;
}
