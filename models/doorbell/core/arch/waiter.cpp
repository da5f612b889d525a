#include "doorbell/core/arch/waiter.h"

#include "doorbell/core/arch/wake_queue.h"

namespace doorbell {

void Waiter::take_out() {
  if (where_ != Where::wait_list) {
    queue_->remove(*this);
  } else {
    take_out_of_list();
    where_ = Where::nowhere;
  }
}

WaitList::~WaitList() {
  while (pop() != nullptr) {
  }
}

}  // namespace doorbell
