#pragma once

#include <cstdint>
#include <deque>
#include <set>

namespace doorbell::replay {

/// What is known of one stream's posted writes: handed over, and later observed. A function isn't
/// told when its posted writes arrive; it follows from order: a read's data, and an interrupt, come
/// only after all writes that were handed over before it was issued.
class Observation {
 public:
  using Position = std::uint64_t;  ///< number of writes handed over before

  /// A write (by its record number) was handed over.
  void handed(std::uint64_t record) { unobserved_.push_back({handed_++, record}); }
  /// Something was issued that, once it has ended, tells that everything before it is observed.
  Position evidence_started() {
    evidence_.insert(handed_);
    return handed_;
  }
  void evidence_ended(Position position) { evidence_.erase(evidence_.find(position)); }

  /// Takes out the next write that is observed when everything before `position` is; 0 when there
  /// is none.
  std::uint64_t next_observed(Position position) {
    if (unobserved_.empty() || unobserved_.front().position >= position) return 0;
    const auto record = unobserved_.front().record;
    unobserved_.pop_front();
    return record;
  }
  /// Whether writes are unobserved and nothing under way will tell.
  bool needs_flush() const {
    return !unobserved_.empty() &&
           (evidence_.empty() || *evidence_.rbegin() <= unobserved_.front().position);
  }
  std::size_t unobserved() const { return unobserved_.size(); }

 private:
  struct Write {
    Position position;
    std::uint64_t record;
  };
  Position handed_ = 0;
  std::deque<Write> unobserved_;
  std::multiset<Position> evidence_;
};

}  // namespace doorbell::replay
