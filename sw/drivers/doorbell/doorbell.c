#include "sw/drivers/doorbell/doorbell.h"

static struct doorbell_mapping* find(struct doorbell_domain* doorbells, uint64_t page) {
  for (unsigned i = 0; i < DOORBELL_PAGES; i++) {
    struct doorbell_mapping* mapping = &doorbells->mappings[i];
    if (mapping->references != 0 && mapping->page == page) return mapping;
  }
  return 0;
}

static struct doorbell_mapping* find_free(struct doorbell_domain* doorbells) {
  for (unsigned i = 0; i < DOORBELL_PAGES; i++) {
    if (doorbells->mappings[i].references == 0) return &doorbells->mappings[i];
  }
  return 0;
}

static enum status map_in_hole(struct doorbell_domain* doorbells, uint64_t page, uint64_t* iova) {
  for (uint64_t at = doorbells->window; at < doorbells->window_end; at += PAGE_SIZE) {
    uint64_t taken = 0;
    if (page_table_lookup(&doorbells->domain->table, at, &taken)) continue;
    enum status status = smmu_map(doorbells->domain, at, page, PAGE_SIZE, MAP_WRITE | MAP_DEVICE);
    if (status == STATUS_BAD_ARGUMENT) continue; /* somebody was quicker */
    *iova = at;
    return status;
  }
  return STATUS_NO_SPACE;
}

static enum status get(struct doorbell_domain* doorbells, uint64_t page, uint64_t* iova) {
  struct doorbell_mapping* mapping = find(doorbells, page);
  if (mapping == 0) {
    mapping = find_free(doorbells);
    if (mapping == 0) return STATUS_NO_SPACE;
    enum status status = map_in_hole(doorbells, page, &mapping->iova);
    if (status != STATUS_OK) return status;
    mapping->page = page;
  }
  mapping->references++;
  *iova = mapping->iova;
  return STATUS_OK;
}

enum status doorbell_get(struct doorbell_domain* doorbells, uint64_t address, uint64_t* iova) {
  uint64_t offset = address % PAGE_SIZE;
  uint64_t state = lock_acquire(&doorbells->lock);
  enum status status = get(doorbells, address - offset, iova);
  lock_release(&doorbells->lock, state);
  if (status == STATUS_OK) *iova += offset;
  return status;
}

/* Under the lock, so that nobody is given an IOVA whose translations are still going. */
enum status doorbell_put(struct doorbell_domain* doorbells, uint64_t address) {
  enum status status = STATUS_NOT_FOUND;
  uint64_t state = lock_acquire(&doorbells->lock);
  struct doorbell_mapping* mapping = find(doorbells, address - address % PAGE_SIZE);
  if (mapping != 0) {
    status = STATUS_OK;
    if (--mapping->references == 0)
      status = smmu_unmap(doorbells->smmu, doorbells->domain, mapping->iova, PAGE_SIZE);
  }
  lock_release(&doorbells->lock, state);
  return status;
}
