#pragma once

#include <exception>
#include <systemc>

#include "doorbell/core/arch/scheduler.h"

namespace doorbell {

/// Runs the Scheduler of a simulation on the SystemC kernel: a single SC_METHOD resumes all tasks.
///
/// The scheduler keeps a time of its own and runs ahead of `sc_time_stamp()` while its next task is
/// due strictly before the next activity of any foreign SystemC process, and within `lookahead`.
/// Its tasks at time T run after every foreign process at T has settled. Results are the same for
/// every lookahead. With lookahead 0 (the default) it never runs ahead, so that `sc_start(T)` ends
/// at T for all; otherwise tasks up to T + lookahead may have run.
class Kernel : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Kernel);
  explicit Kernel(sc_core::sc_module_name name);

  Scheduler& scheduler() { return scheduler_; }
  void set_lookahead(Time lookahead) { lookahead_ = lookahead; }

  /// The time that an annotated delay of a call from anywhere means, in ps.
  Time time_of(const sc_core::sc_time& delay) const { return kernel_time() + delay.value(); }
  /// The annotation that an outbound call at local time `time` carries.
  sc_core::sc_time delay_to(Time time) const {
    const Time kernel = kernel_time();
    return sc_core::sc_time::from_value(time > kernel ? time - kernel : 0);
  }
  sc_core::sc_time delay_to_now() const { return delay_to(scheduler_.now()); }
  /// `sc_time_stamp()` in ps. It stands still while our method runs.
  Time kernel_time() const {
    return scheduler_.running() ? kernel_time_ : sc_core::sc_time_stamp().value();
  }

  /// Say so after any call that left for a foreign module: it may have notified, paused or stopped,
  /// so the kernel gets its turn.
  void left_for_foreign() {
    if (scheduler_.running()) scheduler_.request_return();
  }
  /// What a task threw, as it was: SystemC turns it into the sc_report that `sc_start` throws. Null
  /// when none did.
  std::exception_ptr failure() const { return failure_; }
  /// Ends the simulation (`sc_stop`) once the task in hand suspends.
  void stop();

 private:
  void run();
  void sleep_until(Time due);

  Scheduler scheduler_;
  Time lookahead_ = 0;
  Time kernel_time_ = 0;  // as of the last run()
  std::exception_ptr failure_;
  sc_core::sc_event wake_;
};

}  // namespace doorbell
