#include "sw/drivers/nvme/queue.h"
#include "sw/drivers/nvme/registers.h"
#include "sw/include/access.h"

/* PRPs of data, NVMe 1.4, section 4.3. */
struct prps {
  uint64_t second_page;
  uint64_t end;
};

static struct prps prps_of(uint64_t data, uint64_t bytes) {
  struct prps prps = {(data & ~(uint64_t)(NVME_PAGE - 1)) + NVME_PAGE, data + bytes};
  return prps;
}

static struct nvme_command transfer(uint32_t opcode, uint64_t block, uint32_t count, uint64_t data,
                                    uint64_t prp2) {
  struct nvme_command command = {
      opcode, NVME_NAMESPACE, data, prp2, {(uint32_t)block, (uint32_t)(block >> 32), count - 1}};
  return command;
}

struct nvme_command nvme_transfer(const struct nvme* nvme, bool write, uint64_t block,
                                  uint32_t count, uint64_t data) {
  struct prps prps = prps_of(data, (uint64_t)count * nvme->block_size);
  uint64_t prp2 = prps.end > prps.second_page ? prps.second_page : 0;
  return transfer(write ? NVME_WRITE : NVME_READ, block, count, data, prp2);
}

/* PRP2: nothing, the second page, or a list of all but the first. */
static uint64_t second_prp(const struct nvme* nvme, unsigned queue, uint64_t data, uint64_t bytes) {
  struct prps prps = prps_of(data, bytes);
  if (prps.end <= prps.second_page) return 0;
  if (prps.end <= prps.second_page + NVME_PAGE) return prps.second_page;
  uint64_t entry = nvme->memory + nvme_prp_list_at(queue);
  for (uint64_t page = prps.second_page; page < prps.end; page += NVME_PAGE, entry += 8)
    mem_write64(entry, page);
  return nvme->bus + nvme_prp_list_at(queue);
}

static enum status execute(struct nvme* nvme, unsigned queue, uint32_t opcode, uint64_t block,
                           uint32_t count, uint64_t data) {
  uint64_t prp2 = second_prp(nvme, queue, data, (uint64_t)count * nvme->block_size);
  struct nvme_command command = transfer(opcode, block, count, data, prp2);
  return nvme_execute(nvme, queue, &command);
}

enum status nvme_read(struct nvme* nvme, unsigned queue, uint64_t block, uint32_t count,
                      uint64_t data) {
  return execute(nvme, queue, NVME_READ, block, count, data);
}

enum status nvme_write(struct nvme* nvme, unsigned queue, uint64_t block, uint32_t count,
                       uint64_t data) {
  return execute(nvme, queue, NVME_WRITE, block, count, data);
}

enum status nvme_flush(struct nvme* nvme, unsigned queue) {
  struct nvme_command command = {NVME_FLUSH, NVME_NAMESPACE, 0, 0, {0}};
  return nvme_execute(nvme, queue, &command);
}
