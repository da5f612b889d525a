#pragma once

#include <chrono>
#include <systemc>

namespace doorbell::bench {

inline double host_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Host seconds of one bare SystemC timed event, measured after the run in the same process.
class BareEvent : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(BareEvent);
  explicit BareEvent(sc_core::sc_module_name module_name) : sc_module(module_name) {
    SC_METHOD(run);
    sensitive << event_;
    dont_initialize();
  }
  double measure() {
    left_ = events;
    event_.notify(1, sc_core::SC_NS);
    const double start = host_seconds();
    sc_core::sc_start(sc_core::sc_time(2 * events, sc_core::SC_NS));
    return (host_seconds() - start) / events;
  }

 private:
  static constexpr int events = 2'000'000;
  void run() {
    if (--left_ > 0) event_.notify(1, sc_core::SC_NS);
  }
  sc_core::sc_event event_;
  int left_ = 0;
};

}  // namespace doorbell::bench
