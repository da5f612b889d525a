/*
 * Devices that cache translations and ask for pages: ATS and PRI. IHI 0070, sections 3.9, 4.5
 * and 8. After smmu_initialise(), where the SMMU offers them; it leaves both off.
 */
#ifndef SW_DRIVERS_SMMU_ATS_H
#define SW_DRIVERS_SMMU_ATS_H

#include "sw/drivers/smmu/smmu.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PAGE_RESPONSE_FAILURE 0u /* for good */
#define PAGE_RESPONSE_INVALID 1u /* there is no such page */
#define PAGE_RESPONSE_SUCCESS 2u

struct smmu_page_request {
  uint32_t stream_id;
  bool has_substream;
  uint32_t substream;
  uint64_t iova;
  bool reads, writes, executes, privileged;
  bool last; /* of its group: to be answered */
  unsigned group;
};

/* What a device translated is checked from now on (CR0.ATSCHK). Devices have up to a minute and a
 * half to answer an invalidation, so commands are waited for longer than that from now on. */
enum status smmu_start_ats(struct smmu* smmu);
/* Lets the function of a translating stream use ATS, or no longer: then its cache is emptied. The
 * caller enables ATS in the endpoint after the one, and disables it before the other (3.9.2).
 * STATUS_TIMEOUT: the device didn't answer, and may use ATS no longer. */
enum status smmu_allow_ats(struct smmu* smmu, uint32_t stream_id, bool allowed);
/* Drops what the device has cached of a range, of a stream without substreams; after the SMMU's own
 * invalidation. On STATUS_OK nothing uses it. STATUS_TIMEOUT: a device didn't answer, and may
 * still use it: the memory must not be used for something else (3.9.1.4). */
enum status smmu_invalidate_device(struct smmu* smmu, uint32_t stream_id, uint64_t iova,
                                   uint64_t size);

/* A queue of 2^log2_requests page requests, lowered to what SMMU_IDR1 allows, on a wired
 * interrupt. */
enum status smmu_start_page_requests(struct smmu* smmu, struct smmu_queue* queue,
                                     unsigned log2_requests);
/* The next request, taken out of the queue; false when there is none. With false, `overflowed` says
 * whether requests had been lost, until this call acknowledged it: of groups whose last request
 * hasn't been seen by now it has been answered, and they are to be dropped (8.1.1). */
bool smmu_next_page_request(struct smmu* smmu, struct smmu_queue* queue,
                            struct smmu_page_request* request, bool* overflowed);
/* Answers the group of a request. */
enum status smmu_answer_page_request(struct smmu* smmu, const struct smmu_page_request* request,
                                     unsigned response);

#ifdef __cplusplus
}
#endif

#endif
