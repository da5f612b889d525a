#include "platforms/replay/engine.h"

#include <algorithm>
#include <utility>

namespace doorbell::replay {

using trace::ItsCommand;
using trace::SmmuCommand;

Engine::Engine(Scheduler& scheduler, DeviceSide& devices, ProcessorSide& processors,
               const ReplayParameters& parameters, const std::string& trace)
    : scheduler_(scheduler),
      devices_(devices),
      processor_side_(processors),
      parameters_(parameters),
      reader_(trace),
      window_(std::max<std::uint32_t>(parameters.window, 16)),
      processors_(reader_.header().cpus),
      tasks_(scheduler) {}

void Engine::start() {
  tasks_.spawn(begin());
}

Task<void> Engine::begin() {
  started_at_ = scheduler_.now();
  refill();
  go_on();
  co_return;
}

void Engine::refill() {
  while (!all_read_ && next_ - oldest_ < window_.size()) {
    auto& free = entry(next_);
    if (!reader_.next(free.record)) {
      all_read_ = true;
      return;
    }
    if (next_ == 1) first_time_us_ = free.record.time_us;
    ++next_;
    admit(free);
  }
}

void Engine::admit(Entry& entry) {
  entry.state = State::waiting;
  entry.dependency = 0;
  entry.scan = 0;
  entry.blocked_on = 0;
  entry.timed = false;
  entry.fate = Entry::Fate::unknown;
  entry.waiters.clear();
  const auto number = entry.record.number;
  const auto& operation = entry.record.operation;
  if (!trace::is_device_side(operation)) {
    processors_[entry.record.cpu].queue.push_back(number);
    if (std::holds_alternative<SmmuCommand>(operation)) smmu_order_.push_back(number);
    if (std::holds_alternative<ItsCommand>(operation)) its_order_.push_back(number);
  }
  work(number);
}

void Engine::work(std::uint64_t number) {
  work_.push_back(number);
}

void Engine::drain() {
  if (std::exchange(draining_, true)) return;
  while (!work_.empty()) {
    const auto number = work_.front();
    work_.pop_front();
    if (number < oldest_) continue;
    auto& next = entry(number);
    if (next.state != State::waiting) continue;
    if (trace::is_device_side(next.record.operation)) {
      consider(next);
    } else {
      consider_processor(next.record.cpu);
    }
  }
  draining_ = false;
}

void Engine::wake(std::vector<std::uint64_t>& waiters) {
  for (const auto waiter : waiters) {
    entry(waiter).blocked_on = 0;
    work(waiter);
  }
  waiters.clear();
}

void Engine::done(Entry& entry) {
  entry.state = State::done;
  ++counts_.done;
  wake(entry.waiters);
  if (entry.record.number == oldest_) retire();
}

void Engine::retire() {
  while (oldest_ < next_ && entry(oldest_).state == State::done)
    ++oldest_;
  refill();
  // The oldest may go on whatever the pacing says.
  if (oldest_ < next_) work(oldest_);
}

void Engine::finish_if_over() {
  if (!all_read_ || ended_ || oldest_ != next_) return;
  if (unobserved_.empty()) {
    ended_ = true;
    if (on_end_) on_end_();
    return;
  }
  for (const auto& [stream, state] : streams_)
    flush_if_needed(stream, 0);
}

double Engine::progress() const {
  if (ended_) return 1.0;
  const auto read = next_ - 1;
  if (read == 0) return 0.0;
  return reader_.progress() * static_cast<double>(counts_.done) / static_cast<double>(read);
}

std::string Engine::remaining() const {
  if (ended_) return {};
  if (next_ == 1) return "the workload has not begun";
  if (oldest_ == next_)
    return std::to_string(unobserved_.size()) + " writes are not known to have arrived";
  const auto& oldest = entry(oldest_);
  const char* state = oldest.state == State::waiting   ? "waiting"
                      : oldest.state == State::running ? "under way"
                                                       : "sent and not taken";
  return std::to_string(reader_.records() - counts_.done) + " records" +
         (all_read_ ? "" : " and the rest of the file") + " are not done; the oldest is record " +
         std::to_string(oldest_) + ", " + state;
}

}  // namespace doorbell::replay
