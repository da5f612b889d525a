#include "sw/drivers/smmu/streams.h"

#include "sw/drivers/smmu/entry_update.h"
#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/stream_table.h"
#include "sw/drivers/smmu/structures.h"

static void used_of_stream(const uint64_t* words, uint64_t* used) {
  for (unsigned i = 0; i < ENTRY_WORDS; i++)
    used[i] = 0;
  used[0] = STE0_V;
  if (!(words[0] & STE0_V)) return;
  used[0] |= STE0_Config;
  uint64_t config = field_get(STE0_Config, words[0]);
  if (config < STE_CONFIG_BYPASS) return;
  if (config != STE_CONFIG_STAGE_1) used[1] |= STE1_SHCFG; /* a CD says it there */
  if (config & 1) {                                        /* stage 1 */
    used[0] |= STE0_S1Fmt | STE0_S1ContextPtr | STE0_S1CDMax;
    used[1] |= STE1_S1DSS | STE1_S1CIR | STE1_S1COR | STE1_S1CSH | STE1_S1STALLD | STE1_STRW;
    used[2] |= STE2_S2VMID; /* it tags what stage 1 alone makes, too: 3.17 */
  }
  if (config & 3) used[1] |= STE1_EATS;
  if (config & 2) { /* stage 2 */
    used[2] = UINT64_MAX;
    used[3] = UINT64_MAX;
  }
}

struct announcement {
  struct smmu* smmu;
  uint32_t stream_id;
};

static enum status announce(void* context) {
  const struct announcement* change = context;
  return smmu_invalidate_stream(change->smmu, change->stream_id, true);
}

enum status stream_entry_write(struct smmu* smmu, uint32_t stream_id, const uint64_t* words) {
  if ((uint64_t)stream_id >> smmu->stream_id_bits != 0) return STATUS_BAD_ARGUMENT;
  struct announcement change = {smmu, stream_id};
  const struct entry entry = {stream_table_entry(smmu, stream_id), used_of_stream, announce,
                              &change};
  if (entry.address == 0) return STATUS_NO_MEMORY;
  enum status status = entry_update(&entry, words);
  if (status != STATUS_OK || field_get(STE0_Config, words[0]) <= STE_CONFIG_BYPASS) return status;
  struct smmu_command prefetch = {
      {field_put(CMD0_OPCODE, CMD_PREFETCH_CONFIG) | field_put(CMD0_StreamID, stream_id), 0}};
  return smmu_post(smmu, prefetch);
}

uint64_t granule_encoding(unsigned granule) {
  if (granule == GRANULE_64K) return 1;
  return granule == GRANULE_16K ? 2 : 0;
}

bool faults_stall(const struct smmu* smmu, const struct smmu_domain* domain) {
  return smmu->stalls && (domain->stalls || !smmu->stalls_by_choice);
}

void stream_entry_of_contexts(const struct smmu* smmu, uint64_t contexts, bool stalls,
                              uint64_t* words) {
  for (unsigned i = 2; i < ENTRY_WORDS; i++)
    words[i] = 0;
  words[0] = STE0_V | field_put(STE0_Config, STE_CONFIG_STAGE_1) | (contexts & STE0_S1ContextPtr);
  words[1] = field_put(STE1_S1DSS, S1DSS_SUBSTREAM_0) | field_put(STE1_S1CIR, CACHE_WRITE_BACK) |
             field_put(STE1_S1COR, CACHE_WRITE_BACK) | field_put(STE1_S1CSH, SHAREABILITY_INNER) |
             (smmu->stalls_by_choice && !stalls ? STE1_S1STALLD : 0);
}

enum status smmu_bypass(struct smmu* smmu, uint32_t stream_id) {
  const uint64_t words[ENTRY_WORDS] = {STE0_V | field_put(STE0_Config, STE_CONFIG_BYPASS),
                                       field_put(STE1_SHCFG, SHCFG_INCOMING)};
  return stream_entry_write(smmu, stream_id, words);
}

enum status smmu_abort(struct smmu* smmu, uint32_t stream_id) {
  const uint64_t words[ENTRY_WORDS] = {STE0_V | field_put(STE0_Config, STE_CONFIG_ABORT)};
  return stream_entry_write(smmu, stream_id, words);
}
