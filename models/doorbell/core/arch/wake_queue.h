#pragma once

#include <array>
#include <bit>
#include <boost/intrusive/set.hpp>
#include <cstdint>

#include "doorbell/core/arch/waiter.h"

namespace doorbell {

/// Waiters in the order of the times at which they are due; of those due at the same time the one
/// that was placed first is first. The near future is a ring of 64 buckets of 33 ns, each in order,
/// with a word that tells which are used; what lies beyond the ring (2.1 us) waits in a tree.
/// Nothing is allocated.
class WakeQueue {
 public:
  WakeQueue() = default;
  WakeQueue(const WakeQueue&) = delete;
  WakeQueue& operator=(const WakeQueue&) = delete;
  ~WakeQueue();

  /// `due` must not lie before the waiter that was popped last. `placed` is the time of the push,
  /// or a later one, as if it were pushed only then; up to `due`.
  void push(Waiter& waiter, Time due, Time placed) {
    waiter.due_ = due;
    waiter.placed_ = placed;
    waiter.holder_ = this;
    if (bucket_of(due) - base_ < bucket_count) [[likely]] {
      push_near(waiter);
    } else {
      push_far(waiter);
    }
  }
  /// The first waiter; null when there is none.
  Waiter* first() const {
    if (used_ != 0) [[likely]] {
      const unsigned start = base_ % bucket_count;
      const unsigned ahead =
          static_cast<unsigned>(std::countr_zero(std::rotr(used_, static_cast<int>(start))));
      return buckets_[(start + ahead) % bucket_count].first;
    }
    return first_far();
  }
  /// The time of the first waiter; `never` when there is none.
  Time next_due() const {
    const Waiter* const waiter = first();
    return waiter == nullptr ? never : waiter->due_;
  }
  /// Takes out what `first` gave.
  void take_first(Waiter& waiter) {
    if (bucket_of(waiter.due_) != base_) advance_to(waiter.due_);
    unlink_near(waiter);
  }
  /// Takes out the first waiter. Must not be empty.
  Waiter& pop() {
    Waiter& waiter = *first();
    take_first(waiter);
    return waiter;
  }
  bool empty() const { return used_ == 0 && far_.empty(); }

 private:
  friend class Waiter;

  static constexpr unsigned bucket_shift = 15;
  static constexpr unsigned bucket_count = 64;

  struct Bucket {
    Waiter* first = nullptr;
    Waiter* last = nullptr;
  };
  struct Earlier {
    bool operator()(const Waiter& a, const Waiter& b) const {
      return a.due_ != b.due_ ? a.due_ < b.due_ : a.placed_ < b.placed_;
    }
  };
  // Of equals the one that was inserted last is behind the others.
  using Far = boost::intrusive::multiset<
      Waiter, boost::intrusive::member_hook<Waiter, Waiter::FarHook, &Waiter::far_hook_>,
      boost::intrusive::compare<Earlier>>;

  static std::uint64_t bucket_of(Time time) { return time >> bucket_shift; }

  void push_near(Waiter& waiter) {
    const unsigned index = bucket_of(waiter.due_) % bucket_count;
    Bucket& bucket = buckets_[index];
    // Nearly always the new one is among the latest of its bucket.
    Waiter* before = bucket.last;
    while (before != nullptr && Earlier{}(waiter, *before))
      before = before->previous_;
    waiter.where_ = Waiter::Where::near;
    waiter.previous_ = before;
    waiter.next_ = before == nullptr ? bucket.first : before->next_;
    (before == nullptr ? bucket.first : before->next_) = &waiter;
    (waiter.next_ == nullptr ? bucket.last : waiter.next_->previous_) = &waiter;
    used_ |= std::uint64_t{1} << index;
  }
  void unlink_near(Waiter& waiter) {
    const unsigned index = bucket_of(waiter.due_) % bucket_count;
    Bucket& bucket = buckets_[index];
    (waiter.previous_ == nullptr ? bucket.first : waiter.previous_->next_) = waiter.next_;
    (waiter.next_ == nullptr ? bucket.last : waiter.next_->previous_) = waiter.previous_;
    if (bucket.first == nullptr) used_ &= ~(std::uint64_t{1} << index);
    waiter.where_ = Waiter::Where::nowhere;
  }

  void push_far(Waiter& waiter);
  Waiter* first_far() const;
  void advance_to(Time time);
  void remove(Waiter& waiter);

  std::uint64_t used_ = 0;  // a bit for each bucket that is not empty
  std::uint64_t base_ = 0;  // number of the earliest bucket of the ring
  std::array<Bucket, bucket_count> buckets_{};
  Far far_;
};

}  // namespace doorbell
