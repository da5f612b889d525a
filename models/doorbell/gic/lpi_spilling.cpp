// Pending LPIs between the cache and the Pending table in memory (IHI 0069, 5.1.1.2).
#include <utility>

#include "doorbell/gic/lpi_pending_set.h"

namespace doorbell::gic {

/// Those that there is no room for anybody waits for: messages, and LPIs that would come back.
Task<void> LpiPendingSet::write_bit(std::uint32_t INTID, bool pending) {
  ++changes_;
  {
    Slot slot = co_await table_.acquire();
    // When LPIs are disabled the whole table is written.
    if (enabled_) co_await table_.write_bit(tables_, INTID, pending);
  }
  if (changes_-- > environment_.most_changes) has_room_.notify_all();
  if (enabled_ && std::exchange(refill_due_, false)) {
    refill();
    update();
  }
}

bool LpiPendingSet::must_wait() {
  refill_due_ = changes_ >= environment_.most_changes;
  return refill_due_;
}

Task<void> LpiPendingSet::wait_for_room() {
  while (is_crowded())
    co_await has_room_.wait();
}

void LpiPendingSet::spill() {
  // Only once configurations are known, so that what has just arrived isn't taken for a masked one.
  while (cache_.overfull() && pending_.size() > 1) {
    const std::uint32_t INTID = pending_.victim();
    const LpiConfiguration configuration = pending_.configuration(INTID);
    spilled_.insert(INTID, configuration, pending_.remove(INTID));
    cache_.let_go();
    counters_.spilled.add();
    tasks_.start(write_bit(INTID, true));
  }
}

void LpiPendingSet::bring_back(std::uint32_t INTID) {
  const LpiConfiguration configuration = spilled_.configuration(INTID);
  pending_.insert(INTID, configuration, spilled_.remove(INTID));
  cache_.hold();
  counters_.refilled.add();
  tasks_.start(write_bit(INTID, false));
}

void LpiPendingSet::refill() {
  if (spilled_.size() == 0) return;
  // Masked ones stay in memory until they are enabled.
  while (spilled_.highest().valid() && cache_.has_room()) {
    if (must_wait()) return;
    bring_back(spilled_.highest().INTID);
  }
  const PendingInterrupt waiting = spilled_.highest();
  if (waiting.valid() && waiting.priority < pending_.highest().priority) {
    if (must_wait()) return;
    bring_back(waiting.INTID);
    spill();
  }
}

}  // namespace doorbell::gic
