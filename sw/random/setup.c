/* What a program begins with: its address space, its interrupts and its drive, all by chance and
 * all legal. */
#include "sw/drivers/its/registers.h"
#include "sw/drivers/pcie/registers.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"
#include "sw/random/its_commands.h"
#include "sw/random/mutation.h"
#include "sw/random/program.h"
#include "sw/random/transcript.h"

#define TABLES UINT64_C(0x48000000)
#define TABLES_END UINT64_C(0x4c000000)
#define DATA UINT64_C(0x50000000) /* a block for each slot */
#define RAM UINT64_C(0x40000000)
#define GIGABYTE BIT(30)
#define LARGEST_GRANULE UINT64_C(0x10000) /* granule_steps.c maps the queues by it, too */

uint32_t program_stream(const struct program* program) {
  return program->function->requester_id;
}

/* Nothing is mapped in the piece, and no table of it is there. */
static bool is_free(struct program* program, uint64_t iova, uint64_t size) {
  const struct page_table* table = &program->domain.table;
  for (unsigned level = table->first_level; level <= LEVEL_BLOCK; level++) {
    uint64_t descriptor = mem_read64(page_table_descriptor(table, iova, level));
    if (descriptor == 0) return true;
    bool leads_on = (descriptor & 3) == 3;
    if (!leads_on || size >= PAGE_SIZE << 9 * (3 - level)) return false;
  }
  return false;
}

/* A piece of the address space that starts at a multiple of its size, alone in its 2 MiB. */
static uint64_t random_iova(struct program* program, uint64_t size) {
  uint64_t mask = BIT(program->domain.table.address_bits) - 1;
  for (;;) {
    uint64_t iova = generator_next(&program->generator) & mask & ~(size - 1);
    if (is_free(program, iova, size)) return iova;
  }
}

uint64_t program_unmapped_iova(struct program* program) {
  return random_iova(program, BLOCK_SIZE) + (generator_next(&program->generator) & 0x1fe000);
}

static enum status map_pages(struct program* program, struct slot* slot, uint64_t block) {
  struct generator* generator = &program->generator;
  /* Two pages in a row need not be so in memory. */
  unsigned first = generator_below(generator, 511);
  slot->iova = random_iova(program, BLOCK_SIZE) + generator_below(generator, 511) * PAGE_SIZE;
  slot->address[0] = block + first * PAGE_SIZE;
  slot->address[1] = block + (first ^ 1) * PAGE_SIZE;
  enum status status =
      smmu_map(&program->domain, slot->iova, slot->address[0], PAGE_SIZE, MAP_WRITE);
  if (status != STATUS_OK) return status;
  return smmu_map(&program->domain, slot->iova + PAGE_SIZE, slot->address[1], PAGE_SIZE, MAP_WRITE);
}

static enum status map_block(struct program* program, struct slot* slot, uint64_t block) {
  uint64_t offset = generator_below(&program->generator, 511) * PAGE_SIZE;
  uint64_t iova = random_iova(program, BLOCK_SIZE);
  slot->iova = iova + offset;
  slot->address[0] = block + offset;
  slot->address[1] = slot->address[0] + PAGE_SIZE;
  return smmu_map(&program->domain, iova, block, BLOCK_SIZE, MAP_WRITE | MAP_BLOCKS);
}

/* The driver makes no blocks of level 1: all of RAM by one descriptor, like that of a block. */
static enum status map_gigabyte(struct program* program, struct slot* slot, uint64_t block) {
  struct slot like = {0};
  enum status status = map_block(program, &like, block);
  if (status != STATUS_OK) return status;
  uint64_t model = mem_read64(page_table_descriptor(&program->domain.table, like.iova, 2));
  uint64_t iova = random_iova(program, GIGABYTE);
  /* Mapping a page makes the tables on the way; the descriptor that leads to the last takes its
   * place. */
  status = smmu_map(&program->domain, iova, block, PAGE_SIZE, MAP_WRITE);
  if (status != STATUS_OK) return status;
  uint64_t at = page_table_descriptor(&program->domain.table, iova, 1);
  mem_write64(at, (model & ~BITS(47, 12)) | RAM);
  slot->address[0] = like.address[0];
  slot->address[1] = like.address[1];
  slot->iova = iova + (slot->address[0] - RAM);
  return STATUS_OK;
}

static void vary(struct program* program, const struct slot* slot) {
  for (unsigned page = 0; page < 2; page++) {
    uint64_t at =
        page_table_descriptor(&program->domain.table, slot->iova + page * PAGE_SIZE, slot->level);
    const struct mutation* row =
        &leaf_variations.rows[generator_below(&program->generator, leaf_variations.count)];
    mem_write64(at, mutated(row, mem_read64(at)));
  }
}

static enum status map_slots(struct program* program) {
  /* A block of a gigabyte leaves room for the others. */
  bool has_gigabyte = program->domain.table.address_bits > 34;
  for (unsigned i = 0; i < PROGRAM_SLOTS; i++) {
    struct slot* slot = &program->slots[i];
    uint64_t block = DATA + i * BLOCK_SIZE;
    unsigned kind = i < 2 ? 3 : 1 + generator_below(&program->generator, 3);
    if (kind == 1 && !has_gigabyte) kind = 2;
    slot->level = kind;
    enum status status = kind == 3   ? map_pages(program, slot, block)
                         : kind == 2 ? map_block(program, slot, block)
                                     : map_gigabyte(program, slot, block);
    if (status != STATUS_OK) return status;
    if (generator_percent(&program->generator, 70)) vary(program, slot);
  }
  return STATUS_OK;
}

