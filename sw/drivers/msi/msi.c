#include "sw/drivers/msi/msi.h"

#include "sw/drivers/gic/registers.h"

static struct its* its_of(const struct msi_device* device) {
  return device->its != 0 ? device->its : device->controller->its;
}

enum status msi_map_doorbell(const struct its* its, struct smmu_domain* domain, uint64_t iova_page,
                             uint64_t* doorbell) {
  uint64_t address = its_doorbell(its);
  uint64_t offset = address % PAGE_SIZE;
  *doorbell = iova_page + offset;
  return smmu_map(domain, iova_page, address - offset, PAGE_SIZE, MAP_WRITE | MAP_DEVICE);
}

/* INTIDs end with the property table. */
static unsigned limit(const struct msi_controller* controller) {
  unsigned intids = (1u << controller->lpis->id_bits) - INTID_FIRST_LPI;
  return controller->capacity < intids ? controller->capacity : intids;
}

static bool are_free(const struct msi_vector* vectors, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    if (!vectors[i].is_free) return false;
  }
  return true;
}

static struct msi_vector* find_given_back(struct msi_controller* controller, unsigned count) {
  if (controller->free < count) return 0;
  for (unsigned first = 0; first + count <= controller->count; first++) {
    if (are_free(&controller->vectors[first], count)) return &controller->vectors[first];
  }
  return 0;
}

static void set_free(struct msi_controller* controller, struct msi_vector* vectors, unsigned count,
                     bool free) {
  for (unsigned i = 0; i < count; i++)
    vectors[i].is_free = free;
  controller->free += free ? count : -count;
}

static struct msi_vector* take_vectors(struct msi_controller* controller, unsigned count) {
  uint64_t state = lock_acquire(&controller->lock);
  struct msi_vector* first = find_given_back(controller, count);
  if (first != 0) {
    set_free(controller, first, count, false);
  } else if (count <= limit(controller) - controller->count) {
    first = &controller->vectors[controller->count];
    controller->count += count;
  }
  lock_release(&controller->lock, state);
  return first;
}

static void give_vectors_back(struct msi_device* device) {
  uint64_t state = lock_acquire(&device->controller->lock);
  set_free(device->controller, device->vectors, device->count, true);
  lock_release(&device->controller->lock, state);
  device->count = 0;
}

static enum status open_capability(struct msi_device* device, const struct pcie_host* host,
                                   const struct pcie_function* function, unsigned count) {
  enum status status = msix_open(&device->msix, host, function);
  device->uses_msix = status == STATUS_OK;
  if (device->uses_msix) return count <= device->msix.count ? STATUS_OK : STATUS_NO_SPACE;
  if (status != STATUS_NOT_FOUND) return status;
  status = msi_capability_open(&device->msi, host, function);
  if (status != STATUS_OK) return status;
  return count == 1 ? STATUS_OK : STATUS_NO_SPACE;
}

static enum status take(struct msi_device* device, struct msi_controller* controller,
                        uint32_t device_id, unsigned count, uint64_t doorbell) {
  device->controller = controller;
  device->device_id = device_id;
  device->count = count;
  device->doorbell = doorbell;
  device->vectors = take_vectors(controller, count);
  if (device->vectors == 0) return STATUS_NO_SPACE;
  for (unsigned i = 0; i < count; i++) {
    struct msi_vector* vector = &device->vectors[i];
    vector->device_id = device_id;
    vector->event_id = i;
    vector->intid = INTID_FIRST_LPI + (uint32_t)(vector - controller->vectors);
    vector->handler = 0;
    vector->taken = 0;
  }
  return STATUS_OK;
}

enum status msi_attach(struct msi_device* device, struct msi_controller* controller,
                       const struct pcie_host* host, const struct pcie_function* function,
                       uint32_t device_id, unsigned count, uint64_t doorbell) {
  enum status status = open_capability(device, host, function, count);
  if (status != STATUS_OK) return status;
  device->is_platform_device = false;
  status = take(device, controller, device_id, count, doorbell);
  if (status != STATUS_OK) return status;
  if (device->uses_msix) msix_enable(&device->msix);
  return its_map_device(its_of(device), device_id, count);
}

