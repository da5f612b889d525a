#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <future>
#include <string>

#include "tests/system/command.h"

namespace doorbell::testing {

/// Whether a condition becomes true soon enough; it is asked ten times a second.
bool comes_true(std::chrono::seconds within, const std::function<bool()>& condition);

/// What squeue says of all tasks that haven't ended, in this format, a line for each.
std::string in_queue(const std::string& format = "%T");

/// Texts of plans. Points take about half a second each; nothing else is asked of them.
std::string plan_of_points(int count);
/// Writes a workload that takes ten seconds and more into the folder; returns its path.
std::string long_workload(const ScratchDirectory& folder);
/// Points on such a workload.
std::string plan_of_long_points(int count, const ScratchDirectory& folder);

/// `doorbell sweep` on the cluster that SLURM_CONF names, while the test goes on.
class RunningSweep {
 public:
  /// `options`: beside plan, -o and --engine slurm.
  RunningSweep(const std::string& plan, const std::string& directory,
               const std::string& options = "");

  /// Waits for its end.
  CommandResult result() { return result_.get(); }
  void signal(int number) const;

 private:
  ScratchDirectory folder_;
  std::future<CommandResult> result_;
};

/// The database of the same plan, run by the local engine.
std::string local_database(const std::string& plan, const ScratchDirectory& folder);

/// Points in a sweep's folder that have an outcome.
int outcomes(const std::string& directory);
/// Points that are being run.
int attempts(const std::string& directory);

}  // namespace doorbell::testing
