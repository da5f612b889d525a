#pragma once

#include <cstdint>
#include <functional>

#include "doorbell/core/arch/random.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/simulation.h"
#include "doorbell/pcie/arch/parameters.h"
#include "doorbell/pcie/traffic_port.h"

namespace doorbell::pcie {

/// Synthetic traffic of one function: reads, writes and messages in a closed loop, as a Poisson
/// process or at a fixed rate. The same parameters give the same traffic everywhere.
class TrafficGenerator : public Module {
 public:
  TrafficGenerator(const sc_core::sc_module_name& name, TrafficPort& port,
                   const GeneratorParameters& parameters);

  /// Begins as soon as the function may issue requests. Once.
  void start();
  /// Called when the last transaction has ended.
  void on_finished(std::function<void()> listener) { finished_ = std::move(listener); }

  std::uint64_t transactions() const { return transactions_.value(); }
  std::uint64_t failures() const { return failures_.value(); }
  /// Picoseconds from arrival to the end: of a read its data, of a write or message its departure.
  const Histogram& latency() const { return latency_.histogram(); }

 private:
  struct Target {
    std::uint64_t address;
    unsigned vector;
  };
  Task<void> run();
  Task<void> repeat();
  Task<void> transact(Time arrival, Target target);
  Task<bool> carry_out(Target target);
  Target next_target();

  TrafficPort& port_;
  GeneratorParameters parameters_;
  Random intervals_;
  Random addresses_;
  std::uint64_t issued_ = 0;
  std::uint64_t ended_ = 0;
  std::function<void()> finished_;
  Counter transactions_;
  Counter failures_;
  HistogramStatistics latency_;
  TaskGroup tasks_{scheduler()};
};

}  // namespace doorbell::pcie
