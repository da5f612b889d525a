#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "doorbell/gic/arch/icc_registers.h"
#include "doorbell/gic/arch/priority.h"

namespace doorbell::gic {

/// The CPU interface of one processor, seen from EL1 with one Security state: masks, binary points,
/// active priorities and what they decide (IHI 0069, 4.8 and 12.2). It doesn't hold interrupts: the
/// caller brings the most urgent pending one along.
class CpuInterfaceState {
 public:
  /// `priority_bits` 4 to 8 (ICC_CTLR_EL1.PRIbits + 1). `extended_range`: INTIDs 1024 to 8191
  /// (ExtRange); `range_selector`: SGIs reach an Aff0 beyond 15 (RSS).
  explicit CpuInterfaceState(unsigned priority_bits, bool extended_range = false,
                             bool range_selector = false);

  /// Groups that ICC_IGRPEN0_EL1 and ICC_IGRPEN1_EL1 enable: bit 0 for Group 0, bit 1 for Group 1.
  unsigned enabled_groups() const { return enabled_groups_; }
  /// ICC_PMR_EL1.
  std::uint8_t mask() const { return PMR_; }

  /// Whether `pending` interrupts the processor: group enabled, priority above ICC_PMR_EL1, and its
  /// group priority above the running priority (4.8.5, 4.8.6).
  bool interrupts(const PendingInterrupt& pending) const {
    if (((enabled_groups_ >> static_cast<unsigned>(pending.group)) & 1) == 0) return false;
    if (!pending.valid() || pending.priority >= PMR_) return false;
    return running_priority_ == idle_priority ||
           (pending.priority & group_priority_mask(pending.group)) < running_priority_;
  }

  /// ICC_RPR_EL1: the group priority of the most urgent active interrupt, 0xFF when there is none.
  std::uint8_t running_priority() const { return running_priority_; }

  /// A read of ICC_IAR0/1_EL1 with `pending` the most urgent one. True when it is acknowledged, and
  /// then its group priority is active; the answer to the read is its INTID, and 1023 otherwise
  /// (4.8.2; 12.2.14).
  bool acknowledge(Group group, const PendingInterrupt& pending);

  /// A write of ICC_EOIR0/1_EL1: drops the running priority. Returns the interrupt to deactivate
  /// with it, when ICC_CTLR_EL1.EOImode is 0 and it has an active state (12.2.10).
  std::optional<std::uint32_t> end_of_interrupt(Group group, std::uint64_t value);

  /// A write of ICC_DIR_EL1: the interrupt to deactivate. Nothing when EOImode is 0 (12.2.9).
  std::optional<std::uint32_t> deactivate(std::uint64_t value) const;

  /// A read of ICC_HPPIR0/1_EL1 (12.2.12).
  std::uint32_t highest_pending(Group group, const PendingInterrupt& pending) const;

  /// Registers without a part for interrupts to play. Nothing for those that aren't such, or don't
  /// exist, or can't be read.
  std::optional<std::uint64_t> read(IccRegister icc) const;
  /// False when the register isn't such, doesn't exist or can't be written.
  bool write(IccRegister icc, std::uint64_t value);

  /// For a checkpoint (core/arch/state.h).
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.value("ICC_PMR_EL1", self.PMR_);
    state.values("ICC_BPR_EL1", self.BPR_, 7);
    state.values("ICC_AP0R_EL1", self.active_[0]);
    state.values("ICC_AP1R_EL1", self.active_[1]);
    state.value("ICC_IGRPEN_EL1", self.enabled_groups_, 3);
    state.value("CBPR", self.CBPR_);
    state.value("EOImode", self.EOImode_);
    state.value("PMHE", self.PMHE_);
    if constexpr (State::reads) self.find_running_priority();
  }

 private:
  static constexpr unsigned interfaces = 2;  // one for each group
  using ActivePriorities = std::array<std::uint32_t, 4>;

  std::uint8_t group_priority_mask(Group group) const {
    if (group == Group::group0 || CBPR_) return group0_priority_mask(BPR_[0]);
    return group1_priority_mask(BPR_[1]);
  }
  unsigned preemption_bits() const { return priority_bits_ < 7 ? priority_bits_ : 7; }
  unsigned minimum_BPR0() const { return 7 - preemption_bits(); }
  /// Number of the most urgent active group priority of a group; nothing when idle.
  std::optional<unsigned> most_urgent_active(Group group) const;
  void find_running_priority();
  /// The ICC_AP<0|1>R<n>_EL1 that `icc` is, nothing when it isn't one or isn't implemented.
  std::optional<std::pair<unsigned, unsigned>> active_priorities_of(IccRegister icc) const;

  unsigned priority_bits_;
  bool extended_range_;
  bool range_selector_;
  std::uint8_t PMR_ = 0;
  std::array<std::uint8_t, interfaces> BPR_{};
  std::array<ActivePriorities, interfaces> active_{};
  std::uint8_t running_priority_ = idle_priority;  ///< of active_
  unsigned enabled_groups_ = 0;
  bool CBPR_ = false;
  bool EOImode_ = false;
  bool PMHE_ = false;
};

}  // namespace doorbell::gic
