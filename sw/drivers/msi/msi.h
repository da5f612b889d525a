/*
 * Message-signalled interrupts of PCIe functions and of platform devices: vectors, the doorbell
 * page behind the SMMU, affinity, handlers. What Linux spreads over its MSI core, dma-iommu and the
 * ITS driver.
 */
#ifndef SW_DRIVERS_MSI_MSI_H
#define SW_DRIVERS_MSI_MSI_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/drivers/gic/gic.h"
#include "sw/drivers/its/its.h"
#include "sw/drivers/its/lpi.h"
#include "sw/drivers/pcie/msi_capability.h"
#include "sw/drivers/pcie/msix.h"
#include "sw/drivers/smmu/smmu.h"

#ifdef __cplusplus
extern "C" {
#endif

struct msi_doorbells; /* sw/drivers/msi/doorbells.h */
struct msi_vector;
/* Called with interrupts masked on the processor that took the interrupt. */
typedef void msi_handler(struct msi_vector* vector, void* argument);

struct msi_vector {
  uint32_t device_id;
  uint32_t event_id;
  uint32_t intid;
  unsigned processor; /* with an ITS also its collection */
  msi_handler* handler;
  void* argument;
  uint64_t taken; /* interrupts so far */
  bool is_free;   /* was a device's, and is nobody's */
};

struct msi_controller {
  /* Filled in by the caller. */
  const struct msi_doorbells* doorbells; /* what functions write to; null: the ITS */
  struct its* its;
  struct lpi_tables* lpis;
  struct gic* gic;                            /* not for the ITS */
  const struct redistributor* redistributors; /* by processor; not for the ITS */
  uint64_t frame;                             /* that devices write SPIs into */
  uint32_t first_intid;                       /* of these SPIs; 0: LPIs */
  unsigned intids;                            /* how many SPIs there are */
  struct msi_vector* vectors;                 /* the n-th has the n-th INTID */
  unsigned capacity;
  /* All 0 at first. */
  unsigned count; /* vectors that have been given out at some time */
  unsigned free;  /* of these, nobody's now */
  struct lock lock;
};

#define MSI_PROCESSORS 256

struct msi_device {
  struct msi_controller* controller;
  struct its*
      its; /* whose doorbell it writes to, filled in by the caller; null: the controller's */
  uint32_t device_id;
  struct msi_vector* vectors; /* the n-th has EventID n */
  unsigned count;
  uint64_t doorbell; /* as the function sees it: an IOVA behind an SMMU */
  /* Where each processor has a doorbell page, below the one before: who maps them, filled in by the
   * caller; null where functions see physical addresses. */
  struct smmu* smmu;
  struct smmu_domain* domain;
  uint16_t doorbell_users[MSI_PROCESSORS]; /* vectors that use each page */
  bool is_platform_device; /* no capability: its driver tells it what to write, vector n being n */
  bool uses_msix;
  struct msix msix;
  struct msi_capability msi;
};

/* The page of an ITS's GITS_TRANSLATER at an IOVA of a domain, writable. Once for each domain. */
enum status msi_map_doorbell(const struct its* its, struct smmu_domain* domain, uint64_t iova_page,
                             uint64_t* doorbell);
/* The same of a doorbell at a physical address. */
enum status msi_map_doorbell_at(uint64_t address, struct smmu_domain* domain, uint64_t iova_page,
                                uint64_t* doorbell);
/* Finds MSI-X or else MSI, takes `count` vectors, maps the device in the ITS (if that is what it
 * writes to) and enables the capability, masked. */
enum status msi_attach(struct msi_device* device, struct msi_controller* controller,
                       const struct pcie_host* host, const struct pcie_function* function,
                       uint32_t device_id, unsigned count, uint64_t doorbell);
/* The same for a device that isn't on PCI. */
enum status msi_attach_platform_device(struct msi_device* device, struct msi_controller* controller,
                                       uint32_t device_id, unsigned count, uint64_t doorbell);
/* Releases all vectors, disables the capability, unmaps the device in the ITS and gives the vectors
 * back. Linux's NVMe driver then attaches the device anew, with another number of vectors. */
enum status msi_detach(struct msi_device* device);
/* Maps, programs and unmasks one vector, for a processor. */
enum status msi_request(struct msi_device* device, unsigned index, unsigned processor,
                        msi_handler* handler, void* argument);
/* Masks the vector, discards its event and forgets the handler. */
enum status msi_release(struct msi_device* device, unsigned index);
/* The vector's next interrupts go to another processor: by MOVI or by its SPI's route, and then a
 * pending one, too, or by another doorbell page. None is lost. */
enum status msi_set_processor(struct msi_device* device, unsigned index, unsigned processor);
/* An LPI's property byte and INV or GICR_INVLPIR, or an SPI's enable bit. */
enum status msi_set_enabled(struct msi_device* device, unsigned index, bool enabled);
/* Whether an INTID is among those of the controller's vectors. */
bool msi_owns(const struct msi_controller* controller, uint32_t intid);
/* Calls the handler of a vector's interrupt; false when nobody has asked for it. */
bool msi_dispatch(struct msi_controller* controller, uint32_t intid);

#ifdef __cplusplus
}
#endif

#endif
