#pragma once

#include <cstdint>
#include <functional>

#include "doorbell/core/arch/registers.h"
#include "doorbell/gic/arch/its_base_registers.h"
#include "doorbell/gic/arch/its_error.h"

namespace doorbell::gic {

/// The GITS control frame: what its registers keep, refuse and mean (IHI 0069, 12.19), with the
/// state of the command queue.
class ItsRegisters {
 public:
  explicit ItsRegisters(const ItsSupport& support);

  RegisterBank& registers() { return bank_; }

  /// Called when software changes GITS_CTLR.Enabled, with the new value.
  void on_enable(std::function<void(bool)> listener) { enable_ = std::move(listener); }
  /// Called when there may be a command to process: CWRITER moved, Retry was written, or the ITS
  /// was enabled.
  void on_command(std::function<void()> listener) { command_ = std::move(listener); }

  /// Called when a table may be elsewhere (GITS_BASERn was written).
  void on_tables(std::function<void()> listener) { tables_ = std::move(listener); }

  bool enabled() const;
  /// GITS_CTLR.Quiescent: reads 1 only while the ITS is disabled and not `busy` (12.19.5).
  void set_busy(bool busy) { busy_ = busy; }

  ItsTable devices() const { return table_of(BASER_.get(0)); }
  /// Invalid when all collections are held inside.
  ItsTable collections() const { return table_of(BASER_.get(1)); }

  /// Whether the queue can be processed: enabled, GITS_CBASER.Valid, not stalled, and CREADR isn't
  /// CWRITER (5.1.4).
  bool has_command() const;
  /// Address of the command at GITS_CREADR.
  std::uint64_t command_address() const;
  /// The command at GITS_CREADR is done.
  void advance();
  /// Sets GITS_CREADR.Stalled: nothing more is processed until software writes GITS_CWRITER.Retry
  /// (12.19.4, 12.19.6).
  void stall();
  bool stalled() const;
  /// Commands between CREADR and CWRITER.
  std::uint64_t commands_waiting() const;

  /// GITS_STATUSR: an access that was ignored (12.19.10; DDI 0601, GITS_STATUSR).
  void report_ignored(RegisterResult result, bool read);
  /// GITS_STATUSR.UMSI with GITS_UMSIR: an MSI that went nowhere. The first one is kept until
  /// software clears UMSI; of later ones Overflow says that there were some.
  void report_unmapped(std::uint32_t DeviceID, std::uint32_t EventID, ItsError error);

  /// For a checkpoint (core/arch/state.h). Nobody is told of a change.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.registers("registers", self.bank_);
  }

 private:
  void hook_control();
  void hook_status();
  void hook_queue();
  void hook_tables();
  std::uint64_t queue_bytes() const;
  void look_for_command() const;

  ItsSupport support_;
  RegisterBank bank_;
  RegisterBank::Handle CTLR_, STATUSR_, UMSIR_, CBASER_, CWRITER_, CREADR_, BASER_;
  bool busy_ = false;
  std::function<void(bool)> enable_;
  std::function<void()> command_;
  std::function<void()> tables_;
};

}  // namespace doorbell::gic
