#pragma once

#include <functional>

#include "doorbell/core/simulation.h"
#include "platforms/command/progress.h"
#include "platforms/virt/standstill.h"

namespace doorbell {

/// Runs a simulation until it says that it has finished, nothing is left to do, or somebody has
/// asked for its end.
class RunLoop {
 public:
  enum class End {
    finished,    ///< `finish` was called.
    asked,       ///< Through StopRequest.
    standstill,  ///< Nobody has called `finish`, and nothing that is still to come would change
                 ///< that.
  };

  explicit RunLoop(Simulation& simulation) : simulation_(simulation) {}

  /// Progress is shown as the position that `position` gives. What a task threw is rethrown.
  /// Whether it stands still is judged with `standstill`.
  End run(const std::function<RunPosition()>& position, virt::Standstill& standstill);
  /// From inside the simulation: it ends here and now, after the task in hand.
  void finish();
  /// The simulated time at which it ended, in ps.
  Time ended_at() const { return ended_at_; }

 private:
  void run_slice();
  bool nothing_is_left() const;
  bool stands_still(virt::Standstill& standstill);
  bool would_stand_still(virt::Standstill& standstill);
  bool try_out(virt::Standstill& standstill);
  bool run_until(const std::function<bool()>& condition);

  Simulation& simulation_;
  bool finished_ = false;
  Time ended_at_ = 0;
  Time look_again_at_ = 0;  ///< Whether it stands still, in simulated time.
  Time look_again_after_ = second;
};

}  // namespace doorbell
