#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "doorbell/core/arch/run_report.h"

namespace doorbell {

/// What runs on a platform while it is looked at: a replay, or software of somebody's.
class Workload {
 public:
  /// How far it has come.
  struct Position {
    std::uint64_t transactions = 0;  ///< DMA transactions and MSIs that have ended.
    double done = 0;                 ///< Share of it, 0 to 1; 0 where nobody knows.
  };

  virtual ~Workload() = default;

  /// Called when the measured region begins; never where nothing is measured.
  void on_ready(std::function<void()> listener) { on_ready_ = std::move(listener); }
  /// Called when the measured region ends before all is done.
  void on_measured(std::function<void()> listener) { on_measured_ = std::move(listener); }
  /// Called when all is done.
  void on_end(std::function<void()> listener) { on_end_ = std::move(listener); }

  /// Hands processors what they run. After all listeners, before the simulation runs.
  virtual void start() = 0;
  virtual Position position() const = 0;
  /// Adds what only it can count of the measured region.
  virtual void add_to(RunTotals& totals) const = 0;
  /// What isn't done, for a person; empty when all is.
  virtual std::string remaining() const = 0;
  /// What of software's operations failed, for a person; empty when nothing did.
  virtual std::string failures() const = 0;
  /// What more there is to say of them, as lines, ahead of each of which there is a line feed.
  virtual std::string failure_details() const { return ""; }
  /// Looks at the host's side, several times a second; false when the run is to end, as somebody at
  /// a console has asked for.
  virtual bool poll() { return true; }
  /// When nothing else is left to happen: waits a moment for the host's side. False when nothing
  /// can come from there.
  virtual bool wait() { return false; }
  /// False where something is to be measured and nothing was yet: there are no results to show.
  virtual bool has_results() const { return true; }
  /// Somebody at a debugger decides when the run is over: it isn't judged to stand still.
  virtual bool watched() const { return false; }
  /// With what the command ends when all is done.
  virtual int exit_status() const { return 0; }

 protected:
  void ready() const {
    if (on_ready_) on_ready_();
  }
  void measured() const {
    if (on_measured_) on_measured_();
  }
  void ended() const {
    if (on_end_) on_end_();
  }

 private:
  std::function<void()> on_ready_;
  std::function<void()> on_measured_;
  std::function<void()> on_end_;
};

}  // namespace doorbell
