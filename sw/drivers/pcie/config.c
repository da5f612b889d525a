#include "sw/drivers/pcie/pcie.h"
#include "sw/drivers/pcie/registers.h"
#include "sw/include/access.h"

/* ECAM, PCIe 6.0, section 7.2.2. */
static uint64_t config_address(const struct pcie_host* host, uint16_t requester_id,
                               unsigned offset) {
  return host->ecam + ((uint64_t)requester_id << 12) + offset;
}

uint32_t pcie_config_read(const struct pcie_host* host, uint16_t requester_id, unsigned offset) {
  return mmio_read32(config_address(host, requester_id, offset));
}

void pcie_config_write(const struct pcie_host* host, uint16_t requester_id, unsigned offset,
                       uint32_t value) {
  mmio_write32(config_address(host, requester_id, offset), value);
}

void pcie_command(const struct pcie_host* host, uint16_t requester_id, uint32_t set,
                  uint32_t clear) {
  uint32_t command = pcie_config_read(host, requester_id, PCIE_COMMAND_STATUS) & 0xffff;
  /* STATUS, the upper half, is cleared by ones: write zeros. */
  pcie_config_write(host, requester_id, PCIE_COMMAND_STATUS, (command | set) & ~clear);
}

unsigned pcie_capability(const struct pcie_host* host, uint16_t requester_id, uint8_t id) {
  if (!(pcie_config_read(host, requester_id, PCIE_COMMAND_STATUS) & STATUS_CAPABILITIES_LIST))
    return 0;
  unsigned offset = pcie_config_read(host, requester_id, PCIE_CAPABILITIES_POINTER) & 0xfc;
  /* 48 capabilities fill the space: a longer list is a loop. */
  for (int i = 0; i < 48 && offset >= 0x40; i++) {
    uint32_t header = pcie_config_read(host, requester_id, offset);
    if ((header & 0xff) == id) return offset;
    offset = header >> 8 & 0xfc;
  }
  return 0;
}
