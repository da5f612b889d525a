#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "doorbell/gic/arch/icc_registers.h"
#include "doorbell/gic/arch/security_view.h"

namespace doorbell::gic {

/// What a CPU interface is built with.
struct CpuInterfaceConfiguration {
  unsigned priority_bits = 5;   ///< 4 to 8, with two Security states at least 5 (PRIbits + 1)
  bool extended_range = false;  ///< INTIDs 1024 to 8191 (ExtRange)
  bool range_selector = false;  ///< SGIs reach an Aff0 beyond 15 (RSS)
  bool two_security_states = false;
};

/// The CPU interface of one processor: masks, binary points, active priorities and what they decide
/// (IHI 0069, 4.8 and 12.2). It doesn't hold interrupts: the caller brings the most urgent pending
/// one along. Whoever accesses is a `PeView`; without, it is one Security state.
class CpuInterfaceState {
 public:
  explicit CpuInterfaceState(const CpuInterfaceConfiguration& configuration);

  /// There are two Security states, and GICD_CTLR.DS is 0.
  bool two_states() const { return !DS_; }
  /// GICD_CTLR.DS has been set: there is one Security state from now on.
  void disable_security() { DS_ = true; }
  PeView view(const PeState& who) const { return view_of(who, two_states()); }

  /// The set of groups that ICC_IGRPEN0_EL1 and ICC_IGRPEN1_EL1, with both banks, enable.
  unsigned enabled_groups() const { return enabled_groups_; }
  /// ICC_PMR_EL1.
  std::uint8_t mask() const { return PMR_; }

  /// Whether `pending` interrupts the processor: group enabled, priority above ICC_PMR_EL1, and its
  /// group priority above the running priority (4.8.5, 4.8.6).
  bool interrupts(const PendingInterrupt& pending) const {
    if (!has(enabled_groups_, pending.group)) return false;
    if (!pending.valid() || pending.priority >= PMR_) return false;
    return running_priority_ == idle_priority ||
           (pending.priority & masks_[index(pending.group)]) < running_priority_;
  }

  /// ICC_RPR_EL1: the group priority of the most urgent active interrupt, 0xFF when there is none.
  std::uint8_t running_priority() const { return running_priority_; }

  /// The answer to a read of ICC_IAR<n>_EL1 with `pending` the most urgent one: its INTID when it
  /// is to be acknowledged, else a special one (4.8.2; 12.2.14).
  std::uint32_t answer(unsigned n, const PendingInterrupt& pending, const PeView& view = {}) const {
    return interrupts(pending) ? INTID_for(n, pending, view) : spurious_INTID;
  }
  /// It is acknowledged: its group priority is active.
  void acknowledge(const PendingInterrupt& pending);

  /// A write of ICC_EOIR<n>_EL1: drops the running priority. Returns the interrupt to deactivate
  /// with it, when EOImode is 0 and it has an active state (12.2.10).
  std::optional<std::uint32_t> end_of_interrupt(unsigned n, std::uint64_t value,
                                                const PeView& view = {});

  /// A write of ICC_DIR_EL1: the interrupt to deactivate. Nothing when EOImode is 0 (12.2.9).
  std::optional<std::uint32_t> deactivate(std::uint64_t value, const PeView& view = {}) const;

  /// A read of ICC_HPPIR<n>_EL1 (12.2.12).
  std::uint32_t highest_pending(unsigned n, const PendingInterrupt& pending,
                                const PeView& view = {}) const {
    return has(enabled_groups_, pending.group) ? INTID_for(n, pending, view) : spurious_INTID;
  }

  /// Registers without a part for interrupts to play. Nothing for those that aren't such, or don't
  /// exist, or can't be read.
  std::optional<std::uint64_t> read(IccRegister icc, const PeView& view = {}) const;
  /// False when the register isn't such, doesn't exist or can't be written.
  bool write(IccRegister icc, std::uint64_t value, const PeView& view = {});

