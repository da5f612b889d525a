#include "traces/make/arrivals.h"

#include <algorithm>

namespace doorbell::workload {
namespace {

Time mean_of(const Arrivals& parameters, std::uint32_t sharers) {
  if (!parameters.is_open()) return nominal_distance;
  return (second * sharers + parameters.rate / 2) / parameters.rate;
}

}  // namespace

ArrivalTimes::ArrivalTimes(const Arrivals& parameters, std::uint32_t sharers, std::uint32_t place,
                           std::uint64_t seed)
    : process_(parameters.process),
      burst_(parameters.process == Arrivals::Process::bursty ? parameters.burst : 1),
      left_(burst_),
      mean_(mean_of(parameters, sharers)),
      spread_(mean_ / 100 * parameters.spread),
      random_(seed) {
  next_ = parameters.is_open() && process_ != Arrivals::Process::constant ? gap()
                                                                          : mean_ * place / sharers;
  take_turns(parameters);
}

void ArrivalTimes::take_turns(const Arrivals& parameters) {
  due_ = {next_};
  if (parameters.is_open()) return;
  apart_ = mean_ / 100 * parameters.apart;
  while (due_.size() < parameters.processes)
    due_.push_back(due_.back() + mean_);
}

void ArrivalTimes::advance() {
  if (--left_ > 0) return;
  left_ = burst_;
  due_[turn_] = next_ + gap() * due_.size();
  const auto first = std::ranges::min_element(due_);
  turn_ = static_cast<std::size_t>(first - due_.begin());
  next_ = std::max(*first, next_ + apart_);
}

Time ArrivalTimes::gap() {
  switch (process_) {
    case Arrivals::Process::closed_loop:
      return mean_ - spread_ + random_.below(2 * spread_ + 1);
    case Arrivals::Process::constant:
      return mean_;
    default:
      return random_.exponential(mean_ * burst_);
  }
}

std::vector<ArrivalTimes> times_of_queues(const Arrivals& parameters, std::uint32_t devices,
                                          std::uint32_t queues, Random& seeds) {
  std::vector<ArrivalTimes> times;
  for (std::uint32_t i = 0; i < devices * queues; ++i)
    times.emplace_back(parameters, queues, i % queues, seeds.next());
  return times;
}

}  // namespace doorbell::workload
