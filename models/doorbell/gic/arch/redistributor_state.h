#pragma once

#include <functional>

#include "doorbell/core/arch/registers.h"
#include "doorbell/gic/arch/affinity.h"
#include "doorbell/gic/arch/interrupt_bank.h"
#include "doorbell/gic/arch/intid.h"
#include "doorbell/gic/arch/lpi_tables.h"
#include "doorbell/gic/arch/table_attributes.h"

namespace doorbell::gic {

/// What a Redistributor is built with.
struct RedistributorConfiguration {
  unsigned processor = 0;  ///< GICR_TYPER.Processor_Number: what RDbase names
  Affinity affinity;
  bool last = true;                 ///< GICR_TYPER.Last
  unsigned intid_bits = 16;         ///< GICD_TYPER.IDbits + 1
  unsigned priority_bits = 5;       ///< 4 to 8
  std::uint32_t extended_ppis = 0;  ///< 0, 32 or 64
  bool enable_can_clear = true;     ///< GICR_CTLR.CES
  bool invalidates = false;         ///< GICR_CTLR.IR: GICR_INVLPIR, GICR_INVALLR and GICR_SYNCR
  bool lpis = true;                 ///< GICR_TYPER.PLPIS
  bool direct_lpis = false;         ///< GICR_TYPER.DirectLPI: GICR_SETLPIR and GICR_CLRLPIR
  bool one_of_n = false;            ///< GICR_TYPER.DPGS, GICR_CTLR.DPG*
  bool two_security_states = false;
  TableShareability shareability = TableShareability::any;
};

/// A Redistributor: GICR registers of both frames, and the SGIs and PPIs of its processor (IHI
/// 0069, 12.11). LPIs are looked after by who holds their tables and caches; here are only the
/// registers that describe them.
class RedistributorState {
 public:
  explicit RedistributorState(const RedistributorConfiguration& configuration);

  RegisterBank& registers() { return bank_; }
  /// Called after whatever may have changed what is deliverable.
  void on_change(std::function<void()> listener) { changed_ = std::move(listener); }
  /// Called when software changes GICR_CTLR.EnableLPIs, with the new value.
  void on_enable_lpis(std::function<void(bool)> listener) { enable_lpis_ = std::move(listener); }
  /// Called when GICR_WAKER.ProcessorSleep changes, with whether the processor is awake.
  /// GICR_WAKER.ChildrenAsleep follows with `children_are`.
  void on_wake(std::function<void(bool)> listener) { wake_ = std::move(listener); }
  void children_are(bool asleep);
  /// Awake at once, as after firmware that woke it; nobody is told.
  void wake() { WAKER_.set(0); }
  /// Called when GICR_CTLR.DPG* change, with the set of groups that they exclude.
  void on_exclude(std::function<void(unsigned)> listener) { exclude_ = std::move(listener); }
  /// Called with the INTID of a write of GICR_INVLPIR, and for one of GICR_INVALLR.
  void on_invalidate(std::function<void(std::uint32_t)> one, std::function<void()> all) {
    invalidate_ = std::move(one);
    invalidate_all_ = std::move(all);
  }
  /// Called with the INTID of a write of GICR_CLRLPIR. (GICR_SETLPIR is a doorbell: who serves the
  /// frame looks after it.)
  void on_clear_lpi(std::function<void(std::uint32_t)> listener) {
    clear_lpi_ = std::move(listener);
  }
  /// GICR_CTLR.RWP (12.11.2): set while a clearing of EnableLPIs is under way.
  void set_write_pending(bool pending) { write_pending_ = pending; }
  /// GICR_CTLR.UWP: SGIs of this processor are on their way to the distributor.
  void set_upstream_pending(bool pending) { upstream_pending_ = pending; }
  /// GICR_SYNCR.Busy: a write of GICR_CLRLPIR, GICR_INVLPIR or GICR_INVALLR has not taken effect.
  void set_invalidating(bool busy) { invalidating_ = busy; }
  /// An access that the frame ignored, for GICR_STATUSR.
  void note_ignored(RegisterResult result, bool read, const RegisterContext& who = {});
  /// GICD_CTLR.DS has been set: there is one Security state from now on.
  void disable_security();
  /// There are two Security states, and GICD_CTLR.DS is 0.
  bool two_states() const { return !DS_; }

