#pragma once

#include <array>
#include <bit>
#include <boost/intrusive/set.hpp>
#include <cstdint>

#include "doorbell/core/arch/waiter.h"

namespace doorbell {

/// Waiters in the order of the times at which they are due; of those due at the same time the one
/// that was placed first is first. The near future is a ring of 64 buckets of 16 ns, each in order,
/// with a word that tells which are used; what lies beyond the ring (1 us) waits in a tree.
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
    waiter.queue_ = this;
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
      return static_cast<Waiter*>(buckets_[(start + ahead) % bucket_count].next_);
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

  static constexpr unsigned bucket_shift = 14;
  static constexpr unsigned bucket_count = 64;

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
    WaiterListHead& bucket = buckets_[index];
    // Nearly always the new one is among the latest of its bucket.
    WaiterLink* before = bucket.previous_;
    while (before != &bucket && Earlier{}(waiter, *static_cast<Waiter*>(before)))
      before = before->previous_;
    waiter.where_ = Waiter::Where::near;
    waiter.put_behind(*before);
    used_ |= std::uint64_t{1} << index;
  }
  void unlink_near(Waiter& waiter) {
    waiter.take_out_of_list();
    waiter.where_ = Waiter::Where::nowhere;
    // The last one of a bucket was between its head and its head.
    if (waiter.previous_ == waiter.next_) leave_bucket(waiter.due_);
  }
  void leave_bucket(Time due) {
    const unsigned index = bucket_of(due) % bucket_count;
    if (buckets_[index].empty()) used_ &= ~(std::uint64_t{1} << index);
  }

  void push_far(Waiter& waiter);
  Waiter* first_far() const;
  void advance_to(Time time);
  void remove(Waiter& waiter);

  std::uint64_t used_ = 0;  // a bit for each bucket that is not empty
  std::uint64_t base_ = 0;  // number of the earliest bucket of the ring
  std::array<WaiterListHead, bucket_count> buckets_;
  Far far_;
};

}  // namespace doorbell
