/* VMSAv8-64 stage 1 tables, 4 KiB granule, with pages and 2 MiB blocks. DDI 0487, section D8.3. */
#ifndef SW_DRIVERS_SMMU_PAGE_TABLE_H
#define SW_DRIVERS_SMMU_PAGE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/include/lock.h"
#include "sw/include/region.h"
#include "sw/include/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PAGE_SIZE UINT64_C(0x1000)
#define BLOCK_SIZE UINT64_C(0x200000)
#define LEVEL_BLOCK 2u
#define LEVEL_PAGE 3u

/* What is mapped can be read; the rest is asked for. */
#define MAP_WRITE 1u
#define MAP_DEVICE 2u /* Device-nGnRE, for doorbells; else write-back memory */
#define MAP_BLOCKS 4u /* 2 MiB blocks where address, IOVA and size allow, and no table is yet */

/* MAIR: attribute 0 non-cacheable, 1 write-back, 2 Device-nGnRE. DDI 0487, D17.2.97. */
#define PAGE_TABLE_MAIR UINT64_C(0x04ff44)

struct page_table {
  struct region* memory;
  uint64_t root;
  unsigned address_bits;
  unsigned first_level; /* 0 to 1 */
  struct lock lock;
};

enum status page_table_initialise(struct page_table* table, struct region* memory,
                                  unsigned address_bits);
/* Addresses and size are multiples of 4 KiB. STATUS_BAD_ARGUMENT if something is mapped there
 * already. */
enum status page_table_map(struct page_table* table, uint64_t iova, uint64_t address, uint64_t size,
                           unsigned permissions);
/* Tables stay; a block goes as a whole. `level` becomes that of the leaves that were cleared, for a
 * hint to the SMMU: 0 when there were none, or of several levels. It may be null. */
enum status page_table_unmap(struct page_table* table, uint64_t iova, uint64_t size,
                             unsigned* level);
/* The physical address behind an IOVA; false when nothing is mapped. */
bool page_table_lookup(const struct page_table* table, uint64_t iova, uint64_t* address);
/* Where the descriptor that decides about an IOVA lies, for tests that change it by hand; 0 if
 * there is none. */
uint64_t page_table_descriptor(const struct page_table* table, uint64_t iova, unsigned level);

#ifdef __cplusplus
}
#endif

#endif
