#include "doorbell/core/arch/wake_queue.h"

namespace doorbell {

WakeQueue::~WakeQueue() {
  while (!empty())
    pop();
}

void WakeQueue::push_far(Waiter& waiter) {
  waiter.where_ = Waiter::Where::far;
  far_.insert(waiter);
}

Waiter* WakeQueue::first_far() const {
  // The const tree hands out const waiters; ours is not const.
  return far_.empty() ? nullptr : const_cast<Waiter*>(&*far_.begin());
}

void WakeQueue::advance_to(Time time) {
  base_ = bucket_of(time);
  while (!far_.empty() && bucket_of(far_.begin()->due_) - base_ < bucket_count) {
    Waiter& waiter = *far_.begin();
    far_.erase(far_.begin());
    push_near(waiter);
  }
}

void WakeQueue::remove(Waiter& waiter) {
  if (waiter.where_ == Waiter::Where::far) {
    far_.erase(far_.iterator_to(waiter));
    waiter.where_ = Waiter::Where::nowhere;
  } else {
    unlink_near(waiter);
  }
}

}  // namespace doorbell
