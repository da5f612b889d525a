#include "doorbell/core/arch/waiter.h"

#include "doorbell/core/arch/wake_queue.h"

namespace doorbell {

void Waiter::take_out() {
  switch (where_) {
    case Where::nowhere:
      return;
    case Where::wait_list:
      static_cast<WaitList*>(holder_)->remove(*this);
      return;
    case Where::near:
    case Where::far:
      static_cast<WakeQueue*>(holder_)->remove(*this);
      return;
  }
}

WaitList::~WaitList() {
  while (pop() != nullptr) {
  }
}

void WaitList::push(Waiter& waiter) {
  waiter.where_ = Waiter::Where::wait_list;
  waiter.holder_ = this;
  waiter.next_ = nullptr;
  waiter.previous_ = last_;
  (last_ == nullptr ? first_ : last_->next_) = &waiter;
  last_ = &waiter;
}

Waiter* WaitList::pop() {
  Waiter* waiter = first_;
  if (waiter != nullptr) remove(*waiter);
  return waiter;
}

void WaitList::remove(Waiter& waiter) {
  (waiter.previous_ == nullptr ? first_ : waiter.previous_->next_) = waiter.next_;
  (waiter.next_ == nullptr ? last_ : waiter.next_->previous_) = waiter.previous_;
  waiter.where_ = Waiter::Where::nowhere;
}

}  // namespace doorbell
