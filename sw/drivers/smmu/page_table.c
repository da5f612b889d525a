#include "sw/drivers/smmu/page_table.h"

#include "sw/include/access.h"
#include "sw/include/bits.h"

/* Descriptors. DDI 0487, section D8.3.1 and D8.3.2. */
#define DESCRIPTOR_VALID BIT(0)
#define DESCRIPTOR_TABLE BIT(1) /* at level 3: a page */
#define DESCRIPTOR_ADDRESS BITS(47, 12)
#define LEAF_AttrIndx BITS(4, 2)
#define LEAF_AP_UNPRIVILEGED BIT(6)
#define LEAF_AP_READ_ONLY BIT(7)
#define LEAF_SH BITS(9, 8)
#define LEAF_AF BIT(10)
#define LEAF_nG BIT(11)
#define LEAF_XN BITS(54, 53)
/* Of stage 2, D8.3.2 and D8.6. */
#define LEAF_MemAttr BITS(5, 2)
#define MEMATTR_WRITE_BACK 0xfu
#define MEMATTR_DEVICE_nGnRE 1u
#define LEAF_S2AP_READ BIT(6)
#define LEAF_S2AP_WRITE BIT(7)
#define LEAF_S2XN BIT(54) /* XN[1:0] is 0b10: for nobody, with FEAT_XNX and without */

/* log2 of how many tables may stand together where a walk of stage 2 begins, D8.2. */
#define CONCATENATION 4u

/* log2 of what a descriptor of a level covers: each level resolves three bits less than a page. */
static unsigned level_shift(const struct page_table* table, unsigned level) {
  return table->granule + (table->granule - 3) * (LEVEL_PAGE - level);
}

static uint64_t level_size(const struct page_table* table, unsigned level) {
  return BIT(level_shift(table, level));
}

static uint64_t slot(const struct page_table* table, uint64_t base, uint64_t iova, unsigned level) {
  uint64_t index = iova >> level_shift(table, level);
  /* Below the first level a table fills a page; at it, IOVAs end with the address space. */
  return base + 8 * (level == table->first_level ? index : index % BIT(table->granule - 3));
}

static bool in_range(const struct page_table* table, uint64_t iova, uint64_t size) {
  uint64_t limit = BIT(table->address_bits);
  return size != 0 && (iova | size) % BIT(table->granule) == 0 && iova < limit &&
         size <= limit - iova;
}

static uint64_t allocate_table(const struct page_table* table) {
  return region_allocate(table->memory, BIT(table->granule), BIT(table->granule));
}

/* Concatenated tables are aligned to all of them together. */
static uint64_t allocate_root(const struct page_table* table) {
  uint64_t size = BIT(table->address_bits - level_shift(table, table->first_level) + 3);
  if (size < BIT(table->granule)) size = BIT(table->granule);
  return region_allocate(table->memory, size, size);
}