static enum status make_address_space(struct program* program) {
  struct smmu* smmu = &program->machine->smmu;
  struct region* shared = smmu->memory;
  smmu->memory = &program->memory;
  /* Mostly so many that walks begin at level 0, and that addresses beyond them have 48 bits. */
  unsigned bits = generator_percent(&program->generator, 90)
                      ? 44 + generator_below(&program->generator, 4)
                      : 32 + generator_below(&program->generator, 17);
  uint16_t asid = (uint16_t)generator_next(&program->generator);
  enum status status = smmu_domain_initialise(smmu, &program->domain, asid, bits);
  smmu->memory = shared;
  if (status != STATUS_OK) return status;
  if (generator_percent(&program->generator, 60)) {
    const struct mutation* row =
        &context_descriptor_variations
             .rows[generator_below(&program->generator, context_descriptor_variations.count)];
    uint64_t at = program->domain.context_descriptor + 8 * row->word;
    mem_write64(at, mutated(row, mem_read64(at)));
  }
  uint64_t size = NVME_MEMORY + PAGE_SIZE;
  program->nvme_memory = region_allocate(&program->memory, size, LARGEST_GRANULE);
  program->nvme_iova = random_iova(program, BLOCK_SIZE);
  program->list = program->nvme_memory + NVME_MEMORY;
  program->list_iova = program->nvme_iova + NVME_MEMORY;
  status = smmu_map(&program->domain, program->nvme_iova, program->nvme_memory, size, MAP_WRITE);
  if (status == STATUS_OK) {
    status = msi_map_doorbell(program->machine->msis.its, &program->domain,
                              random_iova(program, BLOCK_SIZE), &program->doorbell);
  }
  if (status == STATUS_OK) status = map_slots(program);
  if (status != STATUS_OK) return status;
  return smmu_attach(smmu, program_stream(program), &program->domain);
}

static bool is_taken(const struct program* program, unsigned line) {
  for (unsigned i = 0; i < line; i++) {
    if (program->lines[i].event_id == program->lines[line].event_id) return true;
    if (program->lines[i].intid == program->lines[line].intid) return true;
  }
  return false;
}

static void make_lines(struct program* program) {
  struct generator* generator = &program->generator;
  program->event_bits = 3 + generator_below(generator, 3);
  for (unsigned i = 0; i < PROGRAM_VECTORS; i++) {
    struct event_line* line = &program->lines[i];
    do {
      line->event_id = generator_below(generator, 1u << program->event_bits);
      line->intid = INTID_FIRST_LPI + generator_below(generator, 0x10000 - INTID_FIRST_LPI);
    } while (is_taken(program, i));
    line->collection = generator_below(generator, PROGRAM_COLLECTIONS);
    line->priority = (uint8_t)(generator_below(generator, 0x1b) * 8); /* above the SGI of rest */
  }
}

static void map_collections(struct program* program) {
  for (unsigned i = 0; i < PROGRAM_COLLECTIONS; i++) {
    program->targets[i] = generator_below(&program->generator, PROGRAM_PROCESSORS);
    struct its_fields map = {.opcode = COMMAND_MAPC,
                             .collection = i,
                             .target = program_target(program, program->targets[i]),
                             .valid = true};
    program_its(program, &map);
  }
}

enum status program_open_drive(struct program* program, uint64_t bus, uint64_t doorbell) {
  msix_enable(&program->msix);
  for (unsigned i = 0; i < 2; i++) {
    unsigned vector = i == 0 ? 0 : program->io_vector;
    msix_program(&program->msix, vector, doorbell, program->lines[i].event_id);
    msix_unmask(&program->msix, vector);
  }
  enum status status =
      nvme_open(&program->nvme, program->function->bars[0].address, program->nvme_memory, bus);
  return status == STATUS_OK ? nvme_add_queue(&program->nvme, 1, program->io_vector) : status;
}

enum status program_set_up(struct program* program) {
  generator_seed(&program->generator, program->seed);
  program->memory.next = TABLES;
  program->memory.end = TABLES_END;
  program->step = program->varied = program->succeeded = program->faulted = 0;
  program->io_vector = (uint16_t)(1 + generator_below(&program->generator, 16));
  enum status status = make_address_space(program);
  if (status != STATUS_OK) return status;
  map_collections(program);
  make_lines(program);
  program_map_drive(program);
  for (unsigned i = 0; i < PROGRAM_VECTORS; i++)
    program_map_line(program, i);
  pcie_command(&program->machine->pcie, program->function->requester_id,
               COMMAND_MEMORY_SPACE | COMMAND_BUS_MASTER, 0);
  status = msix_open(&program->msix, &program->machine->pcie, program->function);
  if (status != STATUS_OK) return status;
  return program_open_drive(program, program->nvme_iova, program->doorbell);
}

void program_tear_down(struct program* program) {
  (void)nvme_remove_queue(&program->nvme, 1);
  (void)nvme_close(&program->nvme);
  program_rest(program);
  for (unsigned i = 0; i < PROGRAM_VECTORS; i++) {
    program_set_line(program, i, false);
    struct its_fields discard = its_line_fields(program, COMMAND_DISCARD, i);
    program_its(program, &discard);
  }
  struct its_fields unmap = {.opcode = COMMAND_MAPD, .device_id = program_stream(program)};
  program_its(program, &unmap);
  (void)smmu_abort(&program->machine->smmu, program_stream(program));
  (void)smmu_invalidate_all(&program->machine->smmu);
}
