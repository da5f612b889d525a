/* Legal steps with granules of 16 and 64 KiB: other tables map the same memory for one transfer.
 * DDI 0487, section D8.2. */
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"
#include "sw/random/program.h"
#include "sw/random/transcript.h"

#define CD0_TG0 BITS(7, 6)
#define DESCRIPTOR_TABLE UINT64_C(3)
#define DESCRIPTOR_ADDRESS BITS(47, 12)
/* Page, AttrIndx 1, unprivileged, inner shareable, AF, nG. */
#define LEAF UINT64_C(0xf47)

struct granule {
  const char* name;
  unsigned shift;
  uint64_t code; /* CD.TG0 */
};
static const struct granule granules[] = {{"granule.16K", 14, 2}, {"granule.64K", 16, 1}};

struct tables {
  struct region* memory;
  const struct granule* granule;
  unsigned bits;
  uint64_t root;
};

/* A table is resolved by `shift - 3` bits; the first one by what is left. */
static unsigned first_level(const struct tables* tables) {
  unsigned stride = tables->granule->shift - 3;
  unsigned levels = (tables->bits - tables->granule->shift + stride - 1) / stride;
  return 4 - levels;
}

static void map(const struct tables* tables, uint64_t iova, uint64_t address) {
  unsigned shift = tables->granule->shift;
  uint64_t page = UINT64_C(1) << shift;
  uint64_t base = tables->root;
  for (unsigned level = first_level(tables);; level++) {
    unsigned low = shift + (shift - 3) * (3 - level);
    uint64_t index = iova >> low & ((UINT64_C(1) << (shift - 3)) - 1);
    uint64_t at = base + 8 * index;
    if (level == 3) {
      mem_write64(at, (address & ~(page - 1)) | LEAF);
      return;
    }
    if (mem_read64(at) == 0) {
      mem_write64(at, region_allocate(tables->memory, page, page) | DESCRIPTOR_TABLE);
    }
    base = mem_read64(at) & DESCRIPTOR_ADDRESS & ~(page - 1);
  }
}

/* The queues, the doorbell and one slot, whose pages are in the order of memory here. */
static struct slot map_all(struct program* program, const struct tables* tables) {
  struct slot slot = *program_random_slot(program);
  if (slot.address[0] > slot.address[1]) slot.address[0] = slot.address[1];
  slot.address[1] = slot.address[0] + PAGE_SIZE;
  slot.iova = (slot.iova & ~(BLOCK_SIZE - 1)) | (slot.address[0] & (BLOCK_SIZE - 1));
  for (uint64_t offset = 0; offset <= NVME_MEMORY; offset += PAGE_SIZE)
    map(tables, program->nvme_iova + offset, program->nvme_memory + offset);
  map(tables, program->doorbell, its_doorbell(&program->machine->its));
  for (uint64_t offset = 0; offset < 2 * PAGE_SIZE; offset += PAGE_SIZE)
    map(tables, slot.iova + offset, slot.address[0] + offset);
  return slot;
}

void granule_legal_step(struct program* program) {
  const struct granule* granule = &granules[generator_below(&program->generator, 2)];
  uint64_t page = UINT64_C(1) << granule->shift;
  struct tables tables = {&program->memory, granule, program->domain.table.address_bits, 0};
  tables.root = region_allocate(&program->memory, page, page);
  program_start_line(program, granule->name);
  struct slot slot = map_all(program, &tables);
  uint64_t descriptor = program->domain.context_descriptor;
  uint64_t right[2] = {mem_read64(descriptor), mem_read64(descriptor + 8)};
  /* Never valid with half of it. */
  mem_write64(descriptor, right[0] & ~CD0_V);
  program_invalidate_context(program);
  mem_write64(descriptor + 8, tables.root & CD1_TTB0);
  data_synchronization_barrier();
  mem_write64(descriptor, (right[0] & ~CD0_TG0) | field_put(CD0_TG0, granule->code));
  program_invalidate_context(program);
  program->commands_length = 0;
  program_transfer_and_recover(program, &slot);
  mem_write64(descriptor, right[0] & ~CD0_V);
  program_invalidate_context(program);
  mem_write64(descriptor + 8, right[1]);
  data_synchronization_barrier();
  mem_write64(descriptor, right[0]);
  program_invalidate_context(program);
  program->commands_length = 0;
  program_end_line(program);
}
