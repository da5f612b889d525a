#pragma once

#include <functional>
#include <string>
#include <vector>

#include "doorbell/core/simulation.h"
#include "doorbell/core/timed.h"
#include "platforms/virt/platform.h"

namespace doorbell::checkpoint {

/// Brings a platform whose processors execute instructions to a stand at a marker, and lets it go
/// on: where it stands nothing is under way, and all that isn't architectural state is as at the
/// start.
class Quiescence {
 public:
  /// How long what is under way may take once processors stand still.
  static constexpr Time longest_drain = 100 * millisecond;

  /// `platform` outlives it, and has AArch64 processors.
  explicit Quiescence(virt::Platform& platform);

  /// From inside the simulation: each processor executes to the end of the block in hand, then
  /// whatever is under way ends. When nothing is any more, all modules settle and `then` is called,
  /// once; after that the processors go on, in the order of their numbers. A SoftwareError of the
  /// simulation's when somebody is still busy after `longest_drain`.
  void reach(std::function<void()> then);
  /// The same, but that modules stay as they are, caches warm.
  void pause(std::function<void()> then);
  /// As `reach`, but at once: where nothing is under way for another reason, in a platform that has
  /// only started and was then restored.
  void go_on(const std::function<void()>& then);

  /// Who has something under way, and what; empty when nobody has. Inside the simulation, and while
  /// processors are stopped.
  std::string busy();

 private:
  Task<void> drain(std::function<void()> then);
  void settle();
  void resume();
  bool something_is_due();

  virt::Platform& platform_;
  std::vector<Module*> modules_;
  std::vector<Timed*> timed_;
  std::vector<cpu::Aarch64Processor*> processors_;
  TaskGroup tasks_;
};

}  // namespace doorbell::checkpoint
