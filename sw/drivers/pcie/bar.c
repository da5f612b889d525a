#include "sw/drivers/pcie/pcie.h"
#include "sw/drivers/pcie/registers.h"

static uint32_t probe(const struct pcie_host* host, uint16_t requester_id, unsigned offset) {
  uint32_t kept = pcie_config_read(host, requester_id, offset);
  pcie_config_write(host, requester_id, offset, UINT32_MAX);
  uint32_t size_mask = pcie_config_read(host, requester_id, offset);
  pcie_config_write(host, requester_id, offset, kept);
  return size_mask;
}

static uint64_t take(struct pcie_window* window, uint64_t size) {
  uint64_t start = align_up(window->next, size);
  if (start < window->next || start > window->end || window->end - start < size) return 0;
  window->next = start + size;
  return start;
}

static enum status assign(struct pcie_host* host, struct pcie_function* function, unsigned index,
                          bool is_64_bit) {
  struct pcie_bar* bar = &function->bars[index];
  unsigned offset = PCIE_BAR0 + 4 * index;
  if (bar->prefetchable && is_64_bit) bar->address = take(&host->prefetchable_memory, bar->size);
  if (bar->address == 0) bar->address = take(&host->memory, bar->size);
  if (bar->address == 0) return STATUS_NO_SPACE;
  pcie_config_write(host, function->requester_id, offset, (uint32_t)bar->address);
  if (is_64_bit) {
    pcie_config_write(host, function->requester_id, offset + 4, (uint32_t)(bar->address >> 32));
  }
  return STATUS_OK;
}

enum status pcie_assign_bars(struct pcie_host* host, struct pcie_function* function) {
  unsigned bars = function->bridge ? 2 : PCIE_BARS;
  for (unsigned i = 0; i < bars; i++) {
    unsigned offset = PCIE_BAR0 + 4 * i;
    uint32_t low = probe(host, function->requester_id, offset);
    if ((low & BAR_IO) || low == 0) continue;
    bool is_64_bit = (low & BAR_64_BIT) && i + 1 < bars;
    uint32_t high = is_64_bit ? probe(host, function->requester_id, offset + 4) : UINT32_MAX;
    uint64_t mask = (uint64_t)high << 32 | (low & BAR_MEMORY_ADDRESS);
    struct pcie_bar* bar = &function->bars[i];
    bar->size = ~mask + 1;
    bar->prefetchable = (low & BAR_PREFETCHABLE) != 0;
    enum status status = assign(host, function, i, is_64_bit);
    if (status != STATUS_OK) return status;
    if (is_64_bit) i++;
  }
  return STATUS_OK;
}
