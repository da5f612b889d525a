/*
 * A whole system brought up by the drivers: what an operating system does between reset and its
 * first device driver, and then on behalf of device drivers.
 *
 * The first processor calls machine_initialise(), every processor machine_join(). After that any
 * processor may call the rest.
 */
#ifndef SW_SCENARIOS_MACHINE_H
#define SW_SCENARIOS_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/drivers/gic/gic.h"
#include "sw/drivers/its/its.h"
#include "sw/drivers/its/lpi.h"
#include "sw/drivers/msi/msi.h"
#include "sw/drivers/pcie/pcie.h"
#include "sw/drivers/smmu/smmu.h"
#include "sw/include/region.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MACHINE_PROCESSORS ITS_COLLECTIONS
#define MACHINE_ITSS 16

/* What functions write their MSIs to. */
enum machine_doorbell {
  MACHINE_DOORBELL_ITS, /* GITS_TRANSLATER */
  MACHINE_DOORBELL_V2M, /* a GICv2m frame */
  MACHINE_DOORBELL_SPI, /* the alias frame of GICD_SETSPI_NSR */
  MACHINE_DOORBELL_LPI  /* GICR_SETLPIR of each processor */
};

/* What stands between devices and memory: stage 1, an address space for each device; nothing, so
 * that devices use physical addresses; stage 2, as an address space for each device; both, where
 * each device's is one of a guest's intermediate addresses. */
enum machine_translation {
  MACHINE_STAGE_1,
  MACHINE_UNTRANSLATED,
  MACHINE_STAGE_2,
  MACHINE_NESTED,
};

/* Where the hardware is, and how large its tables shall be. */
struct machine_description {
  uint64_t distributor;
  uint64_t redistributors;
  uint64_t more_redistributors; /* another region; 0: none */
  unsigned processors; /* redistributors that there is room for, at most MACHINE_PROCESSORS */
  enum machine_doorbell doorbell;
  uint64_t v2m; /* frames of these doorbells */
  uint64_t message_alias;
  uint64_t its;
  unsigned further_itss; /* at most MACHINE_ITSS - 1, one after the other from: */
  uint64_t further_its;
  uint64_t its_stride;
  uint64_t smmu;
  uint32_t smmu_event_interrupt; /* INTIDs of edge-triggered SPIs; 0: not wired */
  uint32_t smmu_error_interrupt;
  uint64_t ecam;
  unsigned last_bus;
  unsigned root_buses; /* buses that no bridge leads to, from 0 on */
  struct pcie_window pcie_memory;
  struct pcie_window pcie_prefetchable_memory;
  uint64_t tables; /* RAM for all tables and queues */
  uint64_t tables_end;
  unsigned lpi_id_bits; /* INTIDs of LPIs end at 2^n - 1; Linux wants 16 */
  unsigned stream_id_bits;
  bool two_level_streams;     /* where the SMMU has such stream tables */
  unsigned substream_id_bits; /* at most; what the SMMU has of them */
  unsigned log2_commands;     /* SMMU queues */
  unsigned log2_events;
  unsigned address_bits;  /* of an IOVA */
  uint64_t doorbell_iova; /* the page where every device finds its doorbell; with one for each
                             processor, that of the first, and the next ones below */
  bool doorbell_window; /* devices write to the doorbell's own address, which the SMMU leaves alone
                         */
  enum machine_translation translation;
  uint64_t memory; /* RAM, of which the guest of MACHINE_NESTED has all, in whole blocks */
  uint64_t memory_end;
  uint64_t doorbell_ipa; /* the page where the guest finds the first ITS, then the others */
};

/* The `virt` machine of QEMU, with tables in [tables, tables_end) of its RAM. */
struct machine_description machine_virt(uint64_t tables, uint64_t tables_end);

struct machine;
typedef void machine_event_handler(struct machine* machine, const struct smmu_event* event);

struct machine {
  /* Filled in by the caller, before anything is called. */
  struct machine_description description;
  struct pcie_function* functions;
  unsigned function_capacity;
  struct msi_vector* vectors; /* for all devices together */
  unsigned vector_capacity;
  machine_event_handler* on_event; /* called for each SMMU event; may be null */

