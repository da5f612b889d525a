#pragma once

#include <cstdint>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/protocols/cpu_interface.h"
#include "doorbell/core/protocols/wire.h"
#include "doorbell/core/simulation.h"
#include "doorbell/cpu/arch/repetition.h"
#include "doorbell/cpu/interrupt_line.h"

namespace doorbell::cpu {

/// What a processor counts.
struct ProcessorStatistics {
  explicit ProcessorStatistics(const StatisticsGroup& group);
  Counter interrupts;  ///< IRQ and FIQ exceptions taken
  Counter spurious;    ///< ICC_IAR1_EL1 reads that returned 1020 to 1023
  Counter device_accesses;
  Counter bus_errors;           ///< accesses answered with an error
  Counter undefined_accesses;   ///< system registers that nobody knows
  ServerStatistics in_handler;  ///< from exception entry to return
  ServerStatistics idle;        ///< inside WFI
  HistogramStatistics wait;     ///< from the line to exception entry
};

/// What a platform wires and looks at, whatever a processor's software is: its way to the bus, its
/// CPU interface, its lines, and whether it gets on.
class Processor : public Module, protected CpuInterfaceBackward {
 public:
  InitiatorSocket memory;     ///< to the fabric
  CpuInterfaceInitiator gic;  ///< system registers ICC_*, and the IRQ and FIQ lines
  WireIn irq;                 ///< the same lines for controllers without that protocol
  WireIn fiq;
  WireIn event;       ///< WFE wake-up events: an edge sets the event register
  WireOut event_out;  ///< SEV: an edge, for every processor's `event`

  /// Counts from 0.
  unsigned number() const { return number_; }
  /// Aff3.Aff2.Aff1.Aff0 packed, as in GICR_TYPER.Affinity_Value.
  std::uint32_t affinity() const { return affinity_; }

  /// SEV, sent to this processor: sets its event register. From tasks and from software on any
  /// processor.
  void send_event();

  // For who judges whether software still gets anywhere.
  /// It executes nothing: its software has ended, or was never started.
  virtual bool halted() const = 0;
  /// It has executed something.
  bool started() const { return started_; }
  /// In WFI or WFE.
  bool asleep() const { return asleep_; }
  /// What it does over and over.
  const Repetition& repetition() const { return repetition_; }
  /// It turns in a loop for which simulated time stands still: that never ends.
  virtual bool stands_without_time() const { return false; }
  /// From its next access on it does nothing until `release`.
  void hold() { held_ = true; }
  void release() {
    held_ = false;
    released_.notify_all();
  }

 protected:
  /// `frequency` in hertz.
  Processor(const sc_core::sc_module_name& name, unsigned number, std::uint32_t affinity,
            std::uint64_t frequency);

  /// Of `gic` and of the wires; lines of virtual interrupts go nowhere.
  void set_line(Line line, bool level, Time at) override;
  // `activity`, what it is about for an interrupt that waits for it, is each kind's own.

  Clock clock_;
  InterruptLine irq_line_;
  InterruptLine fiq_line_;
  ProcessorStatistics statistics_;
  Repetition repetition_;
  bool started_ = false;
  bool asleep_ = false;
  bool event_ = false;  ///< the event register
  bool held_ = false;
  Condition released_;

 private:
  unsigned number_;
  std::uint32_t affinity_;
};

}  // namespace doorbell::cpu
