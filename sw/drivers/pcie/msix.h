/* The MSI-X capability of a function, its table and pending bits. PCIe 6.0, section 7.7.2. */
#ifndef SW_DRIVERS_PCIE_MSIX_H
#define SW_DRIVERS_PCIE_MSIX_H

#include "sw/drivers/pcie/pcie.h"

#ifdef __cplusplus
extern "C" {
#endif

struct msix {
  const struct pcie_host* host;
  uint16_t requester_id;
  unsigned capability;
  unsigned count; /* vectors in the table */
  uint64_t table; /* physical addresses in a BAR */
  uint64_t pending_bits;
};

/* STATUS_NOT_FOUND without the capability; the function's BARs have addresses. */
enum status msix_open(struct msix* msix, const struct pcie_host* host,
                      const struct pcie_function* function);
/* Switches from INTx to MSI-X with every vector masked. */
void msix_enable(struct msix* msix);
void msix_disable(struct msix* msix);
void msix_program(const struct msix* msix, unsigned vector, uint64_t address, uint32_t data);
void msix_mask(const struct msix* msix, unsigned vector);
void msix_unmask(const struct msix* msix, unsigned vector);
/* Function Mask: holds back all vectors, whatever their own mask bits say. */
void msix_mask_function(const struct msix* msix, bool masked);
bool msix_pending(const struct msix* msix, unsigned vector);

#ifdef __cplusplus
}
#endif

#endif
