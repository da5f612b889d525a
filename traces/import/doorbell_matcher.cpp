#include "traces/import/doorbell_matcher.h"

#include <algorithm>

namespace doorbell::trace {
namespace {

constexpr std::uint32_t entries_a_page = 64;
/// Entries that one doorbell may announce, as far as matching goes.
constexpr std::uint32_t longest_batch = 16;
/// How many rows a doorbell may stand before its fetch.
constexpr std::uint64_t farthest = 4096;

/// How many entries before the last one announced the entry is; a large number when it can't be one
/// of them.
std::uint32_t distance(std::uint32_t value, std::uint64_t iova) {
  const auto entry = static_cast<std::uint32_t>(iova / 64 % entries_a_page);
  if (value == 0) {
    // The tail came round: the last entry of a queue whose length is a power of two, as Linux makes
    // them.
    return (entry & (entry + 1)) == 0 ? 0 : entries_a_page;
  }
  return (value - 1 - entry) % entries_a_page;
}

std::uint32_t value_of(const Item& submit) {
  return std::get<Submit>(submit.record.operation).value;
}

}  // namespace

ItemPtr DoorbellMatcher::take(std::uint32_t queue, std::uint64_t iova, std::uint64_t current_slot) {
  auto& pending = pending_[queue];
  while (!pending.empty() && pending.front()->slot + farthest < current_slot)
    pending.pop_front();
  const auto nearest =
      std::min_element(pending.begin(), pending.end(), [&](const ItemPtr& a, const ItemPtr& b) {
        return distance(value_of(*a), iova) < distance(value_of(*b), iova);
      });
  if (nearest == pending.end() || distance(value_of(**nearest), iova) > longest_batch) {
    return nullptr;
  }
  const auto submit = *nearest;
  pending.erase(nearest);
  return submit;
}

bool DoorbellMatcher::covers(const Item& submit, std::uint64_t iova) {
  return distance(value_of(submit), iova) <= longest_batch;
}

}  // namespace doorbell::trace
