#include "sw/drivers/nvme/nvme.h"

#include "sw/drivers/nvme/queue.h"
#include "sw/drivers/nvme/registers.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"

static void write_address(const struct nvme* nvme, uint64_t offset, uint64_t value) {
  mmio_write32(nvme->registers + offset, (uint32_t)value);
  mmio_write32(nvme->registers + offset + 4, (uint32_t)(value >> 32));
}

enum status nvme_reset(struct nvme* nvme) {
  mmio_write32(nvme->registers + NVME_CC, 0);
  return poll32(nvme->registers + NVME_CSTS, (uint32_t)CSTS_RDY, 0);
}

static enum status enable(struct nvme* nvme) {
  enum status status = nvme_reset(nvme);
  if (status != STATUS_OK) return status;
  nvme_clear_queue(nvme, NVME_ADMIN_QUEUE);
  mmio_write32(nvme->registers + NVME_AQA, (NVME_QUEUE_ENTRIES - 1) * 0x10001u);
  write_address(nvme, NVME_ASQ, nvme->bus + nvme_submissions_at(NVME_ADMIN_QUEUE));
  write_address(nvme, NVME_ACQ, nvme->bus + nvme_completions_at(NVME_ADMIN_QUEUE));
  data_synchronization_barrier(); /* the cleared queue before the controller writes to it */
  mmio_write32(nvme->registers + NVME_CC, CC_ENTRY_SIZES);
  mmio_write32(nvme->registers + NVME_CC, CC_ENTRY_SIZES | (uint32_t)CC_EN);
  return poll32(nvme->registers + NVME_CSTS, (uint32_t)(CSTS_RDY | CSTS_CFS), (uint32_t)CSTS_RDY);
}

static enum status identify(struct nvme* nvme) {
  uint64_t data = nvme->memory + NVME_ADMIN_DATA;
  struct nvme_command command = {
      NVME_IDENTIFY, NVME_NAMESPACE, nvme->bus + NVME_ADMIN_DATA, 0, {NVME_IDENTIFY_NAMESPACE}};
  enum status status = nvme_execute(nvme, NVME_ADMIN_QUEUE, &command);
  if (status != STATUS_OK) return status;
  unsigned format = mem_read8(data + 26) & 0xf;
  nvme->block_size = 1u << mem_read8(data + 128 + 4 * format + 2);
  nvme->blocks = mem_read64(data);
  return STATUS_OK;
}

enum status nvme_open(struct nvme* nvme, uint64_t registers, uint64_t memory, uint64_t bus) {
  nvme->registers = registers;
  nvme->memory = memory;
  nvme->bus = bus;
  if (field_get(CAP_MQES, mmio_read32(registers + NVME_CAP)) + 1 < NVME_QUEUE_ENTRIES) {
    return STATUS_UNSUPPORTED;
  }
  enum status status = enable(nvme);
  if (status == STATUS_OK) status = identify(nvme);
  uint32_t queues = (NVME_IO_QUEUES - 1) * 0x10001u;
  struct nvme_command ask = {NVME_SET_FEATURES, 0, 0, 0, {NVME_NUMBER_OF_QUEUES, queues}};
  return status == STATUS_OK ? nvme_execute(nvme, NVME_ADMIN_QUEUE, &ask) : status;
}

enum status nvme_add_queue(struct nvme* nvme, unsigned queue, uint16_t vector) {
  if (queue == NVME_ADMIN_QUEUE || queue > NVME_IO_QUEUES) return STATUS_BAD_ARGUMENT;
  uint32_t size = (NVME_QUEUE_ENTRIES - 1) << 16 | queue;
  struct nvme_command completions = {
      NVME_CREATE_CQ,
      0,
      nvme->bus + nvme_completions_at(queue),
      0,
      {size, (uint32_t)(QUEUE_CONTIGUOUS | QUEUE_INTERRUPTS) | (uint32_t)vector << 16}};
  struct nvme_command submissions = {NVME_CREATE_SQ,
                                     0,
                                     nvme->bus + nvme_submissions_at(queue),
                                     0,
                                     {size, (uint32_t)QUEUE_CONTIGUOUS | queue << 16}};
  nvme_clear_queue(nvme, queue);
  enum status status = nvme_execute(nvme, NVME_ADMIN_QUEUE, &completions);
  return status == STATUS_OK ? nvme_execute(nvme, NVME_ADMIN_QUEUE, &submissions) : status;
}

enum status nvme_remove_queue(struct nvme* nvme, unsigned queue) {
  struct nvme_command submissions = {NVME_DELETE_SQ, 0, 0, 0, {queue}};
  struct nvme_command completions = {NVME_DELETE_CQ, 0, 0, 0, {queue}};
  enum status status = nvme_execute(nvme, NVME_ADMIN_QUEUE, &submissions);
  return status == STATUS_OK ? nvme_execute(nvme, NVME_ADMIN_QUEUE, &completions) : status;
}

enum status nvme_close(struct nvme* nvme) {
  mmio_write32(nvme->registers + NVME_CC, CC_ENTRY_SIZES | (uint32_t)(CC_EN | CC_SHN_NORMAL));
  return poll32(nvme->registers + NVME_CSTS, (uint32_t)CSTS_SHST, (uint32_t)CSTS_SHST_COMPLETE);
}
