#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "doorbell/core/arch/registers.h"
#include "doorbell/gic/arch/affinity.h"
#include "doorbell/gic/arch/interrupt_bank.h"

namespace doorbell::gic {

/// What a Distributor is built with.
struct DistributorConfiguration {
  unsigned spis = 256;         ///< multiple of 32, up to 960
  unsigned intid_bits = 16;    ///< GICD_TYPER.IDbits + 1
  unsigned priority_bits = 5;  ///< 4 to 8
  std::vector<Affinity> processors;
};

/// The Distributor: GICD registers, the SPIs and where each goes (IHI 0069, 4.1 and 12.9). One
/// Security state (GICD_CTLR.DS is RAO/WI) and affinity routing (ARE is RAO/WI).
class DistributorState {
 public:
  explicit DistributorState(DistributorConfiguration configuration);

  RegisterBank& registers() { return bank_; }
  /// Called after whatever may have changed what is deliverable.
  void on_change(std::function<void()> listener) { changed_ = std::move(listener); }
  /// Told when software writes a register that withdraws something, so that GICD_CTLR.RWP can be
  /// kept set meanwhile.
  void set_write_pending(bool pending) { write_pending_ = pending; }

  /// Enabled groups: bit 0 EnableGrp0, bit 1 EnableGrp1.
  unsigned enabled_groups() const;
  const InterruptBank& spis() const { return spis_; }

  void set_line(std::uint32_t INTID, bool level);
  void acknowledge(std::uint32_t INTID);
  void deactivate(std::uint32_t INTID);

  /// The processor an SPI goes to: by affinity, or for Interrupt_Routing_Mode 1 the first that
  /// takes part and has its group enabled (3.2.1; the choice is IMPLEMENTATION DEFINED). Nothing
  /// when there is none.
  std::optional<unsigned> target(std::uint32_t INTID) const;
  /// Processors that take part in 1 of N distribution: awake (GICR_WAKER).
  void set_takes_part(unsigned processor, bool takes_part) { takes_part_[processor] = takes_part; }
  /// The groups that a processor takes (ICC_IGRPEN0_EL1 in bit 0, ICC_IGRPEN1_EL1 in bit 1), none
  /// until told: those that it doesn't take hide nothing from it.
  void set_enabled_groups(unsigned processor, unsigned groups) { takes_[processor] = groups; }

  /// The most urgent SPI for a processor, of the groups that it takes.
  PendingInterrupt highest_for(unsigned processor) const;
  /// Whether an SPI is pending, enabled, inactive and routed to a processor.
  bool deliverable(std::uint32_t INTID, unsigned processor) const;

  /// For a checkpoint (core/arch/state.h). Nobody is told of a change.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.registers("registers", self.bank_);
    state.group("spis", [&self](auto& inner) { InterruptBank::describe(self.spis_, inner); });
    state.values("awake", self.takes_part_);
    state.values("enabled_groups", self.takes_);
  }

 private:
  using Change = void (InterruptBank::*)(std::size_t, std::uint32_t);
  using Value = std::uint32_t (InterruptBank::*)(std::size_t) const;
  void hook_bits(const char* name, Value value, Change change);
  void hook_control();
  void hook_priorities();
  void hook_configuration();
  void changed() const;

  DistributorConfiguration configuration_;
  RegisterBank bank_;
  InterruptBank spis_;
  RegisterBank::Handle CTLR_;
  RegisterBank::Handle IROUTER_;
  std::vector<bool> takes_part_;
  std::vector<unsigned> takes_;  ///< groups, by processor
  std::function<void()> changed_;
  bool write_pending_ = false;
};

}  // namespace doorbell::gic
