#pragma once

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/timer.h"
#include "doorbell/core/protocols/wire.h"
#include "doorbell/core/register_socket.h"
#include "doorbell/core/timed.h"
#include "doorbell/peripherals/arch/parameters.h"
#include "doorbell/peripherals/arch/pl031_state.h"

namespace doorbell::peripherals {

/// A PL031 real-time clock (DDI 0224): a fixed time at the start, and simulated time from then on.
class Pl031 : public Module, public Timed {
 public:
  Pl031(const sc_core::sc_module_name& name, const RtcParameters& parameters);

  RegisterSocket registers;        ///< 4 KiB; addresses are taken modulo that
  WireOut interrupt{"interrupt"};  ///< RTCINTR, a level

  void save(StateWriter& state) const override;
  void restore(StateReader& state) override;

  // Its alarm.
  void disarm() override { match_.set(never); }
  void arm() override { match_.set(state_.next_interrupt()); }
  std::string busy() const override { return registers.held() == 0 ? "" : "accesses to registers"; }

 private:
  void changed();

  Clock clock_;
  Pl031State state_;
  Counter interrupts_;
  Timer match_;
  TaskGroup tasks_{scheduler()};
};

}  // namespace doorbell::peripherals
