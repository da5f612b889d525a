#pragma once

#include <functional>

#include "doorbell/core/arch/registers.h"
#include "doorbell/gic/arch/affinity.h"
#include "doorbell/gic/arch/interrupt_bank.h"
#include "doorbell/gic/arch/lpi_tables.h"

namespace doorbell::gic {

/// What a Redistributor is built with.
struct RedistributorConfiguration {
  unsigned processor = 0;  ///< GICR_TYPER.Processor_Number: what RDbase names
  Affinity affinity;
  bool last = true;            ///< GICR_TYPER.Last
  unsigned intid_bits = 16;    ///< GICD_TYPER.IDbits + 1
  unsigned priority_bits = 5;  ///< 4 to 8
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
  void on_wake(std::function<void(bool)> listener) { wake_ = std::move(listener); }
  /// GICR_CTLR.RWP (12.11.2): set while a clearing of EnableLPIs is under way.
  void set_write_pending(bool pending) { write_pending_ = pending; }

  bool awake() const;
  bool lpis_enabled() const;
  /// The tables in force, as the registers describe them.
  LpiTables tables() const;
  /// GICR_PENDBASER.PTZ as last written: the Pending table is all zero and needn't be read
  /// (12.11.27).
  bool pending_table_zero() const { return pending_table_zero_; }

  const InterruptBank& interrupts() const { return interrupts_; }
  /// An SGI from this or another processor.
  void set_pending(std::uint32_t INTID);
  void set_line(std::uint32_t INTID, bool level);
  void acknowledge(std::uint32_t INTID);
  void deactivate(std::uint32_t INTID);
  Group group(std::uint32_t INTID) const;

  /// The most urgent SGI or PPI of `groups`.
  PendingInterrupt highest(unsigned groups) const { return interrupts_.highest(groups); }

  unsigned processor() const { return configuration_.processor; }
  Affinity affinity() const { return configuration_.affinity; }

  /// For a checkpoint (core/arch/state.h). Nobody is told of a change.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.registers("registers", self.bank_);
    state.group("interrupts",
                [&self](auto& inner) { InterruptBank::describe(self.interrupts_, inner); });
    state.value("PTZ", self.pending_table_zero_);
  }

 private:
  using Change = void (InterruptBank::*)(std::size_t, std::uint32_t);
  using Value = std::uint32_t (InterruptBank::*)(std::size_t) const;
  void hook_bits(const char* name, Value value, Change change);
  void hook_control();
  void hook_tables();
  void hook_priorities();
  void hook_configuration();
  void changed() const;

  RedistributorConfiguration configuration_;
  RegisterBank bank_;
  InterruptBank interrupts_;
  RegisterBank::Handle CTLR_, WAKER_, PROPBASER_, PENDBASER_;
  bool pending_table_zero_ = false;
  bool write_pending_ = false;
  std::function<void()> changed_;
  std::function<void(bool)> enable_lpis_;
  std::function<void(bool)> wake_;
};

}  // namespace doorbell::gic
