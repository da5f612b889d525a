#include "sw/drivers/msi/doorbells.h"

static uint64_t address(const struct msi_device* device, unsigned processor) {
  (void)processor; /* the SPI's route knows it */
  return device->doorbell;
}

static uint32_t data(const struct msi_vector* vector) {
  return vector->intid;
}

static enum status nothing(struct msi_device* device) {
  (void)device;
  return STATUS_OK;
}

static enum status route(const struct msi_device* device, const struct msi_vector* vector) {
  const struct msi_controller* controller = device->controller;
  return gic_route(controller->gic, vector->intid,
                   controller->redistributors[vector->processor].affinity);
}

static enum status open(struct msi_device* device, struct msi_vector* vector) {
  gic_configure_edge(device->controller->gic, vector->intid, true);
  return route(device, vector);
}

/* A message that came before the mask would be the next owner's. */
static enum status close(struct msi_device* device, struct msi_vector* vector) {
  gic_clear_pending(device->controller->gic, vector->intid);
  return STATUS_OK;
}

static enum status set_enabled(struct msi_device* device, const struct msi_vector* vector,
                               bool enabled) {
  if (!enabled) return gic_disable(device->controller->gic, vector->intid);
  gic_enable(device->controller->gic, vector->intid);
  return STATUS_OK;
}

/* A pending SPI follows its route (IHI 0069 4.1). */
static enum status set_processor(struct msi_device* device, struct msi_vector* vector,
                                 unsigned processor) {
  unsigned before = vector->processor;
  vector->processor = processor;
  enum status status = route(device, vector);
  if (status != STATUS_OK) vector->processor = before;
  return status;
}

const struct msi_doorbells spi_doorbells = {address, data,  nothing,     nothing,
                                            open,    close, set_enabled, set_processor};
