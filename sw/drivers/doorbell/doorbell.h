/*
 * Doorbells of MSI controllers in the address spaces of devices: in each domain one mapping of a
 * doorbell's page, shared and counted by whoever needs it, at an IOVA that nothing else has, and
 * gone with its last user. As Linux's series for passing MSIs through on Arm had it
 * (dma-reserved-iommu, 2016).
 */
#ifndef SW_DRIVERS_DOORBELL_DOORBELL_H
#define SW_DRIVERS_DOORBELL_DOORBELL_H

#include <stdint.h>

#include "sw/drivers/smmu/smmu.h"
#include "sw/include/lock.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DOORBELL_PAGES 8u

struct doorbell_mapping {
  uint64_t page; /* physical address */
  uint64_t iova;
  unsigned references; /* 0: not mapped */
};

struct doorbell_domain {
  /* Filled in by the caller. */
  struct smmu* smmu;
  struct smmu_domain* domain;
  uint64_t window; /* IOVAs among which a hole is looked for, pages */
  uint64_t window_end;
  /* All 0 at first. */
  struct doorbell_mapping mappings[DOORBELL_PAGES];
  struct lock lock;
};

/* The IOVA of the doorbell at a physical address, mapped if nobody has asked for its page before.
 * STATUS_NO_SPACE when the window has no hole, or there are too many pages. */
enum status doorbell_get(struct doorbell_domain* doorbells, uint64_t address, uint64_t* iova);
/* Gives it back. With the last user the mapping goes, and its translations: on return no message
 * reaches the doorbell any more. STATUS_NOT_FOUND when nobody has it. */
enum status doorbell_put(struct doorbell_domain* doorbells, uint64_t address);

#ifdef __cplusplus
}
#endif

#endif
