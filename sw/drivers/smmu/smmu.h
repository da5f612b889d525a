/*
 * SMMUv3: stream tables of one level or two, translation by either stage or both with any granule
 * (stage2.h), substreams (contexts.h). IHI 0070. What the identification registers offer beyond
 * that is left alone.
 */
#ifndef SW_DRIVERS_SMMU_SMMU_H
#define SW_DRIVERS_SMMU_SMMU_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/drivers/smmu/page_table.h"
#include "sw/include/lock.h"
#include "sw/include/region.h"
#include "sw/include/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct smmu_queue {
  uint64_t base;
  unsigned log2_entries;
  uint32_t index; /* CONS of the event queue, with the wrap bit */
};

struct smmu {
  /* Filled in by the caller. */
  uint64_t base;
  struct region* memory;
  unsigned stream_id_bits; /* wanted; lowered to SMMU_IDR1.SIDSIZE */
  unsigned log2_commands;  /* wanted sizes of the queues; lowered to what SMMU_IDR1 allows */
  unsigned log2_events;
  bool two_level_streams;     /* wanted; only where SMMU_IDR0.ST_LEVEL has them */
  unsigned substream_id_bits; /* wanted; lowered to SMMU_IDR1.SSIDSIZE */
  /* Filled in by smmu_initialise(). */
  bool sync_by_message;         /* SMMU_IDR0.MSI and COHACC: CMD_SYNC overwrites its own place */
  bool sends_events;            /* SMMU_IDR0.SEV: WFE ends when a CMD_SYNC has completed */
  bool range_invalidation;      /* SMMU_IDR3.RIL */
  bool stalls;                  /* SMMU_IDR0.STALL_MODEL: faults may stall (stalls.h), */
  bool stalls_by_choice;        /* and STEs and CDs say whether theirs do */
  bool two_level_contexts;      /* SMMU_IDR0.CD2L */
  bool stage_1;                 /* SMMU_IDR0.S1P */
  bool stage_2;                 /* SMMU_IDR0.S2P */
  bool wide_vmids;              /* SMMU_IDR0.VMID16 */
  unsigned output_address_size; /* SMMU_IDR5.OAS, encoded */
  unsigned granules;            /* BIT(GRANULE_*) of those in SMMU_IDR5 */
  uint64_t stream_table;        /* of two levels: the first */
  struct smmu_queue commands;
  struct smmu_queue events;
  /* Positions in the command queue: commands since the start; an index is their low bits. */
  uint64_t published; /* SMMU_CMDQ_PROD */
  uint64_t consumed;  /* SMMU_CMDQ_CONS as far as it is known: places before it are free */
  uint64_t completed; /* the last CMD_SYNC that is known to have overwritten itself */
  uint32_t waiting;   /* for CMD_SYNCs that overwrite themselves */
  struct lock lock;   /* of the command queue */
  struct lock event_lock;
  struct lock stream_lock; /* of the stream table's first level */
  struct lock error_lock;
  bool ats;                 /* devices may have caches: commands wait for their answers, too */
  unsigned command_errors;  /* commands that the SMMU refused */
  unsigned device_timeouts; /* CMD_SYNCs that failed, as a device left a CMD_ATC_INV unanswered */
  bool service_failure;     /* GERROR.SFM was seen */
};

/* An address space: of stage 1, what one context descriptor and its tables describe; or of stage 2,
 * intermediate physical addresses (stage2.h). */
struct smmu_domain {
  uint16_t asid; /* of stage 1 */
  uint16_t vmid; /* of stage 2, or of the one below; 0 where there is none */
  bool shared;   /* set by the caller: a process's, whose ASID the processors use as well */
  bool stalls;   /* set by the caller: faults wait for their answers (stalls.h), where they may */
  bool is_below; /* of stage 2: domains of stage 1 stand on it */
  uint64_t context_descriptor;
  struct page_table table;
};

