#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/smmu.h"
#include "sw/drivers/smmu/structures.h"

static struct smmu_command command(unsigned opcode) {
  struct smmu_command command = {{field_put(CMD0_OPCODE, opcode), 0}};
  return command;
}

static struct smmu_command tlbi_of_page(const struct smmu_range* range, uint64_t iova) {
  struct smmu_command tlbi = command(range->stage_2 ? CMD_TLBI_S2_IPA : CMD_TLBI_NH_VA);
  tlbi.words[0] |= field_put(TLBI0_VMID, range->vmid);
  if (!range->stage_2) tlbi.words[0] |= field_put(TLBI0_ASID, range->asid);
  tlbi.words[1] = iova & (range->stage_2 ? TLBI1_IPA : TLBI1_Address);
  if (range->leaf) tlbi.words[1] |= CMD1_Leaf;
  return tlbi;
}

static unsigned granule_of(const struct smmu_range* range) {
  return range->granule == 0 ? GRANULE_4K : range->granule;
}

static uint64_t encoding_of(const struct smmu_range* range) {
  unsigned granule = granule_of(range);
  if (granule == GRANULE_64K) return TG_64K;
  return granule == GRANULE_16K ? TG_16K : TG_4K;
}

/* IHI 0070, section 4.4.1.1: NUM, SCALE and the level hint may not all be 0 in a command with TG.
 * One page without a hint goes without TG. */
static struct smmu_command tlbi_of_pages(const struct smmu_range* range, uint64_t iova,
                                         uint64_t number, unsigned scale) {
  struct smmu_command tlbi = tlbi_of_page(range, iova);
  /* Without `leaf` tables are meant as well, and what level they led to nobody says. */
  unsigned level = range->leaf ? range->level : 0;
  if (number == 1 && scale == 0 && level == 0) return tlbi;
  tlbi.words[0] |= field_put(TLBI0_NUM, number - 1) | field_put(TLBI0_SCALE, scale);
  tlbi.words[1] |= field_put(TLBI1_TG, encoding_of(range)) | field_put(TLBI1_TTL, level);
  return tlbi;
}

/* One command covers (NUM + 1) << SCALE granules; from the lowest set bit of their number upward,
 * as Linux does. */
static void add_ranges(struct smmu_batch* batch, const struct smmu_range* range, uint64_t iova,
                       uint64_t pages) {
  while (pages != 0) {
    unsigned scale = (unsigned)__builtin_ctzll(pages);
    if (scale > TLBI_SCALE_LIMIT) scale = TLBI_SCALE_LIMIT;
    uint64_t number = pages >> scale & (TLBI_NUM_LIMIT - 1);
    if (number == 0) number = TLBI_NUM_LIMIT;
    smmu_batch_add(batch, tlbi_of_pages(range, iova, number, scale));
    iova += (number << scale) << granule_of(range);
    pages -= number << scale;
  }
}

/* Any address of a block is enough for all of it. */
static void add_one_by_one(struct smmu_batch* batch, const struct smmu_range* range, uint64_t iova,
                           uint64_t pages) {
  unsigned granule = granule_of(range);
  uint64_t step = range->level == LEVEL_BLOCK ? BIT(granule - 3) : 1;
  for (uint64_t i = 0; i < pages; i += step) {
    smmu_batch_add(batch, tlbi_of_page(range, iova + (i << granule)));
  }
}

void smmu_batch_add_range(struct smmu_batch* batch, const struct smmu_range* range) {
  if (range->size == 0) return;
  unsigned granule = granule_of(range);
  uint64_t first = range->iova >> granule;
  uint64_t pages = ((range->iova + range->size - 1) >> granule) - first + 1;
  if (batch->smmu->range_invalidation) {
    add_ranges(batch, range, first << granule, pages);
  } else {
    add_one_by_one(batch, range, first << granule, pages);
  }
}

enum status smmu_invalidate_range(struct smmu* smmu, const struct smmu_range* range) {
  struct smmu_batch batch;
  smmu_batch_start(&batch, smmu);
  smmu_batch_add_range(&batch, range);
  return smmu_batch_finish(&batch);
}

enum status smmu_invalidate_asid(struct smmu* smmu, uint16_t asid) {
  struct smmu_command tlbi = command(CMD_TLBI_NH_ASID);
  tlbi.words[0] |= field_put(TLBI0_ASID, asid);
  return smmu_issue(smmu, tlbi);
}

static enum status invalidate_of(struct smmu* smmu, unsigned opcode, uint16_t vmid) {
  struct smmu_command tlbi = command(opcode);
  tlbi.words[0] |= field_put(TLBI0_VMID, vmid);
  return smmu_issue(smmu, tlbi);
}

enum status smmu_invalidate_stage_1(struct smmu* smmu, uint16_t vmid) {
  return invalidate_of(smmu, CMD_TLBI_NH_ALL, vmid);
}

enum status smmu_invalidate_vmid(struct smmu* smmu, uint16_t vmid) {
  return invalidate_of(smmu, CMD_TLBI_S12_VMALL, vmid);
}

enum status smmu_invalidate_domain(struct smmu* smmu, const struct smmu_domain* domain) {
  if (domain->table.stage_2) return smmu_invalidate_vmid(smmu, domain->vmid);
  struct smmu_command tlbi = command(CMD_TLBI_NH_ASID);
  tlbi.words[0] |= field_put(TLBI0_ASID, domain->asid) | field_put(TLBI0_VMID, domain->vmid);
  return smmu_issue(smmu, tlbi);
}

enum status smmu_invalidate_all(struct smmu* smmu) {
  return smmu_issue(smmu, command(CMD_TLBI_NSNH_ALL));
}

enum status smmu_invalidate_stream(struct smmu* smmu, uint32_t stream_id, bool leaf) {
  struct smmu_command cfgi = command(CMD_CFGI_STE);
  cfgi.words[0] |= field_put(CMD0_StreamID, stream_id);
  cfgi.words[1] = leaf ? CMD1_Leaf : 0;
  return smmu_issue(smmu, cfgi);
}

enum status smmu_invalidate_all_streams(struct smmu* smmu) {
  struct smmu_command cfgi = command(CMD_CFGI_STE_RANGE);
  cfgi.words[1] = field_put(CFGI1_Range, CFGI_RANGE_ALL);
  return smmu_issue(smmu, cfgi);
}

enum status smmu_invalidate_substream(struct smmu* smmu, uint32_t stream_id, uint32_t substream,
                                      bool leaf) {
  struct smmu_command cfgi = command(CMD_CFGI_CD);
  cfgi.words[0] |= field_put(CMD0_StreamID, stream_id) | field_put(CMD0_SSID, substream);
  cfgi.words[1] = leaf ? CMD1_Leaf : 0;
  return smmu_issue(smmu, cfgi);
}

enum status smmu_invalidate_context(struct smmu* smmu, uint32_t stream_id, bool leaf) {
  return smmu_invalidate_substream(smmu, stream_id, 0, leaf);
}