static enum status initialise(struct page_table* table, struct region* memory,
                              unsigned address_bits, unsigned granule, bool stage_2) {
  if (address_bits < 32 || address_bits > 48) return STATUS_BAD_ARGUMENT;
  unsigned in_one_table = address_bits - (stage_2 ? CONCATENATION : 0);
  unsigned levels_above = (in_one_table - granule - 1) / (granule - 3);
  table->memory = memory;
  table->address_bits = address_bits;
  table->granule = granule;
  table->stage_2 = stage_2;
  /* Blocks are of level 2, which there always is. */
  table->first_level = levels_above == 0 ? LEVEL_BLOCK : LEVEL_PAGE - levels_above;
  table->lock.held = 0;
  table->root = allocate_root(table);
  return table->root == 0 ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status page_table_initialise_granule(struct page_table* table, struct region* memory,
                                          unsigned address_bits, unsigned granule) {
  return initialise(table, memory, address_bits, granule, false);
}

enum status page_table_initialise_stage_2(struct page_table* table, struct region* memory,
                                          unsigned address_bits, unsigned granule) {
  return initialise(table, memory, address_bits, granule, true);
}

enum status page_table_initialise(struct page_table* table, struct region* memory,
                                  unsigned address_bits) {
  return page_table_initialise_granule(table, memory, address_bits, GRANULE_4K);
}

/* The slot of an IOVA at a level, tables on the way being made if `make`; 0: none, or no memory. */
static uint64_t descend(const struct page_table* table, uint64_t iova, unsigned to_level,
                        bool make) {
  uint64_t base = table->root;
  for (unsigned level = table->first_level; level < to_level; level++) {
    uint64_t at = slot(table, base, iova, level);
    uint64_t descriptor = mem_read64(at);
    if ((descriptor & (DESCRIPTOR_VALID | DESCRIPTOR_TABLE)) == DESCRIPTOR_VALID) return 0;
    if (!(descriptor & DESCRIPTOR_VALID)) {
      uint64_t next = make ? allocate_table(table) : 0;
      if (next == 0) return 0;
      descriptor = next | DESCRIPTOR_VALID | DESCRIPTOR_TABLE;
      data_synchronization_barrier(); /* the empty table before the way to it */
      mem_write64(at, descriptor);
    }
    base = descriptor & DESCRIPTOR_ADDRESS;
  }
  return slot(table, base, iova, to_level);
}

static uint64_t attributes_of_stage_1(unsigned permissions) {
  bool device = (permissions & MAP_DEVICE) != 0;
  return LEAF_nG | LEAF_AP_UNPRIVILEGED | (permissions & MAP_WRITE ? 0 : LEAF_AP_READ_ONLY) |
         (device ? LEAF_XN : 0) | field_put(LEAF_AttrIndx, device ? 2 : 1);
}

static uint64_t attributes_of_stage_2(unsigned permissions) {
  bool device = (permissions & MAP_DEVICE) != 0;
  return LEAF_S2AP_READ | (permissions & MAP_WRITE ? LEAF_S2AP_WRITE : 0) |
         (device ? LEAF_S2XN : 0) |
         field_put(LEAF_MemAttr, device ? MEMATTR_DEVICE_nGnRE : MEMATTR_WRITE_BACK);
}

static uint64_t leaf(const struct page_table* table, uint64_t address, unsigned level,
                     unsigned permissions) {
  uint64_t value = address | DESCRIPTOR_VALID | LEAF_AF;
  if (level == LEVEL_PAGE) value |= DESCRIPTOR_TABLE;
  value |= table->stage_2 ? attributes_of_stage_2(permissions) : attributes_of_stage_1(permissions);
  return value | field_put(LEAF_SH, permissions & MAP_DEVICE ? 2 : 3);
}

static enum status map_one(struct page_table* table, uint64_t iova, uint64_t address,
                           unsigned level, unsigned permissions) {
  uint64_t at = descend(table, iova, level, true);
  if (at == 0) return STATUS_NO_MEMORY;
  if (mem_read64(at) & DESCRIPTOR_VALID) return STATUS_BAD_ARGUMENT;
  mem_write64(at, leaf(table, address, level, permissions));
  return STATUS_OK;
}

/* Tables stay when what they mapped is gone, and may be needed for pages beside. */
static bool table_is_there(const struct page_table* table, uint64_t iova) {
  uint64_t at = descend(table, iova, LEVEL_BLOCK, false);
  const uint64_t is_table = DESCRIPTOR_VALID | DESCRIPTOR_TABLE;
  return at != 0 && (mem_read64(at) & is_table) == is_table;
}

static bool block_fits(const struct page_table* table, uint64_t iova, uint64_t address,
                       uint64_t size, unsigned permissions) {
  uint64_t block = level_size(table, LEVEL_BLOCK);
  return (permissions & MAP_BLOCKS) && (iova | address) % block == 0 && size >= block &&
         !table_is_there(table, iova);
}

static enum status map_all(struct page_table* table, uint64_t iova, uint64_t address, uint64_t size,
                           unsigned permissions) {
  while (size != 0) {
    unsigned level = block_fits(table, iova, address, size, permissions) ? LEVEL_BLOCK : LEVEL_PAGE;
    enum status status = map_one(table, iova, address, level, permissions);
    if (status != STATUS_OK) return status;
    uint64_t step = level_size(table, level);
    iova += step;
    address += step;
    size -= step;
  }
  return STATUS_OK;
}

enum status page_table_map(struct page_table* table, uint64_t iova, uint64_t address, uint64_t size,
                           unsigned permissions) {
  if (!in_range(table, iova, size) || address % BIT(table->granule) != 0) {
    return STATUS_BAD_ARGUMENT;
  }
  uint64_t state = lock_acquire(&table->lock);
  enum status status = map_all(table, iova, address, size, permissions);
  data_synchronization_barrier();
  lock_release(&table->lock, state);
  return status;
}

static enum status unmap_all(struct page_table* table, uint64_t iova, uint64_t size,
                             unsigned* levels) {
  while (size != 0) {
    unsigned level = LEVEL_BLOCK;
    uint64_t at = descend(table, iova, level, false);
    uint64_t descriptor = at == 0 ? 0 : mem_read64(at);
    if (!(descriptor & DESCRIPTOR_VALID)) return STATUS_NOT_FOUND;
    if (descriptor & DESCRIPTOR_TABLE) {
      level = LEVEL_PAGE;
      at = descend(table, iova, level, false);
      if (!(mem_read64(at) & DESCRIPTOR_VALID)) return STATUS_NOT_FOUND;
    }
    uint64_t step = level_size(table, level);
    if (iova % step != 0 || size < step) return STATUS_BAD_ARGUMENT;
    mem_write64(at, 0);
    *levels |= 1u << level;
    iova += step;
    size -= step;
  }
  return STATUS_OK;
}

static unsigned only_level(unsigned levels) {
  if (levels == 1u << LEVEL_BLOCK) return LEVEL_BLOCK;
  return levels == 1u << LEVEL_PAGE ? LEVEL_PAGE : 0;
}

enum status page_table_unmap(struct page_table* table, uint64_t iova, uint64_t size,
                             unsigned* level) {
  if (level != 0) *level = 0;
  if (!in_range(table, iova, size)) return STATUS_BAD_ARGUMENT;
  unsigned levels = 0;
  uint64_t state = lock_acquire(&table->lock);
  enum status status = unmap_all(table, iova, size, &levels);
  data_synchronization_barrier();
  lock_release(&table->lock, state);
  if (level != 0) *level = only_level(levels);
  return status;
}

uint64_t page_table_descriptor(const struct page_table* table, uint64_t iova, unsigned level) {
  if (level < table->first_level || level > LEVEL_PAGE) return 0;
  return descend(table, iova, level, false);
}

bool page_table_lookup(const struct page_table* table, uint64_t iova, uint64_t* address) {
  for (unsigned level = LEVEL_BLOCK; level <= LEVEL_PAGE; level++) {
    uint64_t at = descend(table, iova, level, false);
    if (at == 0) return false;
    uint64_t descriptor = mem_read64(at);
    if (!(descriptor & DESCRIPTOR_VALID)) return false;
    if (level == LEVEL_BLOCK && (descriptor & DESCRIPTOR_TABLE)) continue;
    uint64_t size = level_size(table, level);
    *address = (descriptor & DESCRIPTOR_ADDRESS & ~(size - 1)) | (iova & (size - 1));
    return true;
  }
  return false;
}
