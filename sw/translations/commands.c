/* Commands, and the queues. IHI 0070, chapter 4 and section 7.4. */
#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"
#include "sw/random/transcript.h"
#include "sw/translations/translations.h"

#define COUNT(rows) (unsigned)(sizeof(rows) / sizeof((rows)[0]))

struct named_command {
  const char* name;
  uint64_t words[2];
};

static const struct named_command wrong_commands[] = {
    {"CMD.opcode=0x00", {0x00, 0}},
    {"CMD.opcode=0x0f", {0x0f, 0}},
    {"CMD.opcode=0x1f", {0x1f, 0}},
    {"CMD.opcode=0x47", {0x47, 0}},
    {"CMD.opcode=0xff", {0xff, 0}},
    {"CMD_CFGI_STE.SSec=1", {CMD_CFGI_STE | BIT(10), 0}},
    {"CMD_CFGI_STE_RANGE.SSec=1", {CMD_CFGI_STE_RANGE | BIT(10), 31}},
    {"CMD_CFGI_CD.SSec=1", {CMD_CFGI_CD | BIT(10), 0}},
    {"CMD_CFGI_CD_ALL.SSec=1", {CMD_CFGI_CD_ALL | BIT(10), 0}},
    {"CMD_SYNC.CS=3", {CMD_SYNC | 3 << 12, 0}},
    {"CMD_TLBI_NH_VA.range=reserved", {CMD_TLBI_NH_VA, 1 << 10}},
    {"CMD_TLBI_NH_VAA.range=reserved", {CMD_TLBI_NH_VAA, 3 << 10}},
    {"CMD_ATC_INV", {0x40, 0}},
    {"CMD_PRI_RESP", {0x41, 0}},
    {"CMD_RESUME", {CMD_RESUME, 0}},
    {"CMD_STALL_TERM", {0x45, 0}},
};

unsigned translations_wrong_commands(void) {
  return COUNT(wrong_commands);
}

/* CMDQ_CONS.ERR once the command has been carried out, or refused. */
static uint64_t outcome(const struct smmu* smmu) {
  struct deadline deadline = deadline_start();
  uint32_t index_mask = (uint32_t)(BIT(smmu->commands.log2_entries + 1) - 1);
  for (;;) {
    uint32_t error = mmio_read32(smmu->base + SMMU_GERROR) ^ mmio_read32(smmu->base + SMMU_GERRORN);
    uint32_t consumer = mmio_read32(smmu->base + SMMU_CMDQ_CONS);
    if (error & GERROR_CMDQ) return field_get(CMDQ_CONS_ERR, consumer);
    uint32_t producer = mmio_read32(smmu->base + SMMU_CMDQ_PROD);
    if ((consumer & index_mask) == (producer & index_mask)) return CERROR_NONE;
    if (deadline_passed(&deadline)) return UINT64_MAX;
  }
}

static void issue(struct translations* t, const struct named_command* one) {
  struct smmu* smmu = &t->smmu;
  struct smmu_command command = {{one->words[0], one->words[1]}};
  translations_start_line(t, one->name);
  print_key(t->uart, "posted", smmu_post(smmu, command));
  print_key(t->uart, "error", outcome(smmu));
  smmu_handle_global_errors(smmu);
  print_key(t->uart, "sync", smmu_sync(smmu));
}

/* The queue stops at it until GERROR is acknowledged, and goes on. */
void translations_wrong_command(struct translations* t, unsigned which) {
  issue(t, &wrong_commands[which]);
  translations_end_line(t);
}

static uint64_t number(struct translations* t, uint64_t field) {
  return field_put(field, generator_next(&t->generator));
}

/* Whatever it invalidates or fetches in advance, the next access is right. */
void translations_legal_command(struct translations* t) {
  uint64_t stream = field_put(CMD0_StreamID, t->stream_id), leaf = number(t, CMD1_Leaf);
  uint64_t page = number(t, TLBI1_Address), asid = field_put(TLBI0_ASID, t->domain.asid);
  /* Aligned to its pages; of 4 KiB. */
  uint64_t range = field_put(TLBI0_NUM, 31) | field_put(TLBI0_SCALE, 2);
  uint64_t pages = (page & ~UINT64_C(0x7ffff)) | field_put(TLBI1_TG, TG_4K);
  const struct named_command legal[] = {
      {"CMD_PREFETCH_CONFIG", {CMD_PREFETCH_CONFIG | stream, 0}},
      {"CMD_PREFETCH_ADDR", {(CMD_PREFETCH_CONFIG + 1) | stream, t->slots[0].iova & TLBI1_Address}},
      {"CMD_CFGI_STE", {CMD_CFGI_STE | stream, leaf}},
      {"CMD_CFGI_STE_RANGE", {CMD_CFGI_STE_RANGE | stream, number(t, CFGI1_Range) & 15}},
      {"CMD_CFGI_ALL", {CMD_CFGI_STE_RANGE, CFGI_RANGE_ALL}},
      {"CMD_CFGI_CD", {CMD_CFGI_CD | stream, leaf}},
      {"CMD_CFGI_CD_ALL", {CMD_CFGI_CD_ALL | stream, 0}},
      {"CMD_TLBI_NH_ALL", {CMD_TLBI_NH_ALL, 0}},
      {"CMD_TLBI_NH_ASID", {CMD_TLBI_NH_ASID | asid, 0}},
      {"CMD_TLBI_NH_VA", {CMD_TLBI_NH_VA | asid, page | leaf}},
      {"CMD_TLBI_NH_VAA", {CMD_TLBI_NH_VAA, page | leaf}},
      {"CMD_TLBI_NH_VA.range", {CMD_TLBI_NH_VA | asid | range, pages | leaf}},
      {"CMD_TLBI_NH_VAA.range", {CMD_TLBI_NH_VAA | range, pages | leaf}},
      {"CMD_TLBI_NSNH_ALL", {CMD_TLBI_NSNH_ALL, 0}},
      {"CMD_SYNC.CS=0", {CMD_SYNC, 0}},
      {"CMD_SYNC.CS=2", {CMD_SYNC | CS_SEV << 12, 0}},
  };
  struct translated_access access =
      translations_access(t, &t->slots[generator_below(&t->generator, TRANSLATIONS_SLOTS)]);
  issue(t, &legal[generator_below(&t->generator, COUNT(legal))]);
  translations_prepare(t, &access);
  translations_perform(t, &access);
  translations_finish(t, &access);
  translations_end_line(t);
}

/* More faults than the Event queue has places: it keeps the first ones, and says so. */
void translations_overflow(struct translations* t) {
  struct translated_access access = {translations_unmapped(t), 0, true, 4};
  translations_start_line(t, "EVENTQ.overflow");
  for (unsigned i = 0; i < BIT(t->smmu.events.log2_entries) + 2; i++)
    translations_perform(t, &access);
  print_key(t->uart, "flag", (mmio_read32(t->smmu.base + SMMU_EVENTQ_PROD) & EVENTQ_OVERFLOW) != 0);
  print_key(t->uart, "gerror",
            mmio_read32(t->smmu.base + SMMU_GERROR) ^ mmio_read32(t->smmu.base + SMMU_GERRORN));
  smmu_handle_global_errors(&t->smmu);
  translations_print_events(t);
  uint32_t producer = mmio_read32(t->smmu.base + SMMU_EVENTQ_PROD);
  print_key(t->uart, "acknowledged",
            ((producer ^ mmio_read32(t->smmu.base + SMMU_EVENTQ_CONS)) & EVENTQ_OVERFLOW) == 0);
  translations_end_line(t);
}
