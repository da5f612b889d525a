/* The MSI capability of a function, used with one message. PCIe 6.0, section 7.7.1. */
#ifndef SW_DRIVERS_PCIE_MSI_CAPABILITY_H
#define SW_DRIVERS_PCIE_MSI_CAPABILITY_H

#include "sw/drivers/pcie/pcie.h"

#ifdef __cplusplus
extern "C" {
#endif

struct msi_capability {
  const struct pcie_host* host;
  uint16_t requester_id;
  unsigned capability;
};

/* STATUS_NOT_FOUND without the capability. */
enum status msi_capability_open(struct msi_capability* msi, const struct pcie_host* host,
                                const struct pcie_function* function);
/* STATUS_UNSUPPORTED when the address needs 64 bits and the capability has 32. */
enum status msi_capability_program(const struct msi_capability* msi, uint64_t address,
                                   uint16_t data);
void msi_capability_enable(const struct msi_capability* msi);
void msi_capability_disable(const struct msi_capability* msi);

#ifdef __cplusplus
}
#endif

#endif
