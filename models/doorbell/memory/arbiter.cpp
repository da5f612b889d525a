#include "doorbell/memory/arbiter.h"

#include <algorithm>

namespace doorbell::memory {

Arbiter::Arbiter(Scheduler& scheduler, unsigned ports, unsigned limit, const StatisticsGroup& group,
                 const std::string& name)
    : scheduler_(scheduler),
      channel_name_(group.join(name + "_channel")),
      buffer_name_(group.join(name)),
      limit_(limit),
      waiting_(ports),
      channel_(group, name + "_channel",
               {.unit = "requests", .help = "Requests that cross to the target."}),
      queue_(
          group, name + "_queue",
          {.unit = "requests", .better = Better::lower, .help = "Requests of all ports waiting."}),
      under_way_(group, name, {.unit = "requests", .help = "Passed and not yet answered."}, limit) {
}

bool Arbiter::Awaiter::await_ready() {
  since_ = arbiter_.scheduler_.now();
  const bool loose = arbiter_.scheduler_.timing() == Timing::loose;
  const bool channel_was_free = loose || arbiter_.free_at_ + length_ <= since_;
  const bool first = arbiter_.waiting_count_ == 0 && !arbiter_.crossing_;
  return channel_was_free && first && arbiter_.has_room();
}

void Arbiter::Awaiter::await_suspend(std::coroutine_handle<> awaiter) {
  resumes(awaiter, since_);
  waited_ = true;
  if (journey_) {
    // What is unanswered, or what crosses right now.
    const std::string& resource =
        arbiter_.has_room() ? arbiter_.channel_name_ : arbiter_.buffer_name_;
    journey_.wait(since_, resource.c_str(), arbiter_.latest_);
  }
  arbiter_.queue_.enter(since_);
  arbiter_.waiting_[port_].push(*this);
  ++arbiter_.waiting_count_;
  arbiter_.let_next_cross();
}

Time Arbiter::Awaiter::await_resume() {
  const Time now = arbiter_.scheduler_.now();
  arbiter_.take(now, length_);
  arbiter_.last_port_ = port_;
  arbiter_.latest_ = self_;
  if (waited_) {
    journey_.serve(now);
    arbiter_.queue_.leave(now, since_);
    arbiter_.crossing_ = false;
    arbiter_.let_next_cross();
  }
  return now;
}

void Arbiter::take(Time now, Time length) {
  if (scheduler_.timing() == Timing::approximate) {
    channel_.occupy(std::max(free_at_, now - std::min(now, length)), now);
    free_at_ = now;
  }
  under_way_.enter(now);
}

void Arbiter::answered(Time passed) {
  under_way_.leave(scheduler_.now(), passed);
  let_next_cross();
}

void Arbiter::let_next_cross() {
  if (waiting_count_ == 0 || crossing_ || !has_room()) return;
  std::size_t port = last_port_;
  do {
    port = (port + 1) % waiting_.size();
  } while (waiting_[port].empty());
  auto& next = static_cast<Awaiter&>(*waiting_[port].pop());
  --waiting_count_;
  crossing_ = true;
  scheduler_.wake_at(next, std::max(scheduler_.now(), free_at_ + next.length_));
}

}  // namespace doorbell::memory
