#pragma once

#include <functional>

#include "doorbell/core/simulation.h"
#include "platforms/command/progress.h"

namespace doorbell {

/// Runs a simulation until it says that it has finished, nothing is left to do, or somebody has
/// asked for its end.
class RunLoop {
 public:
  enum class End {
    finished,    ///< `finish` was called.
    asked,       ///< Through StopRequest.
    standstill,  ///< Nothing is scheduled any more, and nobody has called `finish`.
  };

  explicit RunLoop(Simulation& simulation) : simulation_(simulation) {}

  /// Progress is shown as the position that `position` gives. What a task threw is rethrown.
  End run(const std::function<RunPosition()>& position);
  /// From inside the simulation: it ends here and now, after the task in hand.
  void finish();
  /// The simulated time at which it ended, in ps.
  Time ended_at() const { return ended_at_; }

 private:
  void run_slice();

  Simulation& simulation_;
  bool finished_ = false;
  Time ended_at_ = 0;
};

}  // namespace doorbell
