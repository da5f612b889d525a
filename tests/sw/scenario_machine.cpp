#include "tests/sw/scenario_machine.h"

#include <map>

#include "doorbell/peripherals/arch/console.h"
#include "platforms/virt/drive_option.h"
#include "sw/native/native.h"

namespace doorbell::sw {
namespace {

class Transcript : public peripherals::Console {
 public:
  void put(std::uint8_t character, Time) override { text += static_cast<char>(character); }
  Time next_input() const override { return never; }
  std::uint8_t take_input(Time) override { return 0; }

  std::string text;
};

virt::VirtParameters parameters_of(const std::array<std::string, SCENARIO_DRIVES>& drives) {
  virt::VirtParameters parameters;
  parameters.processors = SCENARIO_PROCESSORS;
  parameters.peripherals = true;
  for (std::size_t i = 0; i < drives.size(); ++i)
    virt::use_drive(parameters, std::to_string(i) + "=" + drives[i]);
  parameters.check();
  return parameters;
}

}  // namespace

struct ScenarioMachine::Parts {
  explicit Parts(const std::array<std::string, SCENARIO_DRIVES>& drives)
      : parameters(parameters_of(drives)), platform("virt", parameters) {}

  Transcript transcript;
  scenario software{};
  virt::VirtParameters parameters;
  virt::Platform platform;
};

ScenarioMachine::ScenarioMachine(const std::array<std::string, SCENARIO_DRIVES>& drives)
    : parts_(std::make_unique<Parts>(drives)) {}

ScenarioMachine::~ScenarioMachine() = default;

virt::Platform& ScenarioMachine::platform() {
  return parts_->platform;
}

std::string ScenarioMachine::run(scenario_body* body, Timing timing) {
  run_on_native_processors();
  virt::Platform& platform = parts_->platform;
  platform.uart()->connect(parts_->transcript);
  platform.scheduler().set_timing(timing);
  for (unsigned i = 0; i < SCENARIO_PROCESSORS; ++i)
    platform.native_processor(i).set_firmware(
        [this, body, i] { scenario_run(&parts_->software, body, i); });
  sc_core::sc_start(10, sc_core::SC_SEC);
  return parts_->transcript.text;
}

scenario_body* find_scenario(const std::string& name) {
  static const std::map<std::string, scenario_body*> all = {
      {"vectors", scenario_vectors},   {"doorbells", scenario_doorbells},
      {"affinity", scenario_affinity}, {"isolation", scenario_isolation},
      {"storm", scenario_storm},       {"reallocation", scenario_reallocation},
      {"unmap", scenario_unmap},
  };
  const auto found = all.find(name);
  return found == all.end() ? nullptr : found->second;
}

}  // namespace doorbell::sw
