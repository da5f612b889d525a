#include "sw/drivers/pcie/msi_capability.h"

#include "sw/drivers/pcie/registers.h"

static uint32_t read(const struct msi_capability* msi, unsigned offset) {
  return pcie_config_read(msi->host, msi->requester_id, msi->capability + offset);
}

static void write(const struct msi_capability* msi, unsigned offset, uint32_t value) {
  pcie_config_write(msi->host, msi->requester_id, msi->capability + offset, value);
}

enum status msi_capability_open(struct msi_capability* msi, const struct pcie_host* host,
                                const struct pcie_function* function) {
  msi->host = host;
  msi->requester_id = function->requester_id;
  msi->capability = pcie_capability(host, function->requester_id, CAPABILITY_MSI);
  return msi->capability == 0 ? STATUS_NOT_FOUND : STATUS_OK;
}

enum status msi_capability_program(const struct msi_capability* msi, uint64_t address,
                                   uint16_t data) {
  bool is_64_bit = (read(msi, 0) & MSI_64_BIT) != 0;
  if (!is_64_bit && address >> 32 != 0) return STATUS_UNSUPPORTED;
  write(msi, 4, (uint32_t)address);
  if (is_64_bit) write(msi, 8, (uint32_t)(address >> 32));
  write(msi, is_64_bit ? 12 : 8, data);
  return STATUS_OK;
}

void msi_capability_enable(const struct msi_capability* msi) {
  pcie_command(msi->host, msi->requester_id, COMMAND_INTERRUPT_DISABLE, 0);
  write(msi, 0, (read(msi, 0) & ~(uint32_t)MSI_MULTIPLE_ENABLE) | (uint32_t)MSI_ENABLE);
}

void msi_capability_disable(const struct msi_capability* msi) {
  write(msi, 0, read(msi, 0) & ~(uint32_t)MSI_ENABLE);
}
