#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <unordered_map>
#include <vector>

namespace doorbell::trace {

/// Numbers page frames afresh: a physical page has one frame as long as anything is mapped to it. A
/// frame is used again only when the SYNC after its last unmap has left the import's window.
class Frames {
 public:
  /// The frame of a physical page, one user more.
  std::uint64_t acquire(std::uint64_t pa_page);
  /// One user less, by an unmap whose SYNC is still to come.
  void release(std::uint64_t pa_page);
  /// One user less, the SYNC being the one in `slot`.
  void release_synced(std::uint64_t pa_page, std::uint64_t slot);
  /// The SYNC of everything released.
  void synced(std::uint64_t slot);
  /// Slots below this have left the window.
  void expire(std::uint64_t first_slot);

 private:
  struct Use {
    std::uint64_t frame;
    std::uint64_t users;
  };
  struct Resting {
    std::uint64_t slot;
    std::uint64_t frame;
  };
  std::unordered_map<std::uint64_t, Use> live_;
  std::vector<std::uint64_t> unsynced_;
  std::deque<Resting> resting_;
  std::set<std::uint64_t> free_;
  std::uint64_t next_ = 0;
};

}  // namespace doorbell::trace
