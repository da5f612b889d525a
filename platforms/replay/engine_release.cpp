#include <algorithm>
#include <utility>

#include "platforms/replay/engine.h"

namespace doorbell::replay {

using trace::Access;
using trace::Handle;
using trace::ItsCommand;
using trace::Map;
using trace::Msi;
using trace::SmmuCommand;
using trace::Submit;
using trace::Unmap;

bool Engine::fulfilled(const Entry& waiter, const Entry& other) const {
  if (other.state == State::done) return true;
  // An MSI that was handed over stays behind what its stream posts later.
  const auto& operation = waiter.record.operation;
  return other.state == State::handed && trace::is_device_side(operation) &&
         trace::stream_of(operation) == trace::stream_of(other.record.operation);
}

bool Engine::wait_for(Entry& waiter, std::uint64_t number) {
  if (number < oldest_) return false;
  auto& other = entry(number);
  if (fulfilled(waiter, other)) return false;
  if (std::exchange(waiter.blocked_on, number) != number) {
    other.waiters.push_back(waiter.record.number);
  }
  return true;
}

bool Engine::wait_for_range(Entry& waiter, const trace::Dependency& range) {
  const auto own = trace::stream_of(waiter.record.operation);
  for (waiter.scan = std::max({waiter.scan, range.first, oldest_}); waiter.scan <= range.last;
       ++waiter.scan) {
    const auto& operation = entry(waiter.scan).record.operation;
    if (!trace::is_device_side(operation)) continue;
    if (own && trace::stream_of(operation) != own) continue;
    if (wait_for(waiter, waiter.scan)) return true;
  }
  return false;
}

bool Engine::wait_for_observation(Entry& waiter, const trace::Dependency& range) {
  // Posted writes of one stream stay in order, so for its functions handing them over was enough.
  if (trace::is_device_side(waiter.record.operation)) return false;
  const auto own = trace::stream_of(waiter.record.operation);
  const bool single = range.first == range.last;
  for (auto at = unobserved_.lower_bound(range.first);
       at != unobserved_.end() && at->first <= range.last; ++at) {
    if (!single && own && at->second.stream != own) continue;
    if (std::exchange(waiter.blocked_on, at->first) != at->first) {
      at->second.waiters.push_back(waiter.record.number);
    }
    flush_if_needed(at->second.stream, waiter.record.cpu);
    return true;
  }
  return false;
}

bool Engine::dependencies_met(Entry& entry) {
  const auto& after = entry.record.after;
  for (; entry.dependency < after.size(); ++entry.dependency, entry.scan = 0) {
    const auto& dependency = after[entry.dependency];
    const bool single = dependency.first == dependency.last;
    if (single && wait_for(entry, dependency.first)) return false;
    if (!single && wait_for_range(entry, dependency)) return false;
    if (wait_for_observation(entry, dependency)) return false;
  }
  return true;
}

bool Engine::time_has_come(Entry& entry) {
  if (pacing_ != Pacing::recorded) return true;
  const auto& record = entry.record;
  const Time since = record.time > first_time_ ? record.time - first_time_ : 0;
  const Time due = started_at_ + since / parameters_.time_divisor;
  if (scheduler_.now() >= due) return true;
  if (!std::exchange(entry.timed, true)) tasks_.spawn(wait_until(record.number, due));
  return false;
}

Task<void> Engine::wait_until(std::uint64_t number, Time due) {
  co_await Until{scheduler_, due};
  work(number);
  go_on();
}

bool Engine::may_submit(const Entry& entry) const {
  if (!limits_submissions_) return true;
  if (!std::holds_alternative<Submit>(entry.record.operation)) return true;
  return outstanding_ < parameters_.outstanding || entry.record.number == oldest_;
}

bool Engine::is_its_turn(const Entry& entry) const {
  const auto number = entry.record.number;
  if (std::holds_alternative<SmmuCommand>(entry.record.operation)) {
    return !orders_invalidations() || smmu_order_.front() == number;
  }
  if (std::holds_alternative<ItsCommand>(entry.record.operation)) {
    return its_order_.front() == number;
  }
  return true;
}

void Engine::consider(Entry& entry) {
  if (!dependencies_met(entry) || !time_has_come(entry)) return;
  entry.state = State::running;
  ++counts_.released;
  const auto* access = std::get_if<Access>(&entry.record.operation);
  if (access == nullptr) {
    tasks_.start(run_msi(entry));
  } else if (access->is_write) {
    tasks_.start(run_write(entry));
  } else {
    tasks_.start(run_read(entry));
  }
}

void Engine::consider_program(Program& program) {
  if (program.busy || program.queue.empty()) return;
  auto& next = entry(program.queue.front());
  if (!dependencies_met(next) || !is_its_turn(next) || !may_submit(next) || !time_has_come(next)) {
    return;
  }
  program.busy = true;
  next.state = State::running;
  ++counts_.released;
  if (limits_submissions_ && std::holds_alternative<Submit>(next.record.operation)) ++outstanding_;
  tasks_.start(run_processor(next));
}

Task<void> Engine::run_write(Entry& entry) {
  const auto& access = std::get<Access>(entry.record.operation);
  if (!co_await devices_.write(access)) ++counts_.refused;
  count(entry);
  const auto number = entry.record.number;
  const auto stream = access.stream;
  auto& observation = streams_[stream].observation;
  observation.handed(number);
  unobserved_.emplace(number, Unobserved{stream, {}});
  done(entry);
  if (observation.unobserved() > window_.size()) flush_if_needed(stream, 0);
  go_on();
}

Task<void> Engine::run_read(Entry& entry) {
  const auto& access = std::get<Access>(entry.record.operation);
  auto& stream = streams_[access.stream];
  const auto position = stream.observation.evidence_started();
  if (!co_await devices_.read(access)) ++counts_.refused;
  stream.observation.evidence_ended(position);
  count(entry);
  done(entry);
  observe(stream, position);
  go_on();
}

Task<void> Engine::run_processor(Entry& entry) {
  const bool well = co_await processor_side_.perform(entry.record);
  if (!well) {
    software_failed();
    if (first_failure_ == 0) first_failure_ = entry.record.number;
  }
  processor_done(entry);
  go_on();
}

void Engine::processor_done(Entry& entry) {
  const auto& operation = entry.record.operation;
  auto& program = program_of(entry.record);
  program.busy = false;
  program.queue.pop_front();
  if (!program.queue.empty()) work(program.queue.front());
  const auto advance = [this](std::deque<std::uint64_t>& order) {
    order.pop_front();
    if (!order.empty()) work(order.front());
  };
  if (std::holds_alternative<SmmuCommand>(operation) && orders_invalidations())
    advance(smmu_order_);
  if (std::holds_alternative<ItsCommand>(operation)) advance(its_order_);
  if (const auto* handle = std::get_if<Handle>(&operation);
      handle && handle->closes > 0 && limits_submissions_) {
    outstanding_ -= std::min<std::uint64_t>(outstanding_, handle->closes);
    for (const auto& each : programs_) {
      if (!each.queue.empty()) work(each.queue.front());
    }
  }
  count(entry);
  done(entry);
}

void Engine::observe(StreamState& stream, Observation::Position position) {
  while (const auto number = stream.observation.next_observed(position)) {
    auto node = unobserved_.extract(number);
    wake(node.mapped().waiters);
  }
}

void Engine::flush_if_needed(trace::Stream stream, unsigned cpu) {
  auto& state = streams_[stream];
  if (state.flushing || !state.observation.needs_flush()) return;
  state.flushing = true;
  tasks_.spawn(flush(stream, cpu));
}

Task<void> Engine::flush(trace::Stream stream, unsigned cpu) {
  auto& state = streams_[stream];
  const auto position = state.observation.evidence_started();
  ++counts_.flushes;
  if (!co_await processor_side_.flush(cpu, stream)) software_failed();
  state.observation.evidence_ended(position);
  state.flushing = false;
  observe(state, position);
  go_on();
}

void Engine::count(const Entry& entry) {
  const auto& operation = entry.record.operation;
  if (const auto* access = std::get_if<Access>(&operation)) {
    ++(access->is_write ? counts_.writes : counts_.reads);
    counts_.bytes += access->bytes;
  } else if (std::holds_alternative<Msi>(operation)) {
    ++counts_.msis;
  } else if (std::holds_alternative<Map>(operation)) {
    ++counts_.maps;
  } else if (std::holds_alternative<Unmap>(operation)) {
    ++counts_.unmaps;
  } else if (std::holds_alternative<Submit>(operation)) {
    ++counts_.submits;
  } else if (std::holds_alternative<Handle>(operation)) {
    ++counts_.handles;
  } else if (std::holds_alternative<SmmuCommand>(operation)) {
    ++counts_.smmu_commands;
  } else {
    ++counts_.its_commands;
  }
}

}  // namespace doorbell::replay
