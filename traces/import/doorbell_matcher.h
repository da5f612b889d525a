#pragma once

#include <cstdint>
#include <deque>
#include <map>

#include "traces/import/window.h"

namespace doorbell::trace {

/// Finds the submission doorbell behind a command fetch: rows of doorbells don't say which drive
/// they were for. Queues are page-aligned arrays of 64-byte entries, so the IOVA tells the entry's
/// number modulo 64, and the doorbell's value is one more than the last entry that it announces.
class DoorbellMatcher {
 public:
  /// A doorbell write, not matched yet.
  void add(std::uint32_t queue, const ItemPtr& submit) { pending_[queue].push_back(submit); }

  /// The doorbell that announced the entry at `iova`, taken out; null if there is none of the last
  /// rows (the driver may have used a shadow doorbell, or one doorbell for several entries).
  ItemPtr take(std::uint32_t queue, std::uint64_t iova, std::uint64_t current_slot);

  /// Whether `submit` announced the entry at `iova`, among others.
  static bool covers(const Item& submit, std::uint64_t iova);

 private:
  std::map<std::uint32_t, std::deque<ItemPtr>> pending_;
};

}  // namespace doorbell::trace
