#include "doorbell/memory/arbiter.h"

namespace doorbell::memory {

Arbiter::Arbiter(Scheduler& scheduler, unsigned ports, unsigned limit, const StatisticsGroup& group,
                 const std::string& name)
    : scheduler_(scheduler),
      limit_(limit),
      waiting_(ports),
      channel_(group, name + "_channel",
               {.unit = "requests", .help = "Requests that cross to the target."}),
      queue_(
          group, name + "_queue",
          {.unit = "requests", .better = Better::lower, .help = "Requests of all ports waiting."}),
      under_way_(group, name, {.unit = "requests", .help = "Granted and not yet answered."},
                 limit) {}

bool Arbiter::Awaiter::await_ready() {
  if (arbiter_.waiting_count_ != 0 || !arbiter_.available()) return false;
  granted_ = arbiter_.scheduler_.now();
  arbiter_.last_port_ = port_;
  arbiter_.take(granted_);
  return true;
}

void Arbiter::Awaiter::await_suspend(std::coroutine_handle<> awaiter) {
  resumes(awaiter);
  since_ = arbiter_.scheduler_.now();
  if (journey_ != nullptr) journey_->wait(since_, "target's request channel");
  arbiter_.queue_.enter(since_);
  arbiter_.waiting_[port_].push(*this);
  ++arbiter_.waiting_count_;
}

Time Arbiter::Awaiter::await_resume() const {
  if (journey_ != nullptr) journey_->serve(granted_);
  return granted_;
}

void Arbiter::take(Time now) {
  crossing_ = true;
  channel_.begin(now);
  under_way_.enter(now);
}

void Arbiter::crossed() {
  crossing_ = false;
  channel_.end(scheduler_.now());
  grant_next();
}

void Arbiter::answered(Time granted) {
  under_way_.leave(scheduler_.now(), granted);
  grant_next();
}

void Arbiter::grant_next() {
  if (waiting_count_ == 0 || !available()) return;
  do {
    last_port_ = (last_port_ + 1) % waiting_.size();
  } while (waiting_[last_port_].empty());
  auto& next = static_cast<Awaiter&>(*waiting_[last_port_].pop());
  --waiting_count_;
  next.granted_ = scheduler_.now();
  queue_.leave(next.granted_, next.since_);
  take(next.granted_);
  scheduler_.wake_now(next);
}

}  // namespace doorbell::memory
