#pragma once

#include <array>
#include <boost/intrusive/set.hpp>
#include <cstdint>

#include "doorbell/core/arch/waiter.h"

namespace doorbell {

/// Waiters in (time, sequence) order. The near future is a ring of buckets of 512 ps with a bitmap
/// to find the next one that is used; what lies beyond the ring (2.1 us) waits in a tree. Push and
/// pop allocate nothing.
class WakeQueue {
 public:
  WakeQueue() = default;
  WakeQueue(const WakeQueue&) = delete;
  WakeQueue& operator=(const WakeQueue&) = delete;
  ~WakeQueue();

  /// `due` must not lie before the waiter that was popped last.
  void push(Waiter& waiter, Time due);
  /// The time of the first waiter; `never` when there is none.
  Time next_due() const { return first_ != nullptr ? first_->due_ : find_first_due(); }
  /// Takes out the first waiter. Must not be empty.
  Waiter& pop();
  bool empty() const { return size_ == 0; }

 private:
  friend class Waiter;

  static constexpr unsigned bucket_shift = 9;
  static constexpr unsigned bucket_count = 4096;
  static constexpr unsigned word_count = bucket_count / 64;

  struct Bucket {
    Waiter* first = nullptr;
    Waiter* last = nullptr;
  };
  struct Earlier {
    bool operator()(const Waiter& a, const Waiter& b) const {
      return a.due_ != b.due_ ? a.due_ < b.due_ : a.sequence_ < b.sequence_;
    }
  };
  using Far =
      boost::intrusive::set<Waiter,
                            boost::intrusive::member_hook<
                                Waiter, boost::intrusive::set_member_hook<>, &Waiter::far_hook_>,
                            boost::intrusive::compare<Earlier>>;

  static std::uint64_t bucket_of(Time time) { return time >> bucket_shift; }

  Time find_first_due() const;
  void push_near(Waiter& waiter);
  void advance_to(Time time);
  void remove(Waiter& waiter);
  Waiter* first_near() const;

  std::array<Bucket, bucket_count> buckets_{};
  std::array<std::uint64_t, word_count> used_{};  // a bit for each bucket that is not empty
  std::uint64_t used_words_ = 0;                  // a bit for each word of used_ that is not zero
  Far far_;
  mutable Waiter* first_ = nullptr;  // the first one, once known
  std::uint64_t base_ = 0;           // number of the earliest bucket of the ring
  std::uint64_t sequence_ = 0;
  std::uint64_t size_ = 0;
  static_assert(word_count == 64);
};

}  // namespace doorbell
