#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/task_group.h"
#include "platforms/replay/engine.h"
#include "platforms/replay/functions.h"
#include "platforms/replay/parameters.h"
#include "platforms/replay/processors.h"
#include "platforms/replay/software.h"

namespace doorbell::replay {

/// A trace replayed on the virt platform: the drivers of sw/ on its processors bring everything up,
/// then processors and functions do what the trace says. Make it before the simulation starts; it
/// begins by itself.
class Replay {
 public:
  /// `platform` and `parameters` outlive it. Throws InputError when the trace can't be read or
  /// doesn't fit the platform; a mistake found later in the file is thrown from the simulation.
  Replay(virt::Platform& platform, const ReplayParameters& parameters, const std::string& trace);

  /// Called when everything is set up, before the first record.
  void on_ready(std::function<void()> listener) { on_ready_ = std::move(listener); }
  /// Called when the last record is done.
  void on_end(std::function<void()> listener) { engine_.on_end(std::move(listener)); }

  /// Share of the trace that is done, 0 to 1.
  double done() const { return engine_.progress(); }
  /// Reads, writes and MSIs done.
  std::uint64_t transactions() const;
  /// Read and written.
  std::uint64_t bytes() const { return engine_.counts().bytes; }
  const ReplayCounts& counts() const { return engine_.counts(); }
  /// What is not done, for a person; empty when all is.
  std::string remaining() const { return engine_.remaining(); }
  std::uint64_t skipped() const { return software_.skipped(); }
  /// Faults that the SMMU recorded: none, if the trace's mappings and order are right.
  std::uint64_t smmu_events() const { return software_.smmu_events(); }

 private:
  static trace::Header header_of(const std::string& trace);
  void run_firmware(unsigned cpu);
  Task<void> tell(trace::Stream stream, std::uint32_t event, Outcome outcome);

  virt::Platform& platform_;
  Software software_;
  Processors processors_;
  Functions functions_;
  Engine engine_;
  std::function<void()> on_ready_;
  TaskGroup tasks_;
};

}  // namespace doorbell::replay
