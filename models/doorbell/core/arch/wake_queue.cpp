#include "doorbell/core/arch/wake_queue.h"

#include <bit>

namespace doorbell {

WakeQueue::~WakeQueue() {
  while (!empty())
    pop();
}

void WakeQueue::push(Waiter& waiter, Time due) {
  waiter.due_ = due;
  waiter.sequence_ = sequence_++;
  waiter.holder_ = this;
  ++size_;
  if (bucket_of(due) < base_ + bucket_count) {
    push_near(waiter);
  } else {
    waiter.where_ = Waiter::Where::far;
    far_.insert(waiter);
  }
  if (size_ == 1 || (first_ != nullptr && due < first_->due_)) first_ = &waiter;
}

void WakeQueue::push_near(Waiter& waiter) {
  const unsigned index = bucket_of(waiter.due_) % bucket_count;
  Bucket& bucket = buckets_[index];
  // Nearly always the new one is the latest of its bucket.
  Waiter* before = bucket.last;
  while (before != nullptr && Earlier{}(waiter, *before))
    before = before->previous_;
  waiter.where_ = Waiter::Where::near;
  waiter.previous_ = before;
  waiter.next_ = before == nullptr ? bucket.first : before->next_;
  (waiter.previous_ == nullptr ? bucket.first : waiter.previous_->next_) = &waiter;
  (waiter.next_ == nullptr ? bucket.last : waiter.next_->previous_) = &waiter;
  used_[index / 64] |= std::uint64_t{1} << (index % 64);
  used_words_ |= std::uint64_t{1} << (index / 64);
}

Waiter* WakeQueue::first_near() const {
  if (used_words_ == 0) return nullptr;
  const unsigned start = base_ % bucket_count;
  const unsigned word = start / 64;
  // The rest of the word in which the ring begins, then the other words in ring order, last that
  // word's beginning.
  if (const std::uint64_t rest = used_[word] >> (start % 64); rest != 0) {
    return buckets_[start + std::countr_zero(rest)].first;
  }
  const std::uint64_t others = used_words_ & ~(std::uint64_t{1} << word);
  const unsigned next =
      others == 0
          ? word
          : (word + 1 + std::countr_zero(std::rotr(others, static_cast<int>(word + 1)))) % 64;
  return buckets_[next * 64 + std::countr_zero(used_[next])].first;
}

Time WakeQueue::find_first_due() const {
  if (size_ == 0) return never;
  first_ = first_near();
  if (first_ == nullptr) {
    // The const tree hands out const waiters; ours is not const.
    first_ = const_cast<Waiter*>(&*far_.begin());
  }
  return first_->due_;
}

Waiter& WakeQueue::pop() {
  if (first_ == nullptr) find_first_due();
  Waiter& waiter = *first_;
  if (bucket_of(waiter.due_) != base_) advance_to(waiter.due_);
  remove(waiter);
  return waiter;
}

void WakeQueue::advance_to(Time time) {
  base_ = bucket_of(time);
  while (!far_.empty() && bucket_of(far_.begin()->due_) < base_ + bucket_count) {
    Waiter& waiter = *far_.begin();
    far_.erase(far_.begin());
    push_near(waiter);
  }
}

void WakeQueue::remove(Waiter& waiter) {
  if (waiter.where_ == Waiter::Where::far) {
    far_.erase(far_.iterator_to(waiter));
  } else {
    const unsigned index = bucket_of(waiter.due_) % bucket_count;
    Bucket& bucket = buckets_[index];
    (waiter.previous_ == nullptr ? bucket.first : waiter.previous_->next_) = waiter.next_;
    (waiter.next_ == nullptr ? bucket.last : waiter.next_->previous_) = waiter.previous_;
    if (bucket.first == nullptr) {
      used_[index / 64] &= ~(std::uint64_t{1} << (index % 64));
      if (used_[index / 64] == 0) used_words_ &= ~(std::uint64_t{1} << (index / 64));
    }
  }
  if (first_ == &waiter) {
    // Within a bucket the order is known; otherwise it is looked up when next asked for.
    first_ = waiter.where_ == Waiter::Where::near ? waiter.next_ : nullptr;
  }
  waiter.where_ = Waiter::Where::nowhere;
  --size_;
}

}  // namespace doorbell
