#include "doorbell/cpu/interrupt_line.h"

#include <algorithm>

namespace doorbell::cpu {

void InterruptLine::set(bool level, Time at) {
  last_change_ = std::max(last_change_, at);
  changes_.push_back({level, last_change_});
  changed_.notify_all();
}

bool InterruptLine::high(Time now) {
  while (!changes_.empty() && changes_.front().at <= now) {
    const Change change = changes_.front();
    changes_.pop_front();
    if (change.level && !level_) high_since_ = change.at;
    level_ = change.level;
  }
  return level_;
}

Task<void> InterruptLine::raised_or(const bool& event) {
  while (!event && !high(scheduler_.now())) {
    if (changes_.empty()) {
      co_await changed_.wait();
    } else {
      co_await Until{scheduler_, changes_.front().at};
    }
  }
}

}  // namespace doorbell::cpu
