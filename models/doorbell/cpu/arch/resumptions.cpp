#include "doorbell/cpu/arch/resumptions.h"

#include <algorithm>

namespace doorbell::cpu {

Resumptions::Turn::Turn(Resumptions& r)
    : Waiter([](Waiter& waiter) { static_cast<Turn&>(waiter).resumptions.take_turn(); }),
      resumptions(r) {}

Resumptions::Resumptions(Scheduler& scheduler) : scheduler_(scheduler), turn_(*this) {}

void Resumptions::add(std::coroutine_handle<> processor, Time at) {
  const auto place = std::upper_bound(waiting_.begin(), waiting_.end(), at,
                                      [](Time time, const Waiting& w) { return time < w.at; });
  const bool is_first = place == waiting_.begin();
  waiting_.insert(place, {at, processor});
  if (is_first) arm();
}

void Resumptions::arm() {
  turn_.unlink();
  if (!waiting_.empty()) scheduler_.wake_at(turn_, waiting_.front().at);
}

/// The next one's turn is placed behind what this one does.
void Resumptions::take_turn() {
  const Waiting next = waiting_.front();
  waiting_.erase(waiting_.begin());
  next.processor.resume();
  arm();
}

Time Resumptions::next_other() {
  if (!turn_.linked()) return scheduler_.next_due();
  turn_.unlink();
  const Time due = scheduler_.next_due();
  arm();
  return due;
}

Time Resumptions::next_processor() const {
  return waiting_.empty() ? never : waiting_.front().at;
}

void Resumptions::forget(std::coroutine_handle<> processor) {
  std::erase_if(waiting_, [processor](const Waiting& w) { return w.processor == processor; });
  arm();
}

}  // namespace doorbell::cpu
