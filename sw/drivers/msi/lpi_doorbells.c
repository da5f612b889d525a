#include "sw/drivers/gic/direct_lpi.h"
#include "sw/drivers/msi/doorbells.h"

static const struct redistributor* redistributor(const struct msi_device* device,
                                                 unsigned processor) {
  return &device->controller->redistributors[processor];
}

/* Pages of IOVAs, one for each processor, below the one before. */
static uint64_t page(const struct msi_device* device, unsigned processor) {
  return device->doorbell - device->doorbell % PAGE_SIZE - (uint64_t)processor * PAGE_SIZE;
}

static uint64_t address(const struct msi_device* device, unsigned processor) {
  uint64_t physical = direct_lpi_doorbell(redistributor(device, processor));
  return device->domain != 0 ? page(device, processor) + physical % PAGE_SIZE : physical;
}

static uint32_t data(const struct msi_vector* vector) {
  return vector->intid;
}

static enum status nothing(struct msi_device* device) {
  (void)device;
  return STATUS_OK;
}

static enum status take_page(struct msi_device* device, unsigned processor) {
  if (processor >= MSI_PROCESSORS) return STATUS_BAD_ARGUMENT;
  if (device->domain != 0 && device->doorbell_users[processor] == 0) {
    uint64_t physical = direct_lpi_doorbell(redistributor(device, processor));
    enum status status =
        smmu_map(device->domain, page(device, processor), physical - physical % PAGE_SIZE,
                 PAGE_SIZE, MAP_WRITE | MAP_DEVICE);
    if (status != STATUS_OK) return status;
  }
  device->doorbell_users[processor]++;
  return STATUS_OK;
}

/* CMD_SYNC waits for messages that were translated by the page. */
static enum status give_page_back(struct msi_device* device, unsigned processor) {
  if (--device->doorbell_users[processor] != 0 || device->domain == 0) return STATUS_OK;
  return smmu_unmap(device->smmu, device->domain, page(device, processor), PAGE_SIZE);
}

static enum status open(struct msi_device* device, struct msi_vector* vector) {
  return take_page(device, vector->processor);
}

static enum status close(struct msi_device* device, struct msi_vector* vector) {
  enum status status = give_page_back(device, vector->processor);
  if (status != STATUS_OK) return status;
  return direct_lpi_clear(redistributor(device, vector->processor), vector->intid);
}

static enum status set_enabled(struct msi_device* device, const struct msi_vector* vector,
                               bool enabled) {
  lpi_set_enabled(device->controller->lpis, vector->intid, enabled);
  return direct_lpi_invalidate(redistributor(device, vector->processor), vector->intid);
}

/* What comes while the vector is masked waits in its pending bit. What has left by the old page
 * arrives before the page goes, and interrupts the processor that the vector was for. */
static enum status set_processor(struct msi_device* device, struct msi_vector* vector,
                                 unsigned processor) {
  if (!device->uses_msix) return STATUS_UNSUPPORTED;
  unsigned before = vector->processor;
  enum status status = take_page(device, processor);
  /* The other redistributor may have a property byte in its cache, of another use of the LPI. */
  if (status == STATUS_OK)
    status = direct_lpi_invalidate(redistributor(device, processor), vector->intid);
  if (status != STATUS_OK) return status;
  msix_mask(&device->msix, vector->event_id);
  vector->processor = processor;
  msix_program(&device->msix, vector->event_id, address(device, processor), data(vector));
  msix_unmask(&device->msix, vector->event_id);
  return give_page_back(device, before);
}

const struct msi_doorbells lpi_doorbells = {address, data,  nothing,     nothing,
                                            open,    close, set_enabled, set_processor};