  struct region memory;
  struct gic gic;
  struct redistributor redistributors[MACHINE_PROCESSORS];
  struct lpi_tables lpis;
  struct its its; /* the first one */
  struct its further_its[MACHINE_ITSS - 1];
  struct smmu smmu;
  struct smmu_domain guest; /* of MACHINE_NESTED: below all others */
  struct pcie_host pcie;
  struct msi_controller msis;
  uint32_t stage;  /* enum machine_stage, of machine_initialise() */
  uint32_t joined; /* processors */
  uint32_t stopping;
  uint32_t woken[MACHINE_PROCESSORS];    /* SGIs 0 taken, by processor */
  uint64_t taken[MACHINE_PROCESSORS];    /* interrupts by processor */
  uint64_t spurious[MACHINE_PROCESSORS]; /* acknowledges that found none */
  uint64_t unclaimed;                    /* interrupts that no handler wanted */
  uint64_t events;                       /* SMMU events */
};

/* A PCIe function with an address space of its own. StreamID and DeviceID are its requester ID. Or
 * a platform device. */
struct machine_device {
  struct machine* machine;
  const struct pcie_function* function; /* null of a platform device */
  struct smmu_domain domain;
  struct msi_device msi;
};

enum machine_stage { MACHINE_OFF, MACHINE_READY, MACHINE_FAILED };

struct machine_range {
  uint64_t iova;
  uint64_t size;
};

/* ITS `number`, from 0 on. */
struct its* machine_its(struct machine* machine, unsigned number);
/* On the first processor: distributor, LPI and ITS tables, SMMU, and all of PCIe enumerated. */
enum status machine_initialise(struct machine* machine);
/* On each processor: its redistributor, LPIs, collection and handler; interrupts are unmasked on
 * return. The others wait here for the first one's machine_initialise(). */
enum status machine_join(struct machine* machine);
/* Returns when `processors` have joined. */
enum status machine_wait_for(const struct machine* machine, unsigned processors);
/* Takes interrupts until machine_stop(). */
void machine_idle(struct machine* machine);
/* Ends machine_idle() on every processor, once it has taken its next interrupt; SGI 0 sees to that.
 */
void machine_stop(struct machine* machine);

/* Returns when every interrupt handler that ran on a processor at the call has ended. Not for a
 * handler. */
enum status machine_synchronise(struct machine* machine, unsigned processor);

/* The guest of MACHINE_NESTED; for machine_initialise(). */
enum status machine_make_guest(struct machine* machine);
/* Translates a stream as the description says, by an empty domain: of stage 1 with this ASID, of
 * stage 2 with the VMID above it, as 0 is none. */
enum status machine_attach(struct machine* machine, struct smmu_domain* domain, uint32_t stream_id,
                           uint16_t asid);
/* Where a device of this domain writes to the doorbell of an ITS: at `iova_page`, which is mapped
 * to it, or at its own address where that isn't translated. */
enum status machine_map_doorbell(struct machine* machine, struct smmu_domain* domain,
                                 const struct its* its, uint64_t iova_page, uint64_t* doorbell);

/* Gives a function an address space with the doorbell page in it, memory and bus mastering, and
 * `vectors` MSI-X vectors (or one MSI). */
enum status machine_add_device(struct machine* machine, struct machine_device* device,
                               const struct pcie_function* function, uint16_t asid,
                               unsigned vectors);
/* The same for a device that isn't on PCI, with `id` as StreamID and DeviceID. The doorbell that
 * its driver tells it, with vector numbers as data, is at `device->msi.doorbell`. */
enum status machine_add_platform_device(struct machine* machine, struct machine_device* device,
                                        uint32_t id, uint16_t asid, unsigned vectors);
/* Opens a vector for a processor. */
enum status machine_request(struct machine_device* device, unsigned vector, unsigned processor,
                            msi_handler* handler, void* argument);
enum status machine_release(struct machine_device* device, unsigned vector);
/* Affinity: MOVI. */
enum status machine_move(struct machine_device* device, unsigned vector, unsigned processor);

/* Where nothing is translated there is nothing to be mapped, unmapped or invalidated. */
enum status machine_map(struct machine_device* device, uint64_t iova, uint64_t address,
                        uint64_t size, bool writable);
/* Strict: all leaves are cleared, then invalidated, closed by one CMD_SYNC that has completed on
 * return. */
enum status machine_unmap(struct machine_device* device, const struct machine_range* ranges,
                          unsigned count);
/* Invalidations alone, closed by one CMD_SYNC. */
enum status machine_invalidate(struct machine_device* device, const struct machine_range* ranges,
                               unsigned count);

/* Registers of the function, in a BAR. */
uint32_t machine_read(const struct machine_device* device, unsigned bar, uint64_t offset);
void machine_write(const struct machine_device* device, unsigned bar, uint64_t offset,
                   uint32_t value);

#ifdef __cplusplus
}
#endif

#endif
