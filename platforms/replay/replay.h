#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/task_group.h"
#include "platforms/replay/copy.h"
#include "platforms/replay/parameters.h"
#include "platforms/workload.h"

namespace doorbell::replay {

/// A workload replayed on the virt platform, in one or several copies at once: the drivers of sw/
/// on its processors bring everything up, then processors and functions do what it says. Its
/// measured region begins when everything is set up, before the first record, and it has ended when
/// the last record of the last copy is done.
class Replay : public Workload {
 public:
  /// `platform` and `parameters` outlive it. Throws InputError when the workload can't be read or
  /// doesn't fit the platform; a mistake found later in a file is thrown from the simulation.
  Replay(virt::Platform& platform, const ReplayParameters& parameters,
         const trace::Workload& workload);

  void start() override;
  /// Reads, writes and MSIs done; share of the traces that is.
  Position position() const override;
  void add_to(RunTotals& totals) const override;
  std::string remaining() const override;
  std::string failures() const override;

  /// Of all copies together.
  ReplayCounts counts() const;
  unsigned copies() const { return static_cast<unsigned>(copies_.size()); }
  /// Of one copy.
  const ReplayCounts& counts(unsigned copy) const { return copies_[copy]->engine().counts(); }
  std::uint64_t skipped() const;
  /// Interrupts that a processor has taken, set-up included.
  std::uint64_t interrupts(unsigned processor) const { return firmware_.interrupts(processor); }
  /// Interrupts that no handler wanted.
  std::uint64_t unclaimed() const { return firmware_.unclaimed(); }
  /// Faults that the SMMU recorded: none, if the trace's mappings and order are right.
  std::uint64_t smmu_events() const { return firmware_.smmu_events(); }

 private:
  void run_firmware(unsigned cpu);
  void set_up();
  void copy_is_set_up();
  void start_copies();
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
  TaskGroup tasks_;
};

}  // namespace doorbell::replay
