#include "sw/drivers/msi/msi.h"

#include "sw/drivers/gic/registers.h"
#include "sw/drivers/msi/doorbells.h"

static const struct msi_doorbells* doorbells_of(const struct msi_device* device) {
  const struct msi_doorbells* doorbells = device->controller->doorbells;
  return doorbells != 0 ? doorbells : &its_doorbells;
}

static uint32_t first_intid(const struct msi_controller* controller) {
  return controller->first_intid != 0 ? controller->first_intid : INTID_FIRST_LPI;
}

enum status msi_map_doorbell(const struct its* its, struct smmu_domain* domain, uint64_t iova_page,
                             uint64_t* doorbell) {
  return msi_map_doorbell_at(its_doorbell(its), domain, iova_page, doorbell);
}

enum status msi_map_doorbell_at(uint64_t address, struct smmu_domain* domain, uint64_t iova_page,
                                uint64_t* doorbell) {
  uint64_t offset = address % PAGE_SIZE;
  *doorbell = iova_page + offset;
  return smmu_map(domain, iova_page, address - offset, PAGE_SIZE, MAP_WRITE | MAP_DEVICE);
}

/* LPIs end with the property table. */
static unsigned limit(const struct msi_controller* controller) {
  unsigned intids = controller->first_intid != 0
                        ? controller->intids
                        : (1u << controller->lpis->id_bits) - INTID_FIRST_LPI;
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
    vector->intid = first_intid(controller) + (uint32_t)(vector - controller->vectors);
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
  return doorbells_of(device)->attach(device);
}

enum status msi_attach_platform_device(struct msi_device* device, struct msi_controller* controller,
                                       uint32_t device_id, unsigned count, uint64_t doorbell) {
  device->is_platform_device = true;
  device->uses_msix = false;
  enum status status = take(device, controller, device_id, count, doorbell);
  return status == STATUS_OK ? doorbells_of(device)->attach(device) : status;
}

enum status msi_detach(struct msi_device* device) {
  for (unsigned i = 0; i < device->count; i++) {
    enum status status = device->vectors[i].handler != 0 ? msi_release(device, i) : STATUS_OK;
    if (status != STATUS_OK) return status;
  }
  if (device->uses_msix) msix_disable(&device->msix);
  enum status status = doorbells_of(device)->detach(device);
  if (status == STATUS_OK) give_vectors_back(device);
  return status;
}

static enum status program(const struct msi_device* device, const struct msi_vector* vector) {
  if (device->is_platform_device) return STATUS_OK;
  uint64_t address = doorbells_of(device)->address(device, vector->processor);
  uint32_t data = doorbells_of(device)->data(vector);
  if (!device->uses_msix) return msi_capability_program(&device->msi, address, (uint16_t)data);
  msix_program(&device->msix, vector->event_id, address, data);
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
  enum status status = doorbells_of(device)->open(device, vector);
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
  return doorbells_of(device)->close(device, vector);
}

enum status msi_set_processor(struct msi_device* device, unsigned index, unsigned processor) {
  if (index >= device->count) return STATUS_BAD_ARGUMENT;
  struct msi_vector* vector = &device->vectors[index];
  if (vector->processor == processor) return STATUS_OK;
  return doorbells_of(device)->set_processor(device, vector, processor);
}

enum status msi_set_enabled(struct msi_device* device, unsigned index, bool enabled) {
  if (index >= device->count) return STATUS_BAD_ARGUMENT;
  return doorbells_of(device)->set_enabled(device, &device->vectors[index], enabled);
}

bool msi_owns(const struct msi_controller* controller, uint32_t intid) {
  uint32_t first = first_intid(controller);
  return intid >= first && intid - first < controller->count;
}

bool msi_dispatch(struct msi_controller* controller, uint32_t intid) {
  if (!msi_owns(controller, intid)) return false;
  struct msi_vector* vector = &controller->vectors[intid - first_intid(controller)];
  vector->taken++;
  if (vector->handler == 0) return false;
  vector->handler(vector, vector->argument);
  return true;
}
