#pragma once

#include <vector>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/protocols/cpu_interface.h"
#include "doorbell/core/simulation.h"
#include "doorbell/gic/arch/cpu_interface_state.h"
#include "doorbell/gic/arch/parameters.h"
#include "doorbell/gic/interrupt_source.h"

namespace doorbell::gic {

/// The CPU interface of one processor: ICC_* System registers and the IRQ and FIQ lines (IHI
/// 0069, 12.2). IRQ is asserted for Group 1 interrupts, FIQ for Group 0; with two Security states
/// the one that the processor is in decides (4.6.2).
class CpuInterface : public Module, private CpuInterfaceForward {
 public:
  /// `range_selector`: some processor has an Aff0 beyond 15 (ICC_CTLR_EL1.RSS).
  CpuInterface(const sc_core::sc_module_name& name, const GicCommonParameters& common,
               const CpuInterfaceParameters& parameters, bool range_selector,
               InterruptSource& redistributor);

  CpuInterfaceTarget socket;

  /// What the redistributor has may have changed.
  void update();
  /// GICD_CTLR.DS has been set.
  void disable_security();

  std::uint64_t acknowledged() const { return acknowledged_.value(); }

  void save(StateWriter& state) const override;
  void restore(StateReader& state) override;

  /// Its lines are as its state says, at once.
  void settle() override;

 private:
  template <class Self, class State>
  static void describe(Self& self, State& state);

  Time access_time() const override { return register_access_; }
  Value read(std::uint32_t encoding, const PeState& who) override;
  Task<SystemAccess> write(std::uint32_t encoding, std::uint64_t value,
                           const PeState& who) override;
  void set_state(const PeState& state) override;
  void choose_lines();
  bool comes_by_FIQ(const PendingInterrupt& interrupt) const {
    return has(by_FIQ_, interrupt.group);
  }
  Task<SystemAccess> send_sgi(std::uint64_t value, Group group, bool secure);
  static SystemAccess decide(std::uint32_t encoding, bool is_write, const PeState& who);
  std::uint32_t acknowledge(unsigned n, const PeView& view);
  void finish(JourneyHandle journey);
  void end_of_interrupt(unsigned n, std::uint64_t value, const PeView& view);
  void deactivate(std::uint64_t value, const PeState& who);
  void tell_who_is_active(const PendingInterrupt& pending);
  /// The lines are as they have to be from `at` on.
  void update_lines(Time at);
  void signal(CpuInterfaceBackward::Line line, bool& level, bool wanted, Time at);
  PendingInterrupt highest() const { return redistributor_.highest(state_.enabled_groups()); }

  Clock clock_;
  Time register_access_;
  Time line_latency_;
  StageId stage_;
  InterruptSource& redistributor_;
  CpuInterfaceState state_;
  PeState processor_;                        ///< its state, which decides of the lines
  unsigned by_FIQ_ = set_of(Group::group0);  ///< groups; the others come by IRQ
  bool irq_ = false;
  bool fiq_ = false;
  std::uint32_t signalled_ = spurious_INTID;  ///< the LPI that the IRQ line was last seen for
  std::uint32_t held_back_ = spurious_INTID;  ///< the LPI that was last told what it waits for
  std::vector<std::uint32_t> active_;         ///< acknowledged and not ended; the latest is last
  Counter acknowledged_;
  Counter acknowledged_lpis_;
  Counter spurious_;
  Counter interrupts_;
};

}  // namespace doorbell::gic
