#pragma once

#include "doorbell/core/arch/waiter.h"
#include "doorbell/core/protocols/wire.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/timed.h"
#include "doorbell/cpu/arch/generic_timer.h"

namespace doorbell::cpu {

/// The Generic Timer in simulated time: its outputs are level-sensitive PPIs, 27 and 30 on Arm's
/// platforms (BSA 1.0, 4.1.5). Registers are accessed at the local time of their processor.
class Timer : public Module, public Timed {
 public:
  explicit Timer(const sc_core::sc_module_name& name);

  WireOut virtual_interrupt;
  WireOut physical_interrupt;

  std::optional<std::uint64_t> read(std::uint32_t encoding) const {
    return timer_.read(encoding, now());
  }
  bool write(std::uint32_t encoding, std::uint64_t value);
  void reset();

  void save(StateWriter& state) const override;
  void restore(StateReader& state) override;

  void disarm() override { expiry_.unlink(); }
  void arm() override { update(); }

 private:
  template <class Self, class State>
  static void describe(Self& self, State& state);

  struct Expiry : Waiter {
    explicit Expiry(Timer& t);
    Timer& timer;
  };
  void update();

  GenericTimer timer_;
  Expiry expiry_;
};

}  // namespace doorbell::cpu
