#include "sw/drivers/pcie/pcie.h"
#include "sw/drivers/pcie/registers.h"
#include "sw/include/poll.h"

/* The Vendor ID that is read while a function starts. PCIe 6.0, section 2.3.2. */
#define REQUEST_RETRY_STATUS 0x0001u

static uint32_t read_id(const struct pcie_host* host, uint16_t requester_id) {
  struct deadline deadline = deadline_start();
  uint32_t id = pcie_config_read(host, requester_id, PCIE_ID);
  while ((id & 0xffff) == REQUEST_RETRY_STATUS && !deadline_passed(&deadline)) {
    id = pcie_config_read(host, requester_id, PCIE_ID);
  }
  return id;
}

static bool present(uint32_t id) {
  if ((id & 0xffff) == REQUEST_RETRY_STATUS) return false; /* it never started */
  return id != 0 && id != UINT32_MAX && id != 0x0000ffff && id != 0xffff0000;
}

static enum status add_function(struct pcie_host* host, uint16_t requester_id, uint32_t id,
                                uint32_t header) {
  if (host->count == host->capacity) return STATUS_NO_SPACE;
  struct pcie_function* function = &host->functions[host->count++];
  function->requester_id = requester_id;
  function->vendor_id = (uint16_t)id;
  function->device_id = (uint16_t)(id >> 16);
  function->class_code =
      (uint32_t)field_get(CLASS_CODE, pcie_config_read(host, requester_id, PCIE_REVISION_CLASS));
  function->bridge = field_get(HEADER_TYPE_LAYOUT, header) == 1;
  for (unsigned i = 0; i < PCIE_BARS; i++) {
    function->bars[i].address = 0;
    function->bars[i].size = 0;
    function->bars[i].prefetchable = false;
  }
  pcie_command(host, requester_id, 0, COMMAND_MEMORY_SPACE | COMMAND_BUS_MASTER);
  enum status status = pcie_assign_bars(host, function);
  if (status != STATUS_OK || !function->bridge) return status;
  return pcie_enumerate_bridge(host, function);
}

static enum status enumerate_device(struct pcie_host* host, unsigned bus, unsigned device) {
  unsigned functions = 1;
  for (unsigned f = 0; f < functions; f++) {
    uint16_t requester_id = (uint16_t)(bus << 8 | device << 3 | f);
    uint32_t id = read_id(host, requester_id);
    if (!present(id)) continue;
    uint32_t header = pcie_config_read(host, requester_id, PCIE_HEADER);
    if (f == 0 && (header & HEADER_TYPE_MULTI_FUNCTION)) functions = 8;
    enum status status = add_function(host, requester_id, id, header);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

enum status pcie_enumerate_bus(struct pcie_host* host, unsigned bus, unsigned devices) {
  for (unsigned device = 0; device < devices; device++) {
    enum status status = enumerate_device(host, bus, device);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

enum status pcie_enumerate(struct pcie_host* host) {
  host->count = 0;
  host->highest_bus = host->root_buses > 0 ? host->root_buses - 1 : 0;
  unsigned last_root_bus = host->highest_bus;
  enum status status = STATUS_OK;
  for (unsigned bus = 0; bus <= last_root_bus && status == STATUS_OK; bus++) {
    status = pcie_enumerate_bus(host, bus, 32);
  }
  return status;
}

struct pcie_function* pcie_find(const struct pcie_host* host, uint16_t vendor_id,
                                uint16_t device_id) {
  for (unsigned i = 0; i < host->count; i++) {
    struct pcie_function* function = &host->functions[i];
    if (function->vendor_id == vendor_id && function->device_id == device_id) return function;
  }
  return 0;
}
