#include "doorbell/core/kernel.h"

#include <algorithm>

#include "doorbell/core/arch/error.h"

namespace doorbell {

using sc_core::sc_time;

Kernel::Kernel(sc_core::sc_module_name name) : sc_module(name) {
  if (sc_core::sc_get_time_resolution() != sc_time(1, sc_core::SC_PS)) {
    throw InputError("SystemC's time resolution: expected 1 ps, found " +
                     sc_core::sc_get_time_resolution().to_string());
  }
  SC_METHOD(run);
  sensitive << wake_;
  scheduler_.on_wake([this] {
    // From outside: look again once the caller has settled. run() finds out when to wake.
    if (sc_core::sc_is_running()) {
      wake_.cancel();
      wake_.notify(sc_core::SC_ZERO_TIME);
    }
  });
}

void Kernel::sleep_until(Time due) {
  if (due != never) wake_.notify(delay_to(due));
}

void Kernel::run() {
  wake_.cancel();
  kernel_time_ = sc_core::sc_time_stamp().value();
  for (;;) {
    const Time due = scheduler_.next_due();
    if (due == never) return;
    if (sc_core::sc_pending_activity_at_current_time()) {
      // Foreign processes at this time first. A notification for this time would keep them pending
      // with ours for ever, so it is only made where ours is due now.
      if (due <= kernel_time_) {
        wake_.notify(sc_core::SC_ZERO_TIME);
      } else {
        sleep_until(due);
      }
      return;
    }
    // Nothing foreign is left to do at this time, so what is due now may run, and what is due
    // before the next foreign activity may run ahead.
    const Time foreign = sc_core::sc_time_to_pending_activity().value();
    const Time ahead = std::min(lookahead_, foreign == 0 ? 0 : foreign - 1);
    const Time limit = std::min(kernel_time_ + ahead, never - 1);
    if (due > limit) {
      sleep_until(due);
      return;
    }
    try {
      scheduler_.run_until(limit);
    } catch (...) {
      failure_ = std::current_exception();
      throw;
    }
    if (scheduler_.take_return_request()) {
      wake_.notify(sc_core::SC_ZERO_TIME);
      return;
    }
  }
}

void Kernel::stop() {
  sc_core::sc_stop();
  scheduler_.request_return();
}

}  // namespace doorbell

// libsystemc refers to sc_main even where a program has a main of its own, as tests and the
// doorbell command have. A program's sc_main takes precedence.
__attribute__((weak)) int sc_main(int, char*[]) {
  return 0;
}
