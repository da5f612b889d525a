#include "doorbell/core/arch/main_holders.h"

#include <algorithm>

namespace doorbell {

void MainHolders::add(std::uint64_t id, Time time) {
  std::uint8_t& guess = guess_[id % guess_.size()];
  if (guess >= entries_.size() || entries_[guess].id != id) {
    guess = static_cast<std::uint8_t>(place_of(id));
  }
  entries_[guess].time += time;
}

/// Where its entry is; if there is none, the place of a new one, or of the least that is there.
std::size_t MainHolders::place_of(std::uint64_t id) {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [id](const Entry& e) { return e.id == id; });
  if (found != entries_.end()) return static_cast<std::size_t>(found - entries_.begin());
  if (entries_.size() < capacity) {
    entries_.push_back({id, 0, 0});
    return entries_.size() - 1;
  }
  const auto least =
      std::min_element(entries_.begin(), entries_.end(),
                       [](const Entry& a, const Entry& b) { return a.time < b.time; });
  *least = {id, least->time, least->time};
  return static_cast<std::size_t>(least - entries_.begin());
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

}  // namespace doorbell
