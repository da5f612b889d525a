#include "doorbell/cpu/timer.h"

#include "doorbell/core/arch/state.h"

namespace doorbell::cpu {

Timer::Expiry::Expiry(Timer& t)
    : Waiter([](Waiter& waiter) { static_cast<Expiry&>(waiter).timer.update(); }), timer(t) {}

Timer::Timer(const sc_core::sc_module_name& name)
    : Module(name),
      virtual_interrupt("virtual_interrupt"),
      physical_interrupt("physical_interrupt"),
      expiry_(*this) {}

template <class Self, class State>
void Timer::describe(Self& self, State& state) {
  GenericTimer::describe(self.timer_, state);
  bool of_virtual = self.virtual_interrupt.level(), of_physical = self.physical_interrupt.level();
  state.value("virtual_interrupt", of_virtual);
  state.value("physical_interrupt", of_physical);
  if constexpr (State::reads) {
    self.virtual_interrupt.restore(of_virtual);
    self.physical_interrupt.restore(of_physical);
  }
}

void Timer::save(StateWriter& state) const {
  describe(*this, state);
}

void Timer::restore(StateReader& state) {
  describe(*this, state);
}

bool Timer::write(std::uint32_t encoding, std::uint64_t value) {
  if (!timer_.write(encoding, value, now())) return false;
  update();
  return true;
}

void Timer::reset() {
  timer_.reset();
  update();
}

void Timer::update() {
  virtual_interrupt.drive(timer_.asserted(GenericTimer::Which::virtual_timer, now()));
  physical_interrupt.drive(timer_.asserted(GenericTimer::Which::physical_timer, now()));
  expiry_.unlink();
  const Time next = timer_.next_expiry(now());
  if (next != never) scheduler().wake_at(expiry_, next);
}

}  // namespace doorbell::cpu
