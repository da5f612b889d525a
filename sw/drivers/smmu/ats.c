#include "sw/drivers/smmu/ats.h"

#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/stream_table.h"
#include "sw/drivers/smmu/streams.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"

static enum status set_bits(const struct smmu* smmu, unsigned offset, unsigned acknowledge,
                            uint32_t bits) {
  uint32_t value = mmio_read32(smmu->base + offset) | bits;
  mmio_write32(smmu->base + offset, value);
  return poll32(smmu->base + acknowledge, UINT32_MAX, value);
}

enum status smmu_start_ats(struct smmu* smmu) {
  if (!(mmio_read32(smmu->base + SMMU_IDR0) & IDR0_ATS)) return STATUS_UNSUPPORTED;
  __atomic_store_n(&smmu->ats, true, __ATOMIC_RELAXED);
  return set_bits(smmu, SMMU_CR0, SMMU_CR0ACK, CR0_ATSCHK);
}

static enum status write_eats(struct smmu* smmu, uint32_t stream_id, uint64_t* words,
                              unsigned eats) {
  words[1] = (words[1] & ~STE1_EATS) | field_put(STE1_EATS, eats);
  return stream_entry_write(smmu, stream_id, words);
}

/* IHI 0070, section 3.9.2: the CMD_SYNC waits for what is Translated and under way, which the STE
 * would abort. A device that doesn't answer is forbidden all the same. The second invalidation is
 * more than 3.9.2 asks for: it is for an endpoint that fetched a translation in between, against
 * the rule that its ATS is off. */
static enum status forbid_ats(struct smmu* smmu, uint32_t stream_id, uint64_t* words) {
  enum status emptied = smmu_invalidate_device(smmu, stream_id, 0, UINT64_MAX);
  enum status status = write_eats(smmu, stream_id, words, EATS_NONE);
  if (status != STATUS_OK || emptied != STATUS_OK) return status != STATUS_OK ? status : emptied;
  return smmu_invalidate_device(smmu, stream_id, 0, UINT64_MAX);
}

enum status smmu_allow_ats(struct smmu* smmu, uint32_t stream_id, bool allowed) {
  uint64_t entry = stream_table_entry(smmu, stream_id);
  if (entry == 0) return STATUS_NO_MEMORY;
  uint64_t words[ENTRY_WORDS];
  for (unsigned i = 0; i < ENTRY_WORDS; i++)
    words[i] = mem_read64(entry + 8 * i);
  if ((field_get(STE0_Config, words[0]) & 3) == 0) return STATUS_BAD_ARGUMENT;
  return allowed ? write_eats(smmu, stream_id, words, EATS_FULL)
                 : forbid_ats(smmu, stream_id, words);
}

/* The smallest span of 2^n pages, aligned to itself, with all of the range: as Linux does. */
static unsigned span_of(uint64_t first, uint64_t last) {
  unsigned log2_pages = 0;
  while (log2_pages < ATC_SIZE_ALL && first >> log2_pages != last >> log2_pages)
    log2_pages++;
  return log2_pages;
}

enum status smmu_invalidate_device(struct smmu* smmu, uint32_t stream_id, uint64_t iova,
                                   uint64_t size) {
  if (size == 0) return STATUS_OK;
  uint64_t end = iova + (size - 1) < iova ? UINT64_MAX : iova + (size - 1);
  unsigned log2_pages = span_of(iova >> 12, end >> 12);
  uint64_t first = log2_pages == ATC_SIZE_ALL ? 0 : iova >> 12 >> log2_pages << log2_pages << 12;
  struct smmu_command command = {
      {field_put(CMD0_OPCODE, CMD_ATC_INV) | field_put(CMD0_StreamID, stream_id),
       first | field_put(ATC1_Size, log2_pages)}};
  return smmu_issue(smmu, command);
}

