// What a checkpoint keeps of a processor.
#include <stdexcept>

#include "doorbell/core/arch/state.h"
#include "doorbell/cpu/aarch64_processor.h"
#include "doorbell/cpu/arch/register_names.h"

namespace doorbell::cpu {

/// Beside the registers. The exclusive monitor is clear, and no SError is pending: nothing makes
/// one.
template <class Self, class State>
void Aarch64Processor::describe(Self& self, State& state) {
  state.value("powered", self.powered_);
  state.value("asleep", self.asleep_);
  state.value("event_register", self.event_);
}

void Aarch64Processor::save_registers(StateWriter& state) const {
  for (const NamedRegister& each : named_registers()) {
    const std::optional<std::uint64_t> value = engine_->get(each.which);
    if (!value) throw std::logic_error("the engine doesn't keep " + each.name);
    state.value(each.name, *value);
  }
}

void Aarch64Processor::restore_registers(StateReader& state) {
  for (const NamedRegister& each : named_registers()) {
    std::uint64_t value = 0;
    state.value(each.name, value);
    engine_->set(each.which, value);
  }
}

void Aarch64Processor::save(StateWriter& state) const {
  describe(*this, state);
  state.value("PSCI", group_.psci().power(number()));
  state.group("registers", [this](StateWriter& inner) { save_registers(inner); });
}

void Aarch64Processor::restore(StateReader& state) {
  describe(*this, state);
  auto power = Psci::Power::off;
  state.value("PSCI", power, static_cast<std::uint64_t>(Psci::Power::on));
  group_.psci().set_power(number(), power);
  state.group("registers", [this](StateReader& inner) { restore_registers(inner); });
  resuming_ = powered_;
  powered_ = false;
  stopping_ = true;
  power_changed_.notify_all();
}

}  // namespace doorbell::cpu
