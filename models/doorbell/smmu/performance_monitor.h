#pragma once

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/timer.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/protocols/wire.h"
#include "doorbell/core/register_socket.h"
#include "doorbell/core/timed.h"
#include "doorbell/smmu/arch/counter_group.h"
#include "doorbell/smmu/arch/parameters.h"

namespace doorbell::smmu {

class Tbu;
class Tcu;

/// A performance monitor counter group (IHI 0070 chapter 10) of a TBU or a TCU: its registers, its
/// clock, and its interrupt, an edge or an MSI. Whoever wants one makes it beside what it counts:
///
///     doorbell::smmu::PerformanceMonitor counts("counts", parameters, smmu.tbu());
///
/// It counts what that does in both timings, and clock cycles from the start of the simulation on.
class PerformanceMonitor : public Module, public Timed {
 public:
  /// Events 0 to 2, and 7 with ATS.
  PerformanceMonitor(const sc_core::sc_module_name& name, const SmmuParameters& parameters,
                     Tbu& tbu);
  /// Events 0 to 5, and 6 with ATS.
  PerformanceMonitor(const sc_core::sc_module_name& name, const SmmuParameters& parameters,
                     Tcu& tcu);

  /// Page 0, and page 1 behind it: 8 KiB, addressed from 0.
  RegisterSocket registers;
  WireOut overflow;  ///< Edge: a counter whose interrupt is enabled has overflowed.

  CounterGroup& counters() { return group_; }

  void save(StateWriter& state) const override;
  void restore(StateReader& state) override;
  std::string busy() const override;

  // Overflows of clock cycles.
  void disarm() override { alarm_.set(never); }
  void arm() override { set_alarm(); }

 private:
  PerformanceMonitor(const sc_core::sc_module_name& name, const SmmuParameters& parameters,
                     std::uint8_t events, MonitoredEvents& observed, InitiatorSocket& messages);
  void start_of_simulation() override;
  void catch_up();
  void set_alarm();
  void interrupt();
  Task<void> send(std::uint64_t address, std::uint32_t data);
  Task<void> carry_out_updates();

  Clock clock_;
  std::uint32_t access_cycles_;
  std::uint32_t device_id_;
  InitiatorSocket& messages_;
  unsigned on_the_way_ = 0;  ///< MSIs
  CounterGroup group_;
  Timer alarm_;
  Condition changed_;
  TaskGroup tasks_{scheduler()};
};

}  // namespace doorbell::smmu
