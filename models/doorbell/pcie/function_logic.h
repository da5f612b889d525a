#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/simulation.h"
#include "doorbell/pcie/arch/configuration_space.h"
#include "doorbell/pcie/arch/msix_table.h"
#include "doorbell/pcie/arch/parameters.h"
#include "doorbell/pcie/traffic_port.h"

namespace doorbell::pcie {

/// What a function does: its registers and the requests that it makes. The Function around it has
/// what all functions have alike: configuration space, MSI and MSI-X, bus mastering, power.
class FunctionLogic {
 public:
  /// What a logic works with. `port` may be used from `run` on; `tasks` owns tasks of its own.
  struct Context {
    Simulation& simulation;
    const StatisticsGroup& group;
    TrafficPort& port;
    TaskGroup& tasks;
    const EndpointParameters& endpoint;
  };

  virtual ~FunctionLogic() = default;

  virtual FunctionIdentity identity() const = 0;
  /// The BARs, with the one that holds the MSI-X table.
  virtual std::vector<BarInfo> bars() const = 0;
  /// The table and, in the same BAR behind it, the PBA. What lies there never reaches `read_bar`
  /// and `write_bar`.
  virtual MsixLayout msix() const = 0;
  /// Adds capabilities behind those that every function has.
  virtual void capabilities(ConfigurationSpace&) {}

  /// Naturally aligned accesses of 1, 2 or 4 bytes at `offset` of a BAR: what software writes wider
  /// comes in pieces, from the lowest address on.
  virtual std::uint32_t read_bar(unsigned bar, std::uint64_t offset, unsigned size) = 0;
  virtual void write_bar(unsigned bar, std::uint64_t offset, unsigned size,
                         std::uint32_t value) = 0;

  /// After every write to configuration space: bus mastering and power may have changed.
  virtual void configured() {}
  /// The one listener to writes to a doorbell region that a source of traffic claims; a logic
  /// without such a region has nothing to tell.
  virtual void on_doorbell(std::function<void(const DoorbellWrite&)>) {}

  /// What is under way, as `Module::busy` says it.
  virtual std::string busy() const { return {}; }
  /// While nothing is: what isn't architectural state is as at the start.
  virtual void settle() {}

  /// The function's task, started with the simulation: waits for work for ever.
  virtual Task<void> run() = 0;

  // For a checkpoint, when nothing is under way.
  virtual void save(StateWriter&) const {}
  virtual void restore(StateReader&) {}
  /// What a drive holds; empty for what is none.
  virtual std::span<const std::uint8_t> contents() const { return {}; }
};

/// The logic of `context.endpoint.kind`.
std::unique_ptr<FunctionLogic> make_logic(const FunctionLogic::Context& context);

}  // namespace doorbell::pcie
