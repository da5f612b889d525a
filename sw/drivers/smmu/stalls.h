/*
 * Transactions that the SMMU has stalled: each waits, with all that its device sends behind it,
 * until its fault is answered. IHI 0070, sections 3.12.2, 4.7.1 and 4.7.2.
 *
 * A stream's faults stall if its domain says so (smmu_domain.stalls) and the SMMU lets them, by
 * SMMU_IDR0.STALL_MODEL. Records of what may not stall after all look as if nothing stalled.
 */
#ifndef SW_DRIVERS_SMMU_STALLS_H
#define SW_DRIVERS_SMMU_STALLS_H

#include "sw/drivers/smmu/smmu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What becomes of a stalled transaction. */
enum smmu_answer {
  SMMU_RETRY,  /* as if it had just arrived: what was wrong has been mended */
  SMMU_ABORT,  /* its device sees an error */
  SMMU_IGNORE, /* reads give 0, writes do nothing; an abort where SMMU_IDR0.TERM_MODEL is 1 */
};

/* A transaction that waits for its answer, as its record tells of it. */
struct smmu_stall {
  uint32_t stream_id;
  uint16_t tag; /* STAG: with the stream, which it is */
  bool has_substream;
  uint32_t substream;
  uint64_t address; /* input address */
  bool write;
  bool stage_2; /* whose fault it is */
  uint64_t ipa; /* of stage 2: its page */
};

struct smmu_event_handler {
  enum smmu_answer (*stalled)(void* context, const struct smmu_stall* stall);
  void (*other)(void* context, const struct smmu_event* event); /* may be null */
  void* context;
};

/* False for a record of anything but a stalled transaction: nobody waits for an answer to it. */
bool smmu_stall_of(const struct smmu_event* event, struct smmu_stall* stall);

/* CMD_RESUME. Once for each record: a second answer is nobody's. No CMD_SYNC follows, as it
 * would wait for nothing of it. */
enum status smmu_resume(struct smmu* smmu, const struct smmu_stall* stall, enum smmu_answer answer);
/* CMD_STALL_TERM: aborts all that is stalled of a stream, which must be aborted (smmu_abort) so
 * that nothing more stalls. STATUS_UNSUPPORTED without stalls. */
enum status smmu_terminate_stalls(struct smmu* smmu, uint32_t stream_id);

/* Takes all records that there are out of the event queue and answers those of stalled
 * transactions as the handler says. From threads, as all that issues commands. */
enum status smmu_handle_events(struct smmu* smmu, const struct smmu_event_handler* handler);

#ifdef __cplusplus
}
#endif

#endif
