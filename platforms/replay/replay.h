#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/task_group.h"
#include "platforms/replay/copy.h"
#include "platforms/replay/parameters.h"

namespace doorbell::replay {

/// A workload replayed on the virt platform, in one or several copies at once: the drivers of sw/
/// on its processors bring everything up, then processors and functions do what it says. Make it
/// before the simulation starts; it begins by itself.
class Replay {
 public:
  /// `platform` and `parameters` outlive it. Throws InputError when the workload can't be read or
  /// doesn't fit the platform; a mistake found later in a file is thrown from the simulation.
  Replay(virt::Platform& platform, const ReplayParameters& parameters,
         const trace::Workload& workload);

  /// Called when everything is set up, before the first record that is measured.
  void on_ready(std::function<void()> listener) { on_ready_ = std::move(listener); }
  /// Called when the last record of the last copy is done.
  void on_end(std::function<void()> listener) { on_end_ = std::move(listener); }

  /// Share of the traces that is done, 0 to 1.
  double done() const;
  /// Reads, writes and MSIs done.
  std::uint64_t transactions() const;
  /// Read and written.
  std::uint64_t bytes() const { return counts().bytes; }
  /// Of all copies together.
  ReplayCounts counts() const;
  unsigned copies() const { return static_cast<unsigned>(copies_.size()); }
  /// Of one copy.
  const ReplayCounts& counts(unsigned copy) const { return copies_[copy]->engine().counts(); }
  /// What is not done, for a person; empty when all is.
  std::string remaining() const;
  /// What of software's operations failed, for a person; empty when nothing did.
  std::string failures() const;
  std::uint64_t skipped() const;
  /// Interrupts that a processor has taken, set-up included.
  std::uint64_t interrupts(unsigned processor) const { return firmware_.interrupts(processor); }
  /// Interrupts that no handler wanted.
  std::uint64_t unclaimed() const { return firmware_.unclaimed(); }
  /// Faults that the SMMU recorded: none, if the trace's mappings and order are right.
  std::uint64_t smmu_events() const { return firmware_.smmu_events(); }

 private:
  static std::size_t vectors_of(const trace::Workload& workload);
  void run_firmware(unsigned cpu);
  void set_up();
  void copy_is_set_up();
  void start();
  Task<void> start_later(Engine& engine, Time when);
  Task<void> tell(Engine& engine, trace::Stream stream, std::uint32_t event, Outcome outcome);
  void copy_has_ended();

  virt::Platform& platform_;
  const ReplayParameters& parameters_;
  Firmware firmware_;
  Processors processors_;
  std::vector<std::unique_ptr<Copy>> copies_;
  unsigned to_set_up_ = 0;
  unsigned under_way_ = 0;
  std::function<void()> on_ready_;
  std::function<void()> on_end_;
  TaskGroup tasks_;
};

}  // namespace doorbell::replay
