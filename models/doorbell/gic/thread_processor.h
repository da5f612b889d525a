#pragma once

#include <cstdint>

#include "doorbell/core/arch/ring.h"
#include "doorbell/core/protocols/cpu_interface.h"
#include "doorbell/core/simulation.h"

namespace doorbell::gic {

/// A processor's side of the GIC for plain SystemC: System registers for SC_THREADs, and the lines
/// as signals.
///
///     doorbell::gic::ThreadProcessor processor("processor");
///     processor.gic.bind(gic.cpu_interface(0).socket);
///     ...
///     processor.write(doorbell::ICC_IGRPEN1_EL1, 1);     // in an SC_THREAD
///     while (!processor.irq.read()) wait(processor.irq.posedge_event());
///     const std::uint64_t INTID = processor.read(doorbell::ICC_IAR1_EL1).value;
///
/// The GIC announces a change of a line ahead of its time (CpuInterfaceBackward::set_line); the
/// signals change at that time, however far ahead the scheduler is.
class ThreadProcessor : public Module, private CpuInterfaceBackward {
 public:
  SC_HAS_PROCESS(ThreadProcessor);
  explicit ThreadProcessor(const sc_core::sc_module_name& name);

  CpuInterfaceInitiator gic;          ///< To a CpuInterface.
  sc_core::sc_signal<bool> irq, fiq;  ///< Group 1 and Group 0 interrupts; sc_ins may be bound.

  using Value = CpuInterfaceForward::Value;
  /// An ICC_* register, by the encoding of its MRS. Waits in the calling SC_THREAD for as long as
  /// the access takes (`gic.cpu_interface.register_access`). The outcome is the exception that the
  /// processor would take, if any.
  Value read(std::uint32_t encoding, const PeState& who = {});
  /// The same for MSR. ICC_SGI1R_EL1 waits until the distributor has taken the SGI.
  SystemAccess write(std::uint32_t encoding, std::uint64_t value, const PeState& who = {});

  /// What the processor is about from now on, for interrupts that wait for it: a fixed text, which
  /// explanations name.
  void describe(Holder activity) { activity_ = activity; }

 private:
  /// A line's changes that have been announced and have not taken place.
  struct AnnouncedLine {
    struct Change {
      bool level = false;
      Time at = 0;
    };
    Ring<Change> changes;
    Time latest = 0;
  };
  void set_line(Line line, bool level, Time at) override;
  Holder activity() const override { return activity_; }
  void change_lines();
  /// Drives what is due; returns when the next change is.
  Time change(AnnouncedLine& line, sc_core::sc_signal<bool>& signal);

  AnnouncedLine announced_irq_, announced_fiq_;
  sc_core::sc_event due_;
  Holder activity_{"a thread of the processor", Holder::no_number};
};

}  // namespace doorbell::gic