  /// For a checkpoint (core/arch/state.h).
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.value("DS", self.DS_);
    state.value("ICC_PMR_EL1", self.PMR_);
    state.values("ICC_BPR_EL1", self.BPR_, 7);
    state.values("ICC_AP0R_EL1", self.active_[0]);
    state.values("ICC_AP1R_EL1", self.active_[1]);
    state.values("ICC_AP1R_EL1 of Secure", self.active_[2]);
    state.value("ICC_IGRPEN_EL1", self.enabled_groups_, all_groups);
    state.values("CBPR", self.CBPR_, 1);
    state.values("EOImode", self.EOImode_, 1);
    state.value("PMHE", self.PMHE_);
    if constexpr (State::reads) {
      self.find_masks();
      for (const Group group : {Group::group0, Group::group1, Group::secure_group1})
        self.find_level(group);
      self.find_running_priority();
    }
  }

 private:
  using ActivePriorities = std::array<std::uint32_t, 4>;
  /// Of what there is one for Non-secure, one for Secure and one for EL3.
  enum Bank : std::uint8_t { non_secure, secure, EL3 };
  static Bank bank_of(const PeView& view) { return view.non_secure_bank ? non_secure : secure; }
  static Bank eoi_bank_of(const PeView& view) {
    return view.at_EL3 && view.two_states ? EL3 : bank_of(view);
  }
  static Group group1_of(const PeView& view) {
    return view.non_secure_bank ? Group::group1 : Group::secure_group1;
  }
  static constexpr unsigned index(Group group) { return static_cast<unsigned>(group); }

  /// Which bits of a priority are its group priority, for each group.
  void find_masks();
  unsigned preemption_bits() const { return priority_bits_ < 7 ? priority_bits_ : 7; }
  unsigned minimum_BPR0() const { return 7 - preemption_bits(); }
  /// ICC_AP0R<n>_EL1 and ICC_AP1R<n>_EL1 that there are, of each.
  unsigned active_words() const {
    return preemption_bits() == 7 ? 4 : preemption_bits() == 6 ? 2 : 1;
  }
  /// `levels_` of a group, after a change of `active_`.
  void find_level(Group group);
  unsigned most_urgent_level() const { return std::min({levels_[0], levels_[1], levels_[2]}); }
  void find_running_priority();
  /// The word that an ICC_AP<0|1>R<n>_EL1 is of `active_`, nothing when `icc` isn't one or isn't
  /// implemented.
  std::optional<std::pair<unsigned, unsigned>> active_priorities_of(IccRegister icc,
                                                                    const PeView& view) const;
  std::uint32_t writable_active(unsigned word, const PeView& view) const;
  std::uint64_t fixed_fields() const;
  std::uint64_t read_CTLR(const PeView& view) const;
  void write_CTLR(std::uint64_t value, const PeView& view);
  std::uint64_t read_CTLR_EL3() const;
  void write_CTLR_EL3(std::uint64_t value);
  std::uint64_t read_BPR1(const PeView& view) const;
  void write_BPR1(std::uint64_t value, const PeView& view);
  void write_PMR(std::uint8_t value, const PeView& view);
  void enable(unsigned groups, bool enabled);

  unsigned priority_bits_;
  bool extended_range_;
  bool range_selector_;
  bool has_EL3_;
  bool DS_;  ///< GICD_CTLR.DS
  std::uint8_t PMR_ = 0;
  std::array<std::uint8_t, group_count> BPR_{};  ///< of Group 0, and both banks of BPR1
  std::array<std::uint8_t, group_count> masks_{};
  std::array<ActivePriorities, group_count> active_{};
  /// Beyond those that ICC_AP<0|1>R<n>_EL1 have bits for.
  static constexpr unsigned idle_level = 128;
  /// Of each group, the number of its most urgent active group priority.
  std::array<unsigned, group_count> levels_{idle_level, idle_level, idle_level};
  std::uint8_t running_priority_ = idle_priority;  ///< of active_
  unsigned enabled_groups_ = 0;
  std::array<std::uint8_t, 2> CBPR_{};     ///< by bank
  std::array<std::uint8_t, 3> EOImode_{};  ///< by bank, and EL3's own
  bool PMHE_ = false;
};

}  // namespace doorbell::gic
