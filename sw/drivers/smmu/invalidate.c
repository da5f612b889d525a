#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/smmu.h"
#include "sw/drivers/smmu/structures.h"

static struct smmu_command command(unsigned opcode) {
  struct smmu_command command = {{field_put(CMD0_OPCODE, opcode), 0}};
  return command;
}

static struct smmu_command tlbi_nh_va(uint16_t asid, uint64_t iova, bool leaf) {
  struct smmu_command tlbi = command(CMD_TLBI_NH_VA);
  tlbi.words[0] |= field_put(TLBI0_ASID, asid);
  tlbi.words[1] = (iova & TLBI1_Address) | (leaf ? CMD1_Leaf : 0);
  return tlbi;
}

/* One command covers (NUM + 1) << SCALE granules. IHI 0070, section 4.4.1.1. */
static void add_ranges(struct smmu_batch* batch, uint16_t asid, uint64_t iova, uint64_t pages,
                       bool leaf) {
  while (pages != 0) {
    unsigned scale = (unsigned)__builtin_ctzll(pages);
    uint64_t number = pages >> scale & 0x1f;
    struct smmu_command tlbi = tlbi_nh_va(asid, iova, leaf);
    tlbi.words[0] |= field_put(TLBI0_NUM, number - 1) | field_put(TLBI0_SCALE, scale);
    tlbi.words[1] |= field_put(TLBI1_TG, TG_4K) | (leaf ? field_put(TLBI1_TTL, 3) : 0);
    smmu_batch_add(batch, tlbi);
    iova += (number << scale) * PAGE_SIZE;
    pages -= number << scale;
  }
}

void smmu_batch_add_range(struct smmu_batch* batch, uint16_t asid, uint64_t iova, uint64_t size,
                          bool leaf) {
  uint64_t pages = align_up(size, PAGE_SIZE) / PAGE_SIZE;
  if (batch->smmu->range_invalidation) {
    add_ranges(batch, asid, iova, pages, leaf);
    return;
  }
  for (uint64_t i = 0; i < pages; i++) {
    smmu_batch_add(batch, tlbi_nh_va(asid, iova + i * PAGE_SIZE, leaf));
  }
}

enum status smmu_invalidate_range(struct smmu* smmu, uint16_t asid, uint64_t iova, uint64_t size,
                                  bool leaf) {
  struct smmu_batch batch;
  smmu_batch_start(&batch, smmu);
  smmu_batch_add_range(&batch, asid, iova, size, leaf);
  return smmu_batch_finish(&batch);
}

enum status smmu_invalidate_asid(struct smmu* smmu, uint16_t asid) {
  struct smmu_command tlbi = command(CMD_TLBI_NH_ASID);
  tlbi.words[0] |= field_put(TLBI0_ASID, asid);
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

enum status smmu_invalidate_context(struct smmu* smmu, uint32_t stream_id, bool leaf) {
  struct smmu_command cfgi = command(CMD_CFGI_CD);
  cfgi.words[0] |= field_put(CMD0_StreamID, stream_id);
  cfgi.words[1] = leaf ? CMD1_Leaf : 0;
  return smmu_issue(smmu, cfgi);
}
