#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "doorbell/core/simulation.h"
#include "doorbell/pcie/arch/nvme/prp.h"
#include "doorbell/pcie/traffic_port.h"

namespace doorbell::pcie::nvme {

/// A controller's accesses to its host. While the function may not issue requests they wait, and
/// nothing is lost; what a reset has overtaken makes no access any more.
class HostMemory {
 public:
  /// Counts Controller Level Resets: what began in an earlier one is to end without a trace.
  using Epoch = std::uint64_t;
  enum class Access : std::uint8_t { done, failed, abandoned };

  HostMemory(Scheduler& scheduler, TrafficPort& port) : port_(port), changed_(scheduler) {}

  Epoch epoch() const { return epoch_; }
  bool is(Epoch epoch) const { return epoch == epoch_; }
  void abandon() {
    ++epoch_;
    changed_.notify_all();
  }
  /// Configuration space was written.
  void configured() {
    ++configurations_;
    changed_.notify_all();
  }

  Task<Access> read(Epoch epoch, std::uint64_t address, std::span<std::uint8_t> into);
  Task<Access> write(Epoch epoch, std::uint64_t address, std::span<const std::uint8_t> from);
  Task<Access> signal(Epoch epoch, unsigned vector);

  /// Reads the PRP Lists that `walk` asks for; `walk` outlives the task.
  Task<Access> find(Epoch epoch, PrpWalk& walk);
  /// All of `into`, or of `from`, in the order of the segments, which hold as much at least.
  Task<Access> gather(Epoch epoch, const std::vector<Segment>& segments,
                      std::span<std::uint8_t> into);
  Task<Access> scatter(Epoch epoch, const std::vector<Segment>& segments,
                       std::span<const std::uint8_t> from);

  bool msix_enabled() const { return port_.msix_enabled(); }

 private:
  Task<bool> may_issue(Epoch epoch);

  TrafficPort& port_;
  Condition changed_;
  Epoch epoch_ = 0;
  std::uint64_t configurations_ = 0;
};

}  // namespace doorbell::pcie::nvme