enum status msi_attach_platform_device(struct msi_device* device, struct msi_controller* controller,
                                       uint32_t device_id, unsigned count, uint64_t doorbell) {
  device->is_platform_device = true;
  device->uses_msix = false;
  enum status status = take(device, controller, device_id, count, doorbell);
  return status == STATUS_OK ? its_map_device(its_of(device), device_id, count) : status;
}

enum status msi_detach(struct msi_device* device) {
  for (unsigned i = 0; i < device->count; i++) {
    enum status status = device->vectors[i].handler != 0 ? msi_release(device, i) : STATUS_OK;
    if (status != STATUS_OK) return status;
  }
  if (device->uses_msix) msix_disable(&device->msix);
  enum status status = its_unmap_device(its_of(device), device->device_id);
  if (status == STATUS_OK) give_vectors_back(device);
  return status;
}

static enum status program(const struct msi_device* device, const struct msi_vector* vector) {
  if (device->is_platform_device) return STATUS_OK;
  if (!device->uses_msix) {
    return msi_capability_program(&device->msi, device->doorbell, (uint16_t)vector->event_id);
  }
  msix_program(&device->msix, vector->event_id, device->doorbell, vector->event_id);
  return STATUS_OK;
}

static void unmask(const struct msi_device* device, unsigned index) {
  if (device->uses_msix) {
    msix_unmask(&device->msix, index);
  } else if (!device->is_platform_device) {
    msi_capability_enable(&device->msi);
  }
}

/* The order of Linux since 6.11: the LPI is open before the function may send. */
enum status msi_request(struct msi_device* device, unsigned index, unsigned processor,
                        msi_handler* handler, void* argument) {
  if (index >= device->count) return STATUS_BAD_ARGUMENT;
  struct msi_vector* vector = &device->vectors[index];
  vector->processor = processor;
  vector->handler = handler;
  vector->argument = argument;
  enum status status =
      its_map_event(its_of(device), device->device_id, vector->event_id, vector->intid, processor);
  if (status == STATUS_OK) status = program(device, vector);
  if (status == STATUS_OK) status = msi_set_enabled(device, index, true);
  if (status == STATUS_OK) unmask(device, index);
  return status;
}

enum status msi_release(struct msi_device* device, unsigned index) {
  if (index >= device->count) return STATUS_BAD_ARGUMENT;
  struct msi_vector* vector = &device->vectors[index];
  if (device->uses_msix) {
    msix_mask(&device->msix, index);
  } else if (!device->is_platform_device) {
    msi_capability_disable(&device->msi);
  }
  enum status status = msi_set_enabled(device, index, false);
  if (status != STATUS_OK) return status;
  if (device->uses_msix) msix_program(&device->msix, index, 0, 0);
  vector->handler = 0;
  return its_discard_event(its_of(device), device->device_id, vector->event_id, vector->processor);
}

enum status msi_set_processor(struct msi_device* device, unsigned index, unsigned processor) {
  if (index >= device->count) return STATUS_BAD_ARGUMENT;
  struct msi_vector* vector = &device->vectors[index];
  if (vector->processor == processor) return STATUS_OK;
  enum status status = its_move_event(its_of(device), device->device_id, vector->event_id,
                                      vector->processor, processor);
  if (status == STATUS_OK) vector->processor = processor;
  return status;
}

enum status msi_set_enabled(struct msi_device* device, unsigned index, bool enabled) {
  if (index >= device->count) return STATUS_BAD_ARGUMENT;
  const struct msi_vector* vector = &device->vectors[index];
  lpi_set_enabled(device->controller->lpis, vector->intid, enabled);
  return its_invalidate_event(its_of(device), device->device_id, vector->event_id,
                              vector->processor);
}

bool msi_dispatch(struct msi_controller* controller, uint32_t intid) {
  if (intid < INTID_FIRST_LPI || intid - INTID_FIRST_LPI >= controller->count) return false;
  struct msi_vector* vector = &controller->vectors[intid - INTID_FIRST_LPI];
  vector->taken++;
  if (vector->handler == 0) return false;
  vector->handler(vector, vector->argument);
  return true;
}
