#include "sw/drivers/nvme/nvme.h"

#include "sw/drivers/nvme/registers.h"
#include "sw/include/access.h"
#include "sw/include/poll.h"

#define ADMIN 0u
#define IO 1u
#define ADMIN_DATA (4u * NVME_PAGE)
#define PRP_LIST (5u * NVME_PAGE)

struct command {
  uint32_t opcode;
  uint32_t namespace_id;
  uint64_t prp1;
  uint64_t prp2;
  uint32_t dwords[3]; /* 10 to 12 */
};

static void ring(const struct nvme* nvme, unsigned queue, unsigned of_completions, uint32_t value) {
  mmio_write32(nvme->registers + NVME_DOORBELLS + 4 * (2 * queue + of_completions), value);
}

static void put(struct nvme* nvme, struct nvme_queue* queue, const struct command* command) {
  uint64_t entry = queue->submissions + (uint64_t)queue->tail * NVME_SUBMISSION_SIZE;
  mem_fill(entry, NVME_SUBMISSION_SIZE, 0);
  mem_write32(entry, command->opcode | (uint32_t)nvme->next_command++ << 16);
  mem_write32(entry + 4, command->namespace_id);
  mem_write64(entry + 24, command->prp1);
  mem_write64(entry + 32, command->prp2);
  for (unsigned i = 0; i < 3; i++)
    mem_write32(entry + 40 + 4 * i, command->dwords[i]);
  queue->tail = (queue->tail + 1) % NVME_QUEUE_ENTRIES;
}

/* The command, and its completion. */
static enum status execute(struct nvme* nvme, unsigned number, const struct command* command) {
  struct nvme_queue* queue = &nvme->queues[number];
  uint64_t entry = queue->completions + (uint64_t)queue->head * NVME_COMPLETION_SIZE;
  put(nvme, queue, command);
  data_synchronization_barrier(); /* the command before its doorbell */
  ring(nvme, number, 0, queue->tail);
  enum status status = poll_memory32(entry + 12, (uint32_t)COMPLETION_PHASE,
                                     queue->phase ? (uint32_t)COMPLETION_PHASE : 0);
  if (status != STATUS_OK) return status;
  nvme->last_status = (uint32_t)field_get(COMPLETION_STATUS, mem_read32(entry + 12));
  queue->head = (queue->head + 1) % NVME_QUEUE_ENTRIES;
  if (queue->head == 0) queue->phase ^= 1;
  ring(nvme, number, 1, queue->head);
  return nvme->last_status == 0 ? STATUS_OK : STATUS_REFUSED;
}

static void clear_queue(struct nvme* nvme, unsigned number) {
  struct nvme_queue* queue = &nvme->queues[number];
  queue->submissions = nvme->memory + 2 * number * NVME_PAGE;
  queue->completions = queue->submissions + NVME_PAGE;
  queue->tail = 0;
  queue->head = 0;
  queue->phase = 1;
  mem_fill(queue->completions, NVME_PAGE, 0);
}

static void write_address(const struct nvme* nvme, uint64_t offset, uint64_t value) {
  mmio_write32(nvme->registers + offset, (uint32_t)value);
  mmio_write32(nvme->registers + offset + 4, (uint32_t)(value >> 32));
}

static enum status enable(struct nvme* nvme) {
  uint64_t status_register = nvme->registers + NVME_CSTS;
  mmio_write32(nvme->registers + NVME_CC, 0);
  enum status status = poll32(status_register, (uint32_t)CSTS_RDY, 0);
  if (status != STATUS_OK) return status;
  clear_queue(nvme, ADMIN);
  mmio_write32(nvme->registers + NVME_AQA, (NVME_QUEUE_ENTRIES - 1) * 0x10001u);
  write_address(nvme, NVME_ASQ, nvme->bus);
  write_address(nvme, NVME_ACQ, nvme->bus + NVME_PAGE);
  data_synchronization_barrier(); /* the cleared queue before the controller writes to it */
  mmio_write32(nvme->registers + NVME_CC, CC_ENTRY_SIZES);
  mmio_write32(nvme->registers + NVME_CC, CC_ENTRY_SIZES | (uint32_t)CC_EN);
  return poll32(status_register, (uint32_t)(CSTS_RDY | CSTS_CFS), (uint32_t)CSTS_RDY);
}

