#include "sw/drivers/gic/message_frame.h"
#include "sw/drivers/pcie/registers.h"
#include "sw/drivers/smmu/queue.h"
#include "sw/include/access.h"
#include "sw/scenarios/machine.h"

/* Pages of single processors are mapped as vectors come to use them. */
static enum status give_doorbell(struct machine* machine, struct machine_device* device,
                                 uint64_t* doorbell) {
  const struct machine_description* d = &machine->description;
  if (d->doorbell == MACHINE_DOORBELL_LPI) {
    *doorbell = d->doorbell_iova;
    if (d->doorbell_window || d->translation == MACHINE_UNTRANSLATED) return STATUS_OK;
    device->msi.smmu = &machine->smmu;
    device->msi.domain = &device->domain;
    return STATUS_OK;
  }
  if (d->doorbell == MACHINE_DOORBELL_ITS) {
    const struct its* its = device->msi.its != 0 ? device->msi.its : machine->msis.its;
    return machine_map_doorbell(machine, &device->domain, its, d->doorbell_iova, doorbell);
  }
  uint64_t address = message_frame_doorbell(machine->msis.frame);
  *doorbell = address;
  if (d->doorbell_window || d->translation == MACHINE_UNTRANSLATED) return STATUS_OK;
  return msi_map_doorbell_at(address, &device->domain, d->doorbell_iova, doorbell);
}

static enum status give_address_space(struct machine* machine, struct machine_device* device,
                                      uint32_t stream_id, uint16_t asid, uint64_t* doorbell) {
  enum status status = machine_attach(machine, &device->domain, stream_id, asid);
  if (status != STATUS_OK) return status;
  return give_doorbell(machine, device, doorbell);
}

static bool is_translated(const struct machine_device* device) {
  return device->machine->description.translation != MACHINE_UNTRANSLATED;
}

enum status machine_add_platform_device(struct machine* machine, struct machine_device* device,
                                        uint32_t id, uint16_t asid, unsigned vectors) {
  device->machine = machine;
  device->function = 0;
  uint64_t doorbell = 0;
  enum status status = give_address_space(machine, device, id, asid, &doorbell);
  if (status != STATUS_OK) return status;
  return msi_attach_platform_device(&device->msi, &machine->msis, id, vectors, doorbell);
}

enum status machine_add_device(struct machine* machine, struct machine_device* device,
                               const struct pcie_function* function, uint16_t asid,
                               unsigned vectors) {
  uint32_t id = function->requester_id;
  device->machine = machine;
  device->function = function;
  uint64_t doorbell = 0;
  enum status status = give_address_space(machine, device, id, asid, &doorbell);
  if (status != STATUS_OK) return status;
  pcie_command(&machine->pcie, function->requester_id, COMMAND_MEMORY_SPACE | COMMAND_BUS_MASTER,
               0);
  return msi_attach(&device->msi, &machine->msis, &machine->pcie, function, id, vectors, doorbell);
}

enum status machine_request(struct machine_device* device, unsigned vector, unsigned processor,
                            msi_handler* handler, void* argument) {
  return msi_request(&device->msi, vector, processor, handler, argument);
}

enum status machine_release(struct machine_device* device, unsigned vector) {
  return msi_release(&device->msi, vector);
}

enum status machine_move(struct machine_device* device, unsigned vector, unsigned processor) {
  return msi_set_processor(&device->msi, vector, processor);
}

enum status machine_map(struct machine_device* device, uint64_t iova, uint64_t address,
                        uint64_t size, bool writable) {
  if (!is_translated(device)) return STATUS_OK;
  return smmu_map(&device->domain, iova, address, size, writable ? MAP_WRITE : 0);
}

static void add_range(struct smmu_batch* batch, const struct machine_device* device,
                      const struct machine_range* range, unsigned level) {
  struct smmu_range all = smmu_domain_range(&device->domain, range->iova, range->size);
  all.level = level;
  smmu_batch_add_range(batch, &all);
}

enum status machine_invalidate(struct machine_device* device, const struct machine_range* ranges,
                               unsigned count) {
  if (!is_translated(device)) return STATUS_OK;
  struct smmu_batch batch;
  smmu_batch_start(&batch, &device->machine->smmu);
  for (unsigned i = 0; i < count; i++) {
    add_range(&batch, device, &ranges[i], 0);
  }
  return smmu_batch_finish(&batch);
}

enum status machine_unmap(struct machine_device* device, const struct machine_range* ranges,
                          unsigned count) {
  if (!is_translated(device)) return STATUS_OK;
  enum status status = STATUS_OK;
  struct smmu_batch batch;
  smmu_batch_start(&batch, &device->machine->smmu);
  for (unsigned i = 0; i < count; i++) {
    unsigned level = 0;
    enum status unmapped =
        page_table_unmap(&device->domain.table, ranges[i].iova, ranges[i].size, &level);
    if (status == STATUS_OK) status = unmapped;
    add_range(&batch, device, &ranges[i], level);
  }
  enum status invalidated = smmu_batch_finish(&batch);
  return status != STATUS_OK ? status : invalidated;
}

uint32_t machine_read(const struct machine_device* device, unsigned bar, uint64_t offset) {
  return mmio_read32(device->function->bars[bar].address + offset);
}

void machine_write(const struct machine_device* device, unsigned bar, uint64_t offset,
                   uint32_t value) {
  mmio_write32(device->function->bars[bar].address + offset, value);
}
