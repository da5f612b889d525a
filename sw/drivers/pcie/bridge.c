#include "sw/drivers/pcie/pcie.h"
#include "sw/drivers/pcie/registers.h"

#define WINDOW_GRANULE UINT64_C(0x100000)

static uint32_t window_register(uint64_t base, uint64_t end) {
  if (base == end) return 0x0000fff0; /* base above limit: closed */
  return (uint32_t)(field_put(WINDOW_BASE, base >> 20) | field_put(WINDOW_LIMIT, (end - 1) >> 20));
}

static void set_bus_numbers(const struct pcie_host* host, const struct pcie_function* bridge,
                            unsigned secondary, unsigned subordinate) {
  pcie_config_write(
      host, bridge->requester_id, PCIE_BUS_NUMBERS,
      (uint32_t)(field_put(BUS_PRIMARY, bridge->requester_id >> 8) |
                 field_put(BUS_SECONDARY, secondary) | field_put(BUS_SUBORDINATE, subordinate)));
}

static void open_windows(struct pcie_host* host, const struct pcie_function* bridge,
                         uint64_t memory_base, uint64_t prefetchable_base) {
  uint16_t id = bridge->requester_id;
  host->memory.next = align_up(host->memory.next, WINDOW_GRANULE);
  pcie_config_write(host, id, PCIE_MEMORY_WINDOW, window_register(memory_base, host->memory.next));
  struct pcie_window* high = &host->prefetchable_memory;
  high->next = align_up(high->next, WINDOW_GRANULE);
  pcie_config_write(host, id, PCIE_PREFETCHABLE_WINDOW,
                    window_register(prefetchable_base, high->next));
  /* Of a closed window the upper halves are equal: the lower ones decide. */
  uint64_t last = prefetchable_base == high->next ? prefetchable_base : high->next - 1;
  pcie_config_write(host, id, PCIE_PREFETCHABLE_BASE_UPPER, (uint32_t)(prefetchable_base >> 32));
  pcie_config_write(host, id, PCIE_PREFETCHABLE_LIMIT_UPPER, (uint32_t)(last >> 32));
  pcie_command(host, id, COMMAND_MEMORY_SPACE | COMMAND_BUS_MASTER, 0);
}

/* Below a root or downstream port there is a link, with one device at its end. PCIe 6.0,
 * section 7.3.1. */
static unsigned devices_below(const struct pcie_host* host, const struct pcie_function* bridge) {
  unsigned capability = pcie_capability(host, bridge->requester_id, CAPABILITY_EXPRESS);
  if (capability == 0) return 32;
  uint64_t type =
      field_get(EXPRESS_PORT_TYPE, pcie_config_read(host, bridge->requester_id, capability));
  return type == PORT_TYPE_ROOT || type == PORT_TYPE_DOWNSTREAM ? 1 : 32;
}

enum status pcie_enumerate_bridge(struct pcie_host* host, const struct pcie_function* bridge) {
  if (host->highest_bus == host->last_bus) return STATUS_NO_SPACE;
  unsigned secondary = ++host->highest_bus;
  host->memory.next = align_up(host->memory.next, WINDOW_GRANULE);
  host->prefetchable_memory.next = align_up(host->prefetchable_memory.next, WINDOW_GRANULE);
  uint64_t memory_base = host->memory.next;
  uint64_t prefetchable_base = host->prefetchable_memory.next;
  set_bus_numbers(host, bridge, secondary, host->last_bus);
  enum status status = pcie_enumerate_bus(host, secondary, devices_below(host, bridge));
  set_bus_numbers(host, bridge, secondary, host->highest_bus);
  open_windows(host, bridge, memory_base, prefetchable_base);
  return status;
}
