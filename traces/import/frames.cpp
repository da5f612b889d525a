#include "traces/import/frames.h"

namespace doorbell::trace {

std::uint64_t Frames::acquire(std::uint64_t pa_page) {
  const auto [found, fresh] = live_.try_emplace(pa_page, Use{0, 0});
  auto& use = found->second;
  if (fresh) {
    if (free_.empty()) {
      use.frame = next_++;
    } else {
      use.frame = *free_.begin();
      free_.erase(free_.begin());
    }
  }
  ++use.users;
  return use.frame;
}

void Frames::release(std::uint64_t pa_page) {
  const auto found = live_.find(pa_page);
  if (--found->second.users > 0) return;
  unsynced_.push_back(found->second.frame);
  live_.erase(found);
}

void Frames::release_synced(std::uint64_t pa_page, std::uint64_t slot) {
  const auto found = live_.find(pa_page);
  if (--found->second.users > 0) return;
  resting_.push_back({slot, found->second.frame});
  live_.erase(found);
}

void Frames::synced(std::uint64_t slot) {
  for (const auto frame : unsynced_)
    resting_.push_back({slot, frame});
  unsynced_.clear();
}

void Frames::expire(std::uint64_t first_slot) {
  while (!resting_.empty() && resting_.front().slot < first_slot) {
    free_.insert(resting_.front().frame);
    resting_.pop_front();
  }
}

}  // namespace doorbell::trace
