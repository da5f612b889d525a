#pragma once

#include <functional>

#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/pcie/arch/nvme/state.h"
#include "doorbell/pcie/nvme/admin.h"
#include "doorbell/pcie/nvme/host_memory.h"
#include "doorbell/pcie/nvme/input_output.h"

namespace doorbell::pcie::nvme {

/// Fetches commands, has them carried out, and posts their completions, each ahead of its
/// interrupt. The admin queue and the I/O queues, round robin, are fetched from apart; commands are
/// under way side by side.
class QueueServer {
 public:
  struct Context {
    Simulation& simulation;
    TaskGroup& tasks;
    const NvmeParameters& parameters;
    State& state;
    HostMemory& memory;
    BackingFile& drive;
    /// A command could not be fetched: the controller is to stop (CSTS.CFS).
    std::function<void()> fail;
  };
  QueueServer(const Context& context, const StatisticsGroup& group);

  Task<void> serve_admin();
  Task<void> serve_io();

  void start();
  /// Nothing is fetched any more; what is under way goes on.
  void stop() { running_ = false; }
  /// Until nothing is under way. Held Asynchronous Event Requests aren't.
  Outstanding::Awaiter idle() { return under_way_.drained(); }
  /// Commands that were fetched, but for Asynchronous Event Requests that are held.
  std::uint64_t commands_under_way() const { return under_way_.count(); }
  /// Something that somebody may wait for has changed: doorbells, completions.
  void wake() { progress_.notify_all(); }
  /// Completes Asynchronous Event Requests for which there is an event.
  void report_events();

  /// INTMS and INTMC (NVMe 1.4 3.1.3, 3.1.4), by vector; without effect on MSI-X.
  void mask(std::uint32_t vectors) { masked_ |= vectors; }
  void unmask(std::uint32_t vectors);
  std::uint32_t masked() const { return masked_; }
  void unmask_all() { masked_ = 0; }

  /// For a checkpoint (core/arch/state.h), when nothing is under way.
  template <class Self, class Described>
  static void describe(Self& self, Described& state) {
    state.value("running", self.running_);
    state.value("masked", self.masked_);
  }

 private:
  struct Fetched {
    std::uint16_t queue = 0;
    Time offered = 0;  ///< when the doorbell was rung
    Time since = 0;
    HostMemory::Epoch epoch = 0;
    Command command;
  };
  Task<void> fetch(std::uint16_t id);
  Task<void> execute(Fetched fetched);
  Task<std::optional<Result>> carry_out(Fetched fetched);
  Task<void> complete(Fetched fetched, Result result);
  Task<void> complete_event(Fetched fetched, Result result);
  Task<void> interrupt(std::uint16_t vector, HostMemory::Epoch epoch);
  Task<void> interrupt_again(std::uint16_t vector, HostMemory::Epoch epoch);
  void record(const Fetched& fetched, const Result& result);
  void leave(Fetched fetched);

  Context context_;
  Scheduler& scheduler_;
  Condition progress_;
  Outstanding under_way_;
  AdminCommands admin_;
  IoCommands io_;
  bool running_ = false;
  std::uint32_t masked_ = 0;

  Counter commands_;
  Counter errors_;
  Counter fetch_errors_;
  QueueStatistics queue_depth_;
  HistogramStatistics read_;
  HistogramStatistics write_;
};

}  // namespace doorbell::pcie::nvme
