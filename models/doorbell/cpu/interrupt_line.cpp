#include "doorbell/cpu/interrupt_line.h"

namespace doorbell::cpu {

void InterruptLine::Sleep::await_suspend(std::coroutine_handle<> awaiter) {
  resumes(awaiter, line_.scheduler_.now());
  line_.sleeper_ = this;
  if (until_ != never) line_.scheduler_.wake_at(*this, until_);
}

void InterruptLine::wake(Time at) {
  if (sleeper_ == nullptr || (sleeper_->linked() && sleeper_->due() <= at)) return;
  sleeper_->unlink();
  scheduler_.wake_at(*sleeper_, at);
}

void InterruptLine::set(bool level, Time at) {
  last_change_ = std::max(last_change_, at);
  changes_.push_back({level, last_change_});
  if (level) wake(last_change_);
}

void InterruptLine::change(Time now) {
  while (!changes_.empty() && changes_.front().at <= now) {
    const Change change = changes_.front();
    changes_.pop_front();
    if (change.level && !level_) high_since_ = change.at;
    level_ = change.level;
  }
}

}  // namespace doorbell::cpu