enum status smmu_start_page_requests(struct smmu* smmu, struct smmu_queue* queue,
                                     unsigned log2_requests) {
  if (!(mmio_read32(smmu->base + SMMU_IDR0) & IDR0_PRI)) return STATUS_UNSUPPORTED;
  unsigned most = (unsigned)field_get(IDR1_PRIQS, mmio_read32(smmu->base + SMMU_IDR1));
  queue->log2_entries = log2_requests < most ? log2_requests : most;
  queue->index = 0;
  uint64_t size = (uint64_t)PAGE_REQUEST_SIZE << queue->log2_entries;
  queue->base = region_allocate(smmu->memory, size, size < 0x1000 ? 0x1000 : size);
  if (queue->base == 0) return STATUS_NO_MEMORY;
  mmio_write64(
      smmu->base + SMMU_PRIQ_BASE,
      queue->base | QUEUE_BASE_ALLOCATE | field_put(QUEUE_BASE_LOG2SIZE, queue->log2_entries));
  mmio_write32(smmu->base + SMMU_PRIQ_PROD, 0);
  mmio_write32(smmu->base + SMMU_PRIQ_CONS, 0);
  mmio_write64(smmu->base + SMMU_PRIQ_IRQ_CFG0, 0);
  mmio_write32(smmu->base + SMMU_PRIQ_IRQ_CFG2, 0);
  enum status status = set_bits(smmu, SMMU_IRQ_CTRL, SMMU_IRQ_CTRLACK, IRQ_CTRL_PRIQ);
  if (status != STATUS_OK) return status;
  return set_bits(smmu, SMMU_CR0, SMMU_CR0ACK, CR0_PRIQEN);
}

static void decode(uint64_t entry, struct smmu_page_request* request) {
  uint64_t word0 = mem_read64(entry), word1 = mem_read64(entry + 8);
  request->stream_id = (uint32_t)field_get(PRI0_StreamID, word0);
  request->has_substream = (word0 & PRI0_SSV) != 0;
  request->substream = (uint32_t)field_get(PRI0_SubstreamID, word0);
  request->iova = word1 & PRI1_Address;
  request->reads = (word0 & PRI0_R) != 0;
  request->writes = (word0 & PRI0_W) != 0;
  request->executes = (word0 & PRI0_X) != 0;
  request->privileged = (word0 & PRI0_Priv) != 0;
  request->last = (word0 & PRI0_Last) != 0;
  request->group = (unsigned)field_get(PRI1_PRGIndex, word1);
}

/* IHI 0070, section 8.1.1: while an overflow is active nothing is added, so that what is taken
 * until it is acknowledged came before what was lost. */
bool smmu_next_page_request(struct smmu* smmu, struct smmu_queue* queue,
                            struct smmu_page_request* request, bool* overflowed) {
  uint32_t mask = (uint32_t)(BIT(queue->log2_entries + 1) - 1);
  uint32_t producer = mmio_read32(smmu->base + SMMU_PRIQ_PROD);
  uint32_t acknowledged = queue->index & (uint32_t)PRIQ_OVERFLOW;
  bool empty = (producer & mask) == (queue->index & mask);
  *overflowed = empty && (producer & PRIQ_OVERFLOW) != acknowledged;
  if (empty && !*overflowed) return false;
  if (empty) {
    queue->index ^= (uint32_t)PRIQ_OVERFLOW;
  } else {
    decode(smmu_queue_entry(queue, queue->index, PAGE_REQUEST_SIZE), request);
    queue->index = ((queue->index + 1) & mask) | acknowledged;
  }
  data_synchronization_barrier(); /* the record has been read */
  mmio_write32(smmu->base + SMMU_PRIQ_CONS, queue->index);
  return !empty;
}

enum status smmu_answer_page_request(struct smmu* smmu, const struct smmu_page_request* request,
                                     unsigned response) {
  struct smmu_command command = {
      {field_put(CMD0_OPCODE, CMD_PRI_RESP) | field_put(CMD0_StreamID, request->stream_id),
       field_put(PRI_RESP1_PRGIndex, request->group) | field_put(PRI_RESP1_Resp, response)}};
  if (request->has_substream)
    command.words[0] |= CMD0_SSV | field_put(CMD0_SSID, request->substream);
  return smmu_post(smmu, command);
}
