#include "doorbell/cpu/timer.h"

namespace doorbell::cpu {

Timer::Expiry::Expiry(Timer& t)
    : Waiter([](Waiter& waiter) { static_cast<Expiry&>(waiter).timer.update(); }), timer(t) {}

Timer::Timer(const sc_core::sc_module_name& name)
    : Module(name),
      virtual_interrupt("virtual_interrupt"),
      physical_interrupt("physical_interrupt"),
      expiry_(*this) {}

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