/* Addresses whose translations an invalidation removes; partly covered pages count. */
struct smmu_range {
  uint16_t asid;
  uint64_t iova;
  uint64_t size;
  bool leaf;      /* tables on the way stay as they are */
  unsigned level; /* of all leaves that were unmapped in it: a hint, which must be true; 0: unknown,
                     or several */
  unsigned granule; /* GRANULE_*, of the tables; 0: 4 KiB */
  uint16_t vmid;
  bool stage_2; /* `iova` is an intermediate physical address; what both stages have made stays */
};

struct smmu_command {
  uint64_t words[2];
};

struct smmu_event {
  uint64_t words[4];
};

/* Resets and enables the SMMU. Every stream is aborted until it is attached. */
enum status smmu_initialise(struct smmu* smmu);
/* SMMUEN and the queues off; traffic then follows SMMU_GBPA. */
enum status smmu_disable(struct smmu* smmu);

/* An empty address space of `address_bits` (32 to 48), of pages of 4 KiB or of another granule. */
enum status smmu_domain_initialise(struct smmu* smmu, struct smmu_domain* domain, uint16_t asid,
                                   unsigned address_bits);
enum status smmu_domain_initialise_granule(struct smmu* smmu, struct smmu_domain* domain,
                                           uint16_t asid, unsigned address_bits, unsigned granule);
/* Stream table entries. A domain of stage 2 is attached without a stage 1. What changes one word of
 * a live one loses no transaction; otherwise those that come in between are aborted and recorded.
 */
enum status smmu_attach(struct smmu* smmu, uint32_t stream_id, const struct smmu_domain* domain);
enum status smmu_bypass(struct smmu* smmu, uint32_t stream_id);
enum status smmu_abort(struct smmu* smmu, uint32_t stream_id);

/* Maps; nothing needs invalidating, as what was not mapped is never cached. */
enum status smmu_map(struct smmu_domain* domain, uint64_t iova, uint64_t address, uint64_t size,
                     unsigned permissions);
/* Unmaps and invalidates: after it, no transaction uses the old translation. */
enum status smmu_unmap(struct smmu* smmu, struct smmu_domain* domain, uint64_t iova, uint64_t size);
/* What an invalidation of these addresses of a domain has to say; without a level hint. */
struct smmu_range smmu_domain_range(const struct smmu_domain* domain, uint64_t iova, uint64_t size);

/* Commands closed by one CMD_SYNC, which has completed on return. */
enum status smmu_invalidate_range(struct smmu* smmu, const struct smmu_range* range);
enum status smmu_invalidate_asid(struct smmu* smmu, uint16_t asid);
/* All that is cached of a domain: by its ASID, and of stage 2 by its VMID. */
enum status smmu_invalidate_domain(struct smmu* smmu, const struct smmu_domain* domain);
/* What stage 1 has made for a VMID, with and without stage 2: CMD_TLBI_NH_ALL. */
enum status smmu_invalidate_stage_1(struct smmu* smmu, uint16_t vmid);
/* What either stage has made for a VMID: CMD_TLBI_S12_VMALL. */
enum status smmu_invalidate_vmid(struct smmu* smmu, uint16_t vmid);
enum status smmu_invalidate_all(struct smmu* smmu);
enum status smmu_invalidate_stream(struct smmu* smmu, uint32_t stream_id, bool leaf);
enum status smmu_invalidate_all_streams(struct smmu* smmu);
enum status smmu_invalidate_context(struct smmu* smmu, uint32_t stream_id, bool leaf);
enum status smmu_invalidate_substream(struct smmu* smmu, uint32_t stream_id, uint32_t substream,
                                      bool leaf);
enum status smmu_sync(struct smmu* smmu);
/* The next record of the event queue, taken out of it; false when there is none. */
bool smmu_next_event(struct smmu* smmu, struct smmu_event* event);
/* Acknowledges global errors. A command that was refused is replaced by a CMD_SYNC, as Linux does.
 */
void smmu_handle_global_errors(struct smmu* smmu);

#ifdef __cplusplus
}
#endif

#endif