static enum status identify(struct nvme* nvme) {
  uint64_t data = nvme->memory + ADMIN_DATA;
  struct command command = {
      NVME_IDENTIFY, NVME_NAMESPACE, nvme->bus + ADMIN_DATA, 0, {NVME_IDENTIFY_NAMESPACE}};
  enum status status = execute(nvme, ADMIN, &command);
  if (status != STATUS_OK) return status;
  unsigned format = mem_read8(data + 26) & 0xf;
  nvme->block_size = 1u << mem_read8(data + 128 + 4 * format + 2);
  nvme->blocks = mem_read64(data);
  return STATUS_OK;
}

static enum status create_queues(struct nvme* nvme, uint16_t vector) {
  uint32_t size = (NVME_QUEUE_ENTRIES - 1) << 16 | IO;
  uint64_t bus = nvme->bus + 2 * NVME_PAGE;
  struct command ask = {NVME_SET_FEATURES, 0, 0, 0, {NVME_NUMBER_OF_QUEUES}};
  struct command completions = {
      NVME_CREATE_CQ,
      0,
      bus + NVME_PAGE,
      0,
      {size, (uint32_t)(QUEUE_CONTIGUOUS | QUEUE_INTERRUPTS) | (uint32_t)vector << 16}};
  struct command submissions = {
      NVME_CREATE_SQ, 0, bus, 0, {size, (uint32_t)QUEUE_CONTIGUOUS | IO << 16}};
  clear_queue(nvme, IO);
  enum status status = execute(nvme, ADMIN, &ask);
  if (status == STATUS_OK) status = execute(nvme, ADMIN, &completions);
  if (status == STATUS_OK) status = execute(nvme, ADMIN, &submissions);
  return status;
}

enum status nvme_open(struct nvme* nvme, uint64_t registers, uint64_t memory, uint64_t bus,
                      uint16_t vector) {
  nvme->registers = registers;
  nvme->memory = memory;
  nvme->bus = bus;
  nvme->next_command = 0;
  if (field_get(CAP_MQES, mmio_read32(registers + NVME_CAP)) + 1 < NVME_QUEUE_ENTRIES) {
    return STATUS_UNSUPPORTED;
  }
  enum status status = enable(nvme);
  if (status == STATUS_OK) status = identify(nvme);
  if (status == STATUS_OK) status = create_queues(nvme, vector);
  return status;
}

/* PRP2: nothing, the second page, or a list of all but the first. */
static uint64_t second_prp(const struct nvme* nvme, uint64_t data, uint64_t bytes) {
  uint64_t first = (data & ~(uint64_t)(NVME_PAGE - 1)) + NVME_PAGE;
  uint64_t end = data + bytes;
  if (end <= first) return 0;
  if (end <= first + NVME_PAGE) return first;
  uint64_t entry = nvme->memory + PRP_LIST;
  for (uint64_t page = first; page < end; page += NVME_PAGE, entry += 8)
    mem_write64(entry, page);
  return nvme->bus + PRP_LIST;
}

static enum status transfer(struct nvme* nvme, uint32_t opcode, uint64_t block, uint32_t count,
                            uint64_t data) {
  struct command command = {opcode,
                            NVME_NAMESPACE,
                            data,
                            second_prp(nvme, data, (uint64_t)count * nvme->block_size),
                            {(uint32_t)block, (uint32_t)(block >> 32), count - 1}};
  return execute(nvme, IO, &command);
}

enum status nvme_read(struct nvme* nvme, uint64_t block, uint32_t count, uint64_t data) {
  return transfer(nvme, NVME_READ, block, count, data);
}

enum status nvme_write(struct nvme* nvme, uint64_t block, uint32_t count, uint64_t data) {
  return transfer(nvme, NVME_WRITE, block, count, data);
}

enum status nvme_flush(struct nvme* nvme) {
  struct command command = {NVME_FLUSH, NVME_NAMESPACE, 0, 0, {0}};
  return execute(nvme, IO, &command);
}

enum status nvme_close(struct nvme* nvme) {
  struct command submissions = {NVME_DELETE_SQ, 0, 0, 0, {IO}};
  struct command completions = {NVME_DELETE_CQ, 0, 0, 0, {IO}};
  enum status status = execute(nvme, ADMIN, &submissions);
  if (status == STATUS_OK) status = execute(nvme, ADMIN, &completions);
  if (status != STATUS_OK) return status;
  mmio_write32(nvme->registers + NVME_CC, CC_ENTRY_SIZES | (uint32_t)(CC_EN | CC_SHN_NORMAL));
  return poll32(nvme->registers + NVME_CSTS, (uint32_t)CSTS_SHST, (uint32_t)CSTS_SHST_COMPLETE);
}
