#include "doorbell/pcie/traffic_generator.h"

#include <algorithm>

namespace doorbell::pcie {

TrafficGenerator::TrafficGenerator(const sc_core::sc_module_name& module_name, TrafficPort& port,
                                   const GeneratorParameters& parameters)
    : Module(module_name),
      port_(port),
      parameters_(parameters),
      intervals_(parameters.seed),
      addresses_(parameters.seed + 1),
      transactions_(statistics(), "transactions",
                    {"transactions", Better::higher, "transactions that ended"}),
      failures_(statistics(), "failures",
                {"transactions", Better::lower, "refused, or completed with an error"}),
      latency_(
          statistics(), "latency",
          {"ps", Better::lower, "from arrival to the data of a read or the departure of a write"}) {
}

void TrafficGenerator::start() {
  tasks_.spawn(run());
}

Task<void> TrafficGenerator::run() {
  while (!port_.may_issue())
    co_await port_.configured();
  if (parameters_.arrivals == ArrivalPattern::closed) {
    const std::uint64_t loops = std::min<std::uint64_t>(parameters_.outstanding, parameters_.count);
    for (std::uint64_t i = 0; i < loops; ++i)
      tasks_.start(repeat());
    co_return;
  }
  while (issued_ < parameters_.count) {
    const Time interval = parameters_.arrivals == ArrivalPattern::poisson
                              ? intervals_.exponential(parameters_.interval)
                              : parameters_.interval;
    co_await Delay{scheduler(), interval};
    tasks_.start(transact(now(), next_target()));
  }
}

Task<void> TrafficGenerator::repeat() {
  while (issued_ < parameters_.count)
    co_await transact(now(), next_target());
}

TrafficGenerator::Target TrafficGenerator::next_target() {
  const std::uint64_t places = std::max<std::uint64_t>(1, parameters_.range / parameters_.length);
  const std::uint64_t place =
      parameters_.random_addresses ? addresses_.below(places) : issued_ % places;
  const auto vector = static_cast<unsigned>(issued_ % parameters_.vectors);
  ++issued_;
  return {parameters_.address + place * parameters_.length, vector};
}

Task<void> TrafficGenerator::transact(Time arrival, Target target) {
  const bool done = co_await carry_out(target);
  if (!done) failures_.add();
  transactions_.add();
  latency_.record(now() - arrival);
  if (++ended_ == parameters_.count && finished_) finished_();
}

Task<bool> TrafficGenerator::carry_out(Target target) {
  bool done = true;
  if (parameters_.operation == GeneratorOperation::read) {
    done = co_await port_.read(target.address, parameters_.length);
    co_return done;
  }
  if (parameters_.operation != GeneratorOperation::message) {
    done = co_await port_.write(target.address, parameters_.length);
    if (!done || parameters_.operation == GeneratorOperation::write) co_return done;
  }
  const MsiOutcome outcome = co_await port_.signal(target.vector);
  co_return outcome != MsiOutcome::disabled;
}

}  // namespace doorbell::pcie
