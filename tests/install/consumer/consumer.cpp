// A model of somebody else's that uses the installed package.
#include <iostream>
#include <systemc>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/simulation.h"

namespace {

class Blinker : public doorbell::Module {
 public:
  explicit Blinker(const sc_core::sc_module_name& name)
      : Module(name), clock_(scheduler(), 1'000'000'000) {
    tasks_.spawn(blink());
  }
  unsigned blinks = 0;
  doorbell::Time latest = 0;

 private:
  doorbell::Task<void> blink() {
    for (unsigned i = 0; i < 3; ++i) {
      co_await clock_.cycles(10);
      ++blinks;
      latest = now();
    }
  }

  doorbell::Clock clock_;
  doorbell::TaskGroup tasks_{scheduler()};
};

}  // namespace

int sc_main(int, char**) {
  Blinker blinker("blinker");
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
  if (blinker.blinks != 3 || blinker.latest != 30 * doorbell::nanosecond) return 1;
  std::cout << "consumer: passed\n";
  return 0;
}
