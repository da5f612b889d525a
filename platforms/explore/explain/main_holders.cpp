#include "platforms/explore/explain/main_holders.h"

#include <algorithm>

namespace doorbell::explore {

void MainHolders::add(std::uint64_t id, Time time) {
  if (latest_ < entries_.size() && entries_[latest_].id == id) {
    entries_[latest_].time += time;
    return;
  }
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [id](const Entry& e) { return e.id == id; });
  latest_ = static_cast<std::size_t>(found - entries_.begin());
  if (found != entries_.end()) {
    found->time += time;
  } else if (entries_.size() < capacity) {
    entries_.push_back({id, time, 0});
  } else {
    const auto least =
        std::min_element(entries_.begin(), entries_.end(),
                         [](const Entry& a, const Entry& b) { return a.time < b.time; });
    *least = {id, least->time + time, least->time};
    latest_ = static_cast<std::size_t>(least - entries_.begin());
  }
}

std::vector<MainHolders::Entry> MainHolders::in_order() const {
  std::vector<Entry> sorted;
  std::copy_if(entries_.begin(), entries_.end(), std::back_inserter(sorted),
               [](const Entry& entry) { return entry.certain() != 0; });
  std::sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
    return a.certain() != b.certain() ? a.certain() > b.certain() : a.id < b.id;
  });
  return sorted;
}

}  // namespace doorbell::explore
