#include "sw/drivers/msi/doorbells.h"

static struct its* its_of(const struct msi_device* device) {
  return device->its != 0 ? device->its : device->controller->its;
}

static uint64_t address(const struct msi_device* device, unsigned processor) {
  (void)processor; /* the ITS knows it */
  return device->doorbell;
}

static uint32_t data(const struct msi_vector* vector) {
  return vector->event_id;
}

static enum status attach(struct msi_device* device) {
  return its_map_device(its_of(device), device->device_id, device->count);
}

static enum status detach(struct msi_device* device) {
  return its_unmap_device(its_of(device), device->device_id);
}

static enum status open(struct msi_device* device, struct msi_vector* vector) {
  return its_map_event(its_of(device), device->device_id, vector->event_id, vector->intid,
                       vector->processor);
}

static enum status close(struct msi_device* device, struct msi_vector* vector) {
  return its_discard_event(its_of(device), device->device_id, vector->event_id, vector->processor);
}

static enum status set_enabled(struct msi_device* device, const struct msi_vector* vector,
                               bool enabled) {
  lpi_set_enabled(device->controller->lpis, vector->intid, enabled);
  return its_invalidate_event(its_of(device), device->device_id, vector->event_id,
                              vector->processor);
}

static enum status set_processor(struct msi_device* device, struct msi_vector* vector,
                                 unsigned processor) {
  enum status status = its_move_event(its_of(device), device->device_id, vector->event_id,
                                      vector->processor, processor);
  if (status == STATUS_OK) vector->processor = processor;
  return status;
}

const struct msi_doorbells its_doorbells = {address, data,  attach,      detach,
                                            open,    close, set_enabled, set_processor};