  /// Whether interrupts are forwarded: neither asleep, nor on the way there or back.
  bool awake() const;
  bool lpis_enabled() const;
  /// The tables in force, as the registers describe them.
  LpiTables tables() const;
  /// GICR_PENDBASER.PTZ as last written: the Pending table is all zero and needn't be read
  /// (12.11.27).
  bool pending_table_zero() const { return pending_table_zero_; }

  const InterruptBank& interrupts() const { return interrupts_; }
  /// An SGI from this or another processor, unless groups and Security states say otherwise.
  void receive_sgi(std::uint32_t INTID, Group asked, bool from_secure);
  void set_line(std::uint32_t INTID, bool level);
  void acknowledge(std::uint32_t INTID);
  void deactivate(std::uint32_t INTID);
  Group group(std::uint32_t INTID) const { return interrupts_.group_of(INTID); }

  /// The most urgent SGI or PPI of `groups`.
  PendingInterrupt highest(unsigned groups) const { return interrupts_.highest(groups); }

  unsigned processor() const { return configuration_.processor; }
  Affinity affinity() const { return configuration_.affinity; }

  /// For a checkpoint (core/arch/state.h). Nobody is told of a change.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.registers("registers", self.bank_);
    state.value("GICR_STATUSR of Non-secure", self.non_secure_STATUSR_);
    state.value("DS", self.DS_);
    state.group("interrupts",
                [&self](auto& inner) { InterruptBank::describe(self.interrupts_, inner); });
    state.value("PTZ", self.pending_table_zero_);
  }

 private:
  using Change = void (InterruptBank::*)(std::size_t, std::uint32_t);
  using Value = std::uint32_t (InterruptBank::*)(std::size_t) const;
  void identify();
  void hook_all_bits();
  /// RAZ/WI to Non-secure accesses, as a whole or where interrupts are Secure.
  enum class HiddenFrom : std::uint8_t { non_secure, non_secure_if_secure };
  void hook_bits(const char* name, Value value, Change change,
                 HiddenFrom hidden = HiddenFrom::non_secure_if_secure);
  void hook_control();
  void hook_status();
  void hook_access();
  void hook_sleep();
  void hook_tables();
  void hook_invalidation();
  void hook_priorities();
  void hook_configuration();
  void changed() const;
  /// Non-secure software, and there are two Security states.
  bool is_limited(const RegisterContext& who) const { return !DS_ && !who.secure; }
  std::uint32_t reached(std::size_t word, const RegisterContext& who) const {
    return is_limited(who) ? interrupts_.reached(word) : ~std::uint32_t{0};
  }
  /// By number, as there is one.
  bool reaches(std::uint32_t number, const RegisterContext& who) const {
    return number < interrupts_.count() && (reached(number / 32, who) >> (number % 32) & 1) != 0;
  }

  RedistributorConfiguration configuration_;
  RegisterBank bank_;
  InterruptBank interrupts_;
  RegisterBank::Handle CTLR_, STATUSR_, WAKER_, PROPBASER_, PENDBASER_, NSACR_;
  std::uint64_t non_secure_STATUSR_ = 0;
  bool DS_;  ///< GICD_CTLR.DS
  bool pending_table_zero_ = false;
  bool write_pending_ = false;
  bool upstream_pending_ = false;
  bool invalidating_ = false;
  std::function<void()> changed_;
  std::function<void(bool)> enable_lpis_;
  std::function<void(bool)> wake_;
  std::function<void(unsigned)> exclude_;
  std::function<void(std::uint32_t)> invalidate_;
  std::function<void()> invalidate_all_;
  std::function<void(std::uint32_t)> clear_lpi_;
};

}  // namespace doorbell::gic
