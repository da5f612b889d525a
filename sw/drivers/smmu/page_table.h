/* VMSAv8-64 tables of either stage with pages, and blocks of the level above: 2 MiB, 32 MiB or
 * 512 MiB by the granule. DDI 0487, sections D8.2 and D8.3. */
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

/* log2 of a page. */
#define GRANULE_4K 12u
#define GRANULE_16K 14u
#define GRANULE_64K 16u

/* Of the granule of 4 KiB. */
#define PAGE_SIZE UINT64_C(0x1000)
#define BLOCK_SIZE UINT64_C(0x200000)
#define LEVEL_BLOCK 2u
#define LEVEL_PAGE 3u

/* What is mapped can be read; the rest is asked for. */
#define MAP_WRITE 1u
#define MAP_DEVICE 2u /* Device-nGnRE, for doorbells; else write-back memory */
#define MAP_BLOCKS 4u /* blocks where address, IOVA and size allow, and no table is yet */

/* MAIR: attribute 0 non-cacheable, 1 write-back, 2 Device-nGnRE. DDI 0487, D17.2.97. */
#define PAGE_TABLE_MAIR UINT64_C(0x04ff44)

struct page_table {
  struct region* memory;
  uint64_t root;
  unsigned address_bits;
  unsigned granule;     /* GRANULE_* */
  unsigned first_level; /* 0 to 2 */
  bool stage_2;         /* of intermediate physical addresses */
  struct lock lock;
};

/* An empty table for addresses of `address_bits` (32 to 48), with pages of 4 KiB or of a granule.
 */
enum status page_table_initialise(struct page_table* table, struct region* memory,
                                  unsigned address_bits);
enum status page_table_initialise_granule(struct page_table* table, struct region* memory,
                                          unsigned address_bits, unsigned granule);
/* The same for intermediate physical addresses: descriptors of stage 2, and up to sixteen tables in
 * the place of the first one, so that walks begin a level below where those of stage 1 would. */
enum status page_table_initialise_stage_2(struct page_table* table, struct region* memory,
                                          unsigned address_bits, unsigned granule);
/* Addresses and size are multiples of a page. STATUS_BAD_ARGUMENT if something is mapped there
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
