#pragma once

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/timer.h"
#include "doorbell/core/protocols/wire.h"
#include "doorbell/core/register_socket.h"
#include "doorbell/core/timed.h"
#include "doorbell/peripherals/arch/console.h"
#include "doorbell/peripherals/arch/parameters.h"
#include "doorbell/peripherals/arch/pl011_state.h"

namespace doorbell::peripherals {

/// A PL011 UART (DDI 0183) with a console at the other end of its line.
///
/// Without a console what is sent is lost, and nothing comes in.
class Pl011 : public Module, public Timed {
 public:
  Pl011(const sc_core::sc_module_name& name, const UartParameters& parameters);

  RegisterSocket registers;        ///< 4 KiB; addresses are taken modulo that
  WireOut interrupt{"interrupt"};  ///< UARTINTR, a level

  /// Before the simulation runs; `console` outlives it.
  void connect(Console& console);
  /// Why a character that is typed doesn't come in, for who wonders; null where none waits.
  const char* refuses_input() const;

  void save(StateWriter& state) const override;
  void restore(StateReader& state) override;

  // What is typed waits for its time, and may do so for ever.
  void disarm() override { next_input_.set(never); }
  void arm() override { look_for_input(); }
  /// Characters on the line, and the receive time-out.
  std::string busy() const override;
  void settle() override { receiver_free_ = 0; }

 private:
  void changed();
  void update_interrupt();
  void send();
  void send_next();
  void sent();
  void look_for_input();
  void take_input();
  bool input_is_wanted() const;
  Time end_of_input() const;

  UartParameters parameters_;
  Clock clock_;
  Pl011State state_;
  Console* console_ = nullptr;
  std::uint8_t in_shift_register_ = 0;
  Time receiver_free_ = 0;  ///< The end of the character that came in last.
  Counter sent_;
  Counter received_;
  Counter interrupts_;
  Timer end_of_character_;
  Timer next_input_;
  Timer receive_timeout_;
  TaskGroup tasks_{scheduler()};
};

}  // namespace doorbell::peripherals
