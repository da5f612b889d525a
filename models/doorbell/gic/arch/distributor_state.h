#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "doorbell/core/arch/registers.h"
#include "doorbell/gic/arch/affinity.h"
#include "doorbell/gic/arch/interrupt_bank.h"
#include "doorbell/gic/arch/intid.h"
#include "doorbell/gic/arch/spi_router.h"

namespace doorbell::gic {

/// What a Distributor is built with.
struct DistributorConfiguration {
  std::uint32_t spis = 224;         ///< multiple of 32, up to 960
  std::uint32_t extended_spis = 0;  ///< the same, up to 1024
  unsigned intid_bits = 16;         ///< GICD_TYPER.IDbits + 1
  unsigned priority_bits = 5;       ///< 4 to 8
  bool message_spis = false;        ///< GICD_TYPER.MBIS
  bool lpis = true;                 ///< GICD_TYPER.LPIS
  bool two_security_states = false;
  OneOfN one_of_n = OneOfN::none;
  std::vector<Affinity> processors;
};

/// The Distributor: GICD registers, the SPIs and where each goes (IHI 0069, 4.1 and 12.9), with
/// affinity routing (ARE is RAO/WI). Of two Security states what Non-secure accesses may not see is
/// RAZ/WI to them; with one GICD_CTLR.DS is RAO/WI.
class DistributorState {
 public:
  explicit DistributorState(DistributorConfiguration configuration);

  RegisterBank& registers() { return bank_; }
  /// Called for each processor for which what is deliverable may have changed; `withdraws`: by a
  /// write that GICD_CTLR.RWP is for (12.9.4).
  void on_change(std::function<void(unsigned processor, bool withdraws)> listener) {
    changed_ = std::move(listener);
  }
  /// Whether GICD_CTLR.RWP is set: not all of those have been told.
  void on_write_pending(std::function<bool()> asked) { write_pending_ = std::move(asked); }
  /// Called when an SPI that any may take is taken back from the processor that it was chosen for.
  /// It is chosen for again once `returned`.
  void on_taken_back(std::function<void(std::uint32_t INTID)> listener) {
    taken_back_ = std::move(listener);
  }
  void returned(std::uint32_t INTID);
  /// Called when software sets GICD_CTLR.DS: there is one Security state from then on.
  void on_disable_security(std::function<void()> listener) {
    disable_security_ = std::move(listener);
  }
  /// An access that the frame ignored, for GICD_STATUSR.
  void note_ignored(RegisterResult result, bool read, const RegisterContext& who = {});

  /// There are two Security states, and GICD_CTLR.DS is 0.
  bool two_states() const;
  /// The set of enabled groups (GICD_CTLR.EnableGrp0, EnableGrp1NS or EnableGrp1, EnableGrp1S).
  unsigned enabled_groups() const;
  const InterruptBank& spis() const { return spis_; }

  void set_line(std::uint32_t INTID, bool level);
  /// GICD_SETSPI_NSR, GICD_CLRSPI_NSR, written by `who`. False when there is no such SPI for it.
  bool set_by_message(std::uint32_t INTID, const RegisterContext& who = {});
  bool clear_by_message(std::uint32_t INTID, const RegisterContext& who = {});
  /// How many messages have set an SPI, whether or not it was pending.
  std::uint64_t messages_taken() const { return messages_taken_; }
  /// Has writes of SETSPI_NSR, CLRSPI_NSR, SETSPI_SR and CLRSPI_SR of `bank` do that. `frame` is
  /// "GICD", or "GICM" for the alias (12.9, DDI 0601).
  void serve_messages(RegisterBank& bank, const std::string& frame);
  void acknowledge(std::uint32_t INTID);
  void deactivate(std::uint32_t INTID);

