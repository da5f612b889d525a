#include "sw/drivers/smmu/entry_update.h"

#include <stdbool.h>

#include "sw/include/access.h"

/* Words `first` up to `end`, and an invalidation if any of them changes. */
static enum status write_words(const struct entry* entry, uint64_t* now, const uint64_t* target,
                               unsigned first, unsigned end) {
  bool changed = false;
  for (unsigned i = first; i < end; i++) {
    if (now[i] == target[i]) continue;
    mem_write64(entry->address + 8 * i, target[i]);
    now[i] = target[i];
    changed = true;
  }
  return changed ? entry->invalidate(entry->context) : STATUS_OK;
}

/* The words that the SMMU would see change; `unused` becomes the entry with all else as in
 * `target`, which it can't see. */
static unsigned differing_words(const struct entry* entry, const uint64_t* now,
                                const uint64_t* target, uint64_t* unused) {
  uint64_t used_now[ENTRY_WORDS];
  uint64_t used_then[ENTRY_WORDS];
  entry->used(now, used_now);
  entry->used(target, used_then);
  unsigned differing = 0;
  for (unsigned i = 0; i < ENTRY_WORDS; i++) {
    unused[i] = (now[i] & used_now[i]) | (target[i] & ~used_now[i]);
    if ((unused[i] & used_then[i]) != target[i]) differing |= 1u << i;
  }
  return differing;
}

/* Around the one word that counts: first what isn't used yet, at last what isn't used any more. */
static enum status update_in_place(const struct entry* entry, uint64_t* now, const uint64_t* target,
                                   uint64_t* unused, unsigned word) {
  unused[word] = now[word];
  enum status status = write_words(entry, now, unused, 0, ENTRY_WORDS);
  if (status == STATUS_OK) status = write_words(entry, now, target, word, word + 1);
  return status == STATUS_OK ? write_words(entry, now, target, 0, ENTRY_WORDS) : status;
}

static enum status update_through_invalid(const struct entry* entry, uint64_t* now,
                                          const uint64_t* target, uint64_t* unused) {
  unused[0] = 0;
  enum status status = write_words(entry, now, unused, 0, 1);
  if (status == STATUS_OK) status = write_words(entry, now, target, 1, ENTRY_WORDS);
  return status == STATUS_OK ? write_words(entry, now, target, 0, 1) : status;
}

enum status entry_update(const struct entry* entry, const uint64_t* target) {
  uint64_t now[ENTRY_WORDS];
  uint64_t unused[ENTRY_WORDS];
  for (unsigned i = 0; i < ENTRY_WORDS; i++)
    now[i] = mem_read64(entry->address + 8 * i);
  unsigned differing = differing_words(entry, now, target, unused);
  if (differing == 0) return write_words(entry, now, target, 0, ENTRY_WORDS);
  if ((differing & (differing - 1)) != 0) {
    return update_through_invalid(entry, now, target, unused);
  }
  return update_in_place(entry, now, target, unused, (unsigned)__builtin_ctz(differing));
}
