#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "doorbell/core/arch/registers.h"
#include "doorbell/core/arch/time.h"

namespace doorbell::peripherals {

/// The registers of a PL031 (DDI 0224, 3.2).
std::span<const RegisterInfo> pl031_registers();

/// Bytes of its frame.
inline constexpr std::uint64_t pl031_bytes = 0x1000;

/// A PL031 (DDI 0224): seconds since the epoch, and one match. It counts from the start of the
/// simulation, as a clock does whose battery has kept it going: RTCCR reads as one from reset.
class Pl031State {
 public:
  /// `epoch`: what it says at simulated time 0, in seconds since 1970-01-01T00:00:00Z.
  explicit Pl031State(std::uint32_t epoch);
  // The hooks of the registers hold `this`.
  Pl031State(const Pl031State&) = delete;
  Pl031State& operator=(const Pl031State&) = delete;

  RegisterBank& registers() { return bank_; }

  /// Called after a write that may have changed what the functions below say.
  void on_change(std::function<void()> listener) { changed_ = std::move(listener); }

  /// Brings it to simulated time `now`: before each access, and when a match is due. A `now` before
  /// one that it has seen is that one.
  void advance(Time now);
  /// RTCINTR (DDI 0224, 2.2.6): the match has come and isn't masked.
  bool interrupt() const { return (RIS_.get() & IMSC_.get()) != 0; }
  /// When the interrupt rises by itself; `never` when it is masked, or beyond simulated time.
  Time next_interrupt() const;

  /// For a checkpoint (core/arch/state.h). Nobody is told of a change.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.registers("registers", self.bank_);
    state.value("offset", self.offset_);
    state.value("seen", self.now_);
    state.value("match", self.match_);
  }

 private:
  std::uint32_t count() const;
  void find_match();
  void tell() const {
    if (changed_) changed_();
  }

  RegisterBank bank_;
  RegisterBank::Handle MR_;
  RegisterBank::Handle IMSC_;
  RegisterBank::Handle RIS_;
  std::uint32_t offset_;  ///< What RTCDR is ahead of simulated time, modulo 2^32.
  Time now_ = 0;
  Time match_ = never;  ///< When RTCDR becomes RTCMR.
  std::function<void()> changed_;
};

}  // namespace doorbell::peripherals
