#include "platforms/replay/engine.h"

#include <algorithm>
#include <utility>

namespace doorbell::replay {

using trace::ItsCommand;
using trace::SmmuCommand;

namespace {

Pacing pacing_of(const ReplayParameters& parameters, const trace::Header& header) {
  if (parameters.pacing != Pacing::workload) return parameters.pacing;
  const bool by_times = header.conduct && header.conduct->pacing == trace::Conduct::Pacing::times;
  return by_times ? Pacing::recorded : Pacing::closed_loop;
}

/// What was made brings the number of its submissions along, in its dependencies.
bool limits_submissions(const ReplayParameters& parameters, const trace::Header& header) {
  if (parameters.pacing == Pacing::workload) return !header.conduct;
  return parameters.pacing == Pacing::closed_loop;
}

std::size_t window_of(const ReplayParameters& parameters, const trace::Header& header) {
  constexpr std::uint32_t least = 16;
  return std::max({parameters.window, header.conduct ? header.conduct->window : 0, least});
}

}  // namespace

Engine::Engine(Scheduler& scheduler, DeviceSide& devices, ProcessorSide& processors,
               const ReplayParameters& parameters, std::unique_ptr<trace::Source> source)
    : scheduler_(scheduler),
      devices_(devices),
      processor_side_(processors),
      parameters_(parameters),
      source_(std::move(source)),
      pacing_(pacing_of(parameters, header())),
      limits_submissions_(limits_submissions(parameters, header())),
      window_(window_of(parameters, header())),
      programs_(std::size_t{2} * header().cpus),
      tasks_(scheduler) {}

void Engine::set_up(std::function<void()> then) {
  if (!header().conduct || header().conduct->set_up == 0) return then();
  on_set_up_ = std::move(then);
  tasks_.spawn(begin());
}

void Engine::start() {
  begun_ = true;
  tasks_.spawn(begin());
}

Task<void> Engine::begin() {
  started_at_ = scheduler_.now();
  refill();
  go_on();
  co_return;
}

bool Engine::may_read() const {
  if (all_read_ || next_ - oldest_ >= window_.size()) return false;
  return begun_ || next_ <= header().conduct->set_up;
}

void Engine::refill() {
  while (may_read()) {
    auto& free = entry(next_);
    if (!source_->next(free.record)) {
      all_read_ = true;
      return;
    }
    if (next_ == 1) first_time_ = free.record.time;
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
    program_of(entry.record).queue.push_back(number);
    if (std::holds_alternative<SmmuCommand>(operation) && orders_invalidations())
      smmu_order_.push_back(number);
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
      consider_program(program_of(next.record));
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

void Engine::finish_set_up() {
  if (!on_set_up_ || oldest_ <= header().conduct->set_up) return;
  std::exchange(on_set_up_, nullptr)();
}

void Engine::finish_if_over() {
  finish_set_up();
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
  return source_->progress() * static_cast<double>(counts_.done) / static_cast<double>(read);
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
  return std::to_string(source_->records() - counts_.done) + " records" +
         (all_read_ ? "" : " and the rest of the workload") +
         " are not done; the oldest is record " + std::to_string(oldest_) + ", " + state;
}

}  // namespace doorbell::replay
