#include "sw/drivers/smmu/contexts.h"

#include "sw/drivers/smmu/entry_update.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/streams.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"

/* What EPD0 leaves unused. */
#define CD0_TABLE_0 (CD0_T0SZ | CD0_TG0 | CD0_IR0 | CD0_OR0 | CD0_SH0)

void context_words(const struct smmu* smmu, const struct smmu_domain* domain, uint64_t* words) {
  for (unsigned i = 0; i < ENTRY_WORDS; i++)
    words[i] = 0;
  words[0] = field_put(CD0_T0SZ, 64 - domain->table.address_bits) |
             field_put(CD0_TG0, granule_encoding(domain->table.granule)) |
             field_put(CD0_IR0, CACHE_WRITE_BACK) | field_put(CD0_OR0, CACHE_WRITE_BACK) |
             field_put(CD0_SH0, SHAREABILITY_INNER) | CD0_EPD1 | CD0_V |
             field_put(CD0_IPS, smmu->output_address_size) | CD0_AA64 | CD0_R | CD0_A |
             (faults_stall(smmu, domain) ? CD0_S : 0) | (domain->shared ? 0 : CD0_ASET) |
             field_put(CD0_ASID, domain->asid);
  words[1] = domain->table.root & CD1_TTB0;
  words[3] = PAGE_TABLE_MAIR;
}

static void used_of_context(const uint64_t* words, uint64_t* used) {
  bool valid = (words[0] & CD0_V) != 0;
  bool disabled = (words[0] & CD0_EPD0) != 0;
  for (unsigned i = 0; i < ENTRY_WORDS; i++)
    used[i] = 0;
  used[0] = CD0_V;
  if (!valid) return;
  used[0] = disabled ? ~CD0_TABLE_0 : UINT64_MAX;
  used[1] = disabled ? 0 : CD1_TTB0;
  used[3] = UINT64_MAX;
}

enum status smmu_contexts_initialise(struct smmu* smmu, struct smmu_contexts* contexts,
                                     unsigned bits) {
  if (bits == 0 || bits > smmu->substream_id_bits) return STATUS_BAD_ARGUMENT;
  contexts->bits = bits;
  contexts->attached = false;
  contexts->two_level = bits > CONTEXT_TABLE_SPLIT && smmu->two_level_contexts;
  uint64_t size = contexts->two_level ? (uint64_t)L1CD_SIZE << (bits - CONTEXT_TABLE_SPLIT)
                                      : (uint64_t)CD_SIZE << bits;
  contexts->table = region_allocate(smmu->memory, size, size < 64 ? 64 : size);
  return contexts->table == 0 ? STATUS_NO_MEMORY : STATUS_OK;
}

/* CFGI_CD of one substream of a stream, and a CMD_SYNC. */
struct announcement {
  struct smmu* smmu;
  uint32_t stream_id;
  uint32_t substream;
  bool attached; /* else nobody can have read it */
};

static enum status announce(void* context) {
  const struct announcement* change = context;
  if (!change->attached) return STATUS_OK;
  return smmu_invalidate_substream(change->smmu, change->stream_id, change->substream, true);
}

/* A leaf is made when its first CD is, and announced: CFGI_CD that isn't for leaves alone. */
static enum status find_leaf(struct smmu* smmu, struct smmu_contexts* contexts, uint32_t substream,
                             uint64_t* leaf) {
  uint64_t descriptor = contexts->table + (uint64_t)(substream >> CONTEXT_TABLE_SPLIT) * L1CD_SIZE;
  uint64_t word = mem_read64(descriptor);
  *leaf = word & L1CD_L2Ptr;
  if (word & L1CD_V) return STATUS_OK;
  uint64_t size = (uint64_t)CD_SIZE << CONTEXT_TABLE_SPLIT;
  *leaf = region_allocate(smmu->memory, size, size);
  if (*leaf == 0) return STATUS_NO_MEMORY;
  data_synchronization_barrier(); /* the empty leaf before the way to it */
  mem_write64(descriptor, *leaf | L1CD_V);
  if (!contexts->attached) return STATUS_OK;
  return smmu_invalidate_substream(smmu, contexts->stream_id, substream, false);
}

static enum status find_context(struct smmu* smmu, struct smmu_contexts* contexts,
                                uint32_t substream, uint64_t* address) {
  if (substream >> contexts->bits != 0) return STATUS_BAD_ARGUMENT;
  uint64_t base = contexts->table;
  uint32_t index = substream;
  if (contexts->two_level) {
    enum status status = find_leaf(smmu, contexts, substream, &base);
    if (status != STATUS_OK) return status;
    index &= (uint32_t)(BIT(CONTEXT_TABLE_SPLIT) - 1);
  }
  *address = base + (uint64_t)index * CD_SIZE;
  return STATUS_OK;
}

static enum status write_context(struct smmu* smmu, struct smmu_contexts* contexts,
                                 uint32_t substream, const uint64_t* words) {
  struct announcement change = {smmu, contexts->stream_id, substream, contexts->attached};
  struct entry entry = {0, used_of_context, announce, &change};
  enum status status = find_context(smmu, contexts, substream, &entry.address);
  return status == STATUS_OK ? entry_update(&entry, words) : status;
}

enum status smmu_set_context(struct smmu* smmu, struct smmu_contexts* contexts, uint32_t substream,
                             const struct smmu_domain* domain) {
  if (domain->stalls && !contexts->stalls) return STATUS_BAD_ARGUMENT; /* C_BAD_CD: 5.5 */
  uint64_t words[ENTRY_WORDS];
  context_words(smmu, domain, words);
  return write_context(smmu, contexts, substream, words);
}

enum status smmu_quiet_context(struct smmu* smmu, struct smmu_contexts* contexts,
                               uint32_t substream, const struct smmu_domain* domain) {
  uint64_t words[ENTRY_WORDS];
  context_words(smmu, domain, words);
  uint64_t silent = CD0_TABLE_0 | CD0_R | (smmu->stalls_by_choice ? CD0_S : 0);
  words[0] = (words[0] & ~silent) | CD0_EPD0;
  words[1] = 0;
  enum status status = write_context(smmu, contexts, substream, words);
  return status == STATUS_OK ? smmu_invalidate_domain(smmu, domain) : status;
}

enum status smmu_clear_context(struct smmu* smmu, struct smmu_contexts* contexts,
                               uint32_t substream) {
  const uint64_t words[ENTRY_WORDS] = {0};
  return write_context(smmu, contexts, substream, words);
}

enum status smmu_attach_contexts(struct smmu* smmu, uint32_t stream_id,
                                 struct smmu_contexts* contexts) {
  contexts->stream_id = stream_id;
  contexts->attached = true;
  uint64_t words[ENTRY_WORDS];
  stream_entry_of_contexts(smmu, contexts->table, contexts->stalls, words);
  words[0] |= field_put(STE0_S1CDMax, contexts->bits) |
              field_put(STE0_S1Fmt, contexts->two_level ? S1FMT_64K : S1FMT_LINEAR);
  return stream_entry_write(smmu, stream_id, words);
}
