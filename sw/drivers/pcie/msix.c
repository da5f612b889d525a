#include "sw/drivers/pcie/msix.h"

#include "sw/drivers/pcie/registers.h"
#include "sw/include/access.h"

enum status msix_open(struct msix* msix, const struct pcie_host* host,
                      const struct pcie_function* function) {
  msix->host = host;
  msix->requester_id = function->requester_id;
  msix->capability = pcie_capability(host, function->requester_id, CAPABILITY_MSIX);
  if (msix->capability == 0) return STATUS_NOT_FOUND;
  uint32_t control = pcie_config_read(host, msix->requester_id, msix->capability);
  uint32_t table = pcie_config_read(host, msix->requester_id, msix->capability + MSIX_TABLE);
  uint32_t pba = pcie_config_read(host, msix->requester_id, msix->capability + MSIX_PBA);
  if (field_get(MSIX_BIR, table) >= PCIE_BARS || field_get(MSIX_BIR, pba) >= PCIE_BARS) {
    return STATUS_UNSUPPORTED;
  }
  msix->count = (unsigned)field_get(MSIX_TABLE_SIZE, control) + 1;
  msix->table = function->bars[field_get(MSIX_BIR, table)].address + (table & MSIX_OFFSET);
  msix->pending_bits = function->bars[field_get(MSIX_BIR, pba)].address + (pba & MSIX_OFFSET);
  return STATUS_OK;
}

static void control(const struct msix* msix, uint32_t set, uint32_t clear) {
  uint32_t value = pcie_config_read(msix->host, msix->requester_id, msix->capability);
  pcie_config_write(msix->host, msix->requester_id, msix->capability, (value | set) & ~clear);
}

static uint64_t entry(const struct msix* msix, unsigned vector) {
  return msix->table + (uint64_t)vector * MSIX_ENTRY_SIZE;
}

void msix_enable(struct msix* msix) {
  control(msix, MSIX_ENABLE | MSIX_FUNCTION_MASK, 0);
  pcie_command(msix->host, msix->requester_id, COMMAND_INTERRUPT_DISABLE, 0);
  for (unsigned vector = 0; vector < msix->count; vector++)
    msix_mask(msix, vector);
  control(msix, 0, MSIX_FUNCTION_MASK);
}

void msix_disable(struct msix* msix) {
  control(msix, 0, MSIX_ENABLE);
}

void msix_program(const struct msix* msix, unsigned vector, uint64_t address, uint32_t data) {
  uint64_t at = entry(msix, vector);
  mmio_write32(at + MSIX_ENTRY_ADDRESS, (uint32_t)address);
  mmio_write32(at + MSIX_ENTRY_ADDRESS_UPPER, (uint32_t)(address >> 32));
  mmio_write32(at + MSIX_ENTRY_DATA, data);
  mmio_read32(at + MSIX_ENTRY_DATA); /* the writes have arrived */
}

void msix_mask(const struct msix* msix, unsigned vector) {
  uint64_t at = entry(msix, vector) + MSIX_ENTRY_VECTOR_CONTROL;
  mmio_write32(at, mmio_read32(at) | VECTOR_CONTROL_MASK);
  mmio_read32(at); /* no message leaves after this */
}

void msix_unmask(const struct msix* msix, unsigned vector) {
  uint64_t at = entry(msix, vector) + MSIX_ENTRY_VECTOR_CONTROL;
  mmio_write32(at, mmio_read32(at) & ~(uint32_t)VECTOR_CONTROL_MASK);
}

void msix_mask_function(const struct msix* msix, bool masked) {
  if (masked) {
    control(msix, MSIX_FUNCTION_MASK, 0);
  } else {
    control(msix, 0, MSIX_FUNCTION_MASK);
  }
}

bool msix_pending(const struct msix* msix, unsigned vector) {
  uint32_t word = mmio_read32(msix->pending_bits + vector / 32 * 4);
  return (word >> vector % 32 & 1) != 0;
}