  /// The processor an SPI goes to: by affinity, or the one that it was chosen for. Nothing when
  /// there is none.
  std::optional<unsigned> target(std::uint32_t INTID) const;
  /// Processors that take part in 1 of N distribution: awake (GICR_WAKER).
  void set_takes_part(unsigned processor, bool takes_part);
  /// The set of groups that a processor takes (ICC_IGRPENn_EL1), none until told: those that it
  /// doesn't take hide nothing from it.
  void set_enabled_groups(unsigned processor, unsigned groups);
  /// Groups of which it gets nothing by 1 of N (GICR_CTLR.DPG*).
  void set_excluded(unsigned processor, unsigned groups);
  /// ICC_PMR_EL1 of a processor: what it masks goes to others, if any may take it.
  void set_mask(unsigned processor, std::uint8_t PMR);

  /// The most urgent SPI for a processor, of the groups that it takes.
  PendingInterrupt highest_for(unsigned processor) const;
  /// Whether an SPI is pending, enabled, inactive and routed to a processor.
  bool deliverable(std::uint32_t INTID, unsigned processor) const;

  /// For a checkpoint (core/arch/state.h). Nobody is told of a change.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.registers("registers", self.bank_);
    state.value("GICD_STATUSR of Non-secure", self.non_secure_STATUSR_);
    state.group("spis", [&self](auto& inner) { InterruptBank::describe(self.spis_, inner); });
    state.group("routes", [&self](auto& inner) { SpiRouter::describe(self.router_, inner); });
    if constexpr (State::reads) self.route_all();
  }

 private:
  using Change = void (InterruptBank::*)(std::size_t, std::uint32_t);
  using Value = std::uint32_t (InterruptBank::*)(std::size_t) const;
  /// A register of a bit for each interrupt.
  struct BitRegister {
    Value value;
    Change change;
    /// What NSACR must say for Non-secure accesses to reach those of Secure interrupts; nothing
    /// when it makes no difference.
    std::optional<NonSecureAccess> reads{}, writes{};
    bool withdraws = false;    ///< a write counts for GICD_CTLR.RWP
    bool secure_only = false;  ///< RAZ/WI to Non-secure
  };
  void identify();
  void hook_all_bits();
  /// One, and its like for the extended range.
  void hook_bits(const char* name, const char* extended, const BitRegister& of);
  void hook_word(const char* name, std::function<std::optional<std::size_t>(unsigned)> word_of,
                 const BitRegister& of);
  void hook_control();
  void hook_status();
  void hook_access(const char* name, std::uint32_t first);
  /// Non-secure software, and there are two Security states.
  bool is_limited(const RegisterContext& who) const { return !who.secure && two_states(); }
  std::uint32_t reached(std::size_t word, const RegisterContext& who,
                        std::optional<NonSecureAccess> by = {}) const {
    return is_limited(who) ? spis_.reached(word, by) : ~std::uint32_t{0};
  }
  bool reaches(std::uint32_t INTID, const RegisterContext& who,
               std::optional<NonSecureAccess> by = {}) const;
  void hook_priorities(const char* name, std::uint32_t first);
  void hook_configuration(const char* name, std::uint32_t first);
  void hook_routes(const char* name, std::uint32_t first, RegisterBank::Handle routes);
  void route_all();
  /// Those of the bits of a word may be deliverable, or not any more.
  void changed(std::size_t word, std::uint32_t bits, bool withdraws = false);
  void changed(std::uint32_t INTID);
  void tell(unsigned processor, bool withdraws = false) const;
  /// One of N, by number: is given to a processor, kept there or taken back, as its state says.
  void reassess(std::uint32_t spi);
  void reassess_all();

  DistributorConfiguration configuration_;
  RegisterBank bank_;
  InterruptBank spis_;
  SpiRouter router_;
  RegisterBank::Handle CTLR_, STATUSR_, IROUTER_, IROUTER_E_;
  std::uint64_t non_secure_STATUSR_ = 0;
  std::vector<bool> returning_;  ///< by number: taken back, and not returned
  std::function<void(unsigned, bool)> changed_;
  std::function<bool()> write_pending_;
  std::function<void(std::uint32_t)> taken_back_;
  std::function<void()> disable_security_;
  std::uint64_t messages_taken_ = 0;
};

}  // namespace doorbell::gic
