#pragma once

#include <array>
#include <memory>
#include <string>

#include "platforms/virt/platform.h"
#include "sw/scenarios/scenario.h"

namespace doorbell::sw {

/// The virt platform with native processors and two drives, for a scenario of sw/scenarios. One a
/// process.
class ScenarioMachine {
 public:
  /// Files of at least 1 MiB, which stay as they are.
  explicit ScenarioMachine(const std::array<std::string, SCENARIO_DRIVES>& drives);
  ~ScenarioMachine();

  /// What the scenario says on the UART. The timing is `timing` from the start.
  std::string run(scenario_body* body, Timing timing);
  virt::Platform& platform();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// The scenario of this name, or null.
scenario_body* find_scenario(const std::string& name);

}  // namespace doorbell::sw
