#pragma once

#include <memory>
#include <string>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/statistics.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/statistics_stages.h"
#include "doorbell/core/kernel.h"
#include "doorbell/core/payload_pool.h"

namespace doorbell {

class Explanation;
class StateReader;
class StateWriter;

/// What all blocks of a simulation share. One process runs one simulation (SystemC elaborates
/// once), so there is one, made when the first block asks for it.
class Simulation {
 public:
  static Simulation& current();

  Kernel& kernel() { return *kernel_; }
  Scheduler& scheduler() { return kernel_->scheduler(); }
  Statistics& statistics() { return statistics_; }
  StageGraph& stages() { return stages_; }
  StageStatistics& stage_statistics() { return stage_statistics_; }
  JourneyLog& journeys() { return journeys_; }
  PayloadPool& payloads() { return payloads_; }
  /// Of the slowest MSIs; null unless asked for.
  const Explanation* explanation() const { return explanation_.get(); }
  // What statistics_file.h has for everybody.
  void explain_slowest(std::size_t count);
  void begin_measuring(Time now);

 private:
  Simulation();
  ~Simulation();

  Statistics statistics_;
  StageGraph stages_;
  StageStatistics stage_statistics_{stages_};
  JourneyLog journeys_{stage_statistics_};
  std::unique_ptr<Explanation> explanation_;
  TimeSeries acknowledged_;
  PayloadPool payloads_;
  std::unique_ptr<Kernel> kernel_;
};

/// Base of all TLM modules: short ways to what they share.
///
/// Root tasks belong to a `TaskGroup tasks_{scheduler()}`, which a module declares as its *last*
/// data member, so that its tasks are destroyed before what they use.
class Module : public sc_core::sc_module {
 public:
  Simulation& simulation() const { return simulation_; }
  Scheduler& scheduler() const { return simulation_.scheduler(); }
  Time now() const { return simulation_.scheduler().now(); }
  /// Where this module's statistics are: its hierarchical name.
  StatisticsGroup statistics() const { return simulation_.statistics().group(name()); }

  // A marker stops the machine where nothing is under way; there a checkpoint can be taken.

  /// What is under way in this module itself, for a person ("2 walks"); empty when nothing is.
  virtual std::string busy() const { return {}; }
  /// At a marker, when nobody is busy: returns everything that `save` leaves out to its start, as
  /// caches, arbiters' turns, credits owed and random generators, so that a run that goes on and
  /// one that is restored are the same from there.
  virtual void settle() {}
  /// Writes the architectural state, by the specification's names. When nobody is busy.
  virtual void save(StateWriter&) const {}
  /// Takes what `save` wrote; before the simulation runs on. Throws InputError for what it can't
  /// be.
  virtual void restore(StateReader&) {}

 protected:
  explicit Module(const sc_core::sc_module_name& module_name)
      : sc_module(module_name), simulation_(Simulation::current()) {}

 private:
  Simulation& simulation_;
};

}  // namespace doorbell
