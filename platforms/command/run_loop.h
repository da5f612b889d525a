#pragma once

#include <chrono>
#include <functional>

#include "doorbell/core/simulation.h"
#include "platforms/command/progress.h"
#include "platforms/virt/standstill.h"
#include "platforms/workload.h"

namespace doorbell {

/// Runs a simulation until it says that it has finished, nothing is left to do, or somebody has
/// asked for its end.
class RunLoop {
 public:
  enum class End {
    finished,    ///< `finish` was called.
    asked,       ///< Through StopRequest, or by the workload.
    standstill,  ///< Nobody has called `finish`, and nothing that is still to come would change
                 ///< that.
  };

  explicit RunLoop(Simulation& simulation) : simulation_(simulation) {}

  /// Progress is shown as the position that `position` gives. What a task threw is rethrown.
  /// Whether it stands still is judged with `standstill`. `workload` is asked for what the host's
  /// side has to say; null where there is none.
  End run(const std::function<RunPosition()>& position, virt::Standstill& standstill,
          Workload* workload = nullptr);
  /// From inside the simulation: it ends here and now, after the task in hand.
  void finish();
  /// The simulated time at which it ended, in ps.
  Time ended_at() const { return ended_at_; }

 private:
  void run_slice();
  bool nothing_is_left() const;
  bool end_is_asked_for(Workload* workload);
  bool stands_still(virt::Standstill& standstill);
  bool would_stand_still(virt::Standstill& standstill);
  bool try_out(virt::Standstill& standstill);
  bool run_until(const std::function<bool()>& condition);

  Simulation& simulation_;
  bool finished_ = false;
  std::chrono::steady_clock::time_point polled_{};
  Time ended_at_ = 0;
  Time look_again_at_ = 0;  ///< Whether it stands still, in simulated time.
  Time look_again_after_ = second;
};

}  // namespace doorbell
