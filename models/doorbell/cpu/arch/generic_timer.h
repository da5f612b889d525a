#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "doorbell/core/arch/time.h"

namespace doorbell::cpu {

/// The Generic Timer of one processor as EL1 and EL0 see it: the counters, and the virtual and the
/// physical timer of EL1 (DDI 0487, D11.2). The counter counts from the start of the simulation;
/// CNTVOFF_EL2 is 0.
class GenericTimer {
 public:
  /// CNTFRQ_EL0: that of QEMU's `virt`.
  static constexpr std::uint64_t frequency = 62'500'000;
  static constexpr Time tick = 16 * nanosecond;

  enum class Which : std::uint8_t { virtual_timer, physical_timer };

  static std::uint64_t count(Time now) { return now / tick; }
  /// Whether `encoding` is one of its registers.
  static bool knows(std::uint32_t encoding);
  /// Whether it is one of its two counters, CNTPCT_EL0 and CNTVCT_EL0.
  static bool is_counter(std::uint32_t encoding);

  std::optional<std::uint64_t> read(std::uint32_t encoding, Time now) const;
  /// False for what can't be written.
  bool write(std::uint32_t encoding, std::uint64_t value, Time now);

  /// The level of a timer's output: the condition is met, and it is enabled and not masked.
  bool asserted(Which which, Time now) const;
  /// When the next output that isn't asserted at `now` will be; `never` when none will.
  Time next_expiry(Time now) const;
  /// As after a reset: disabled.
  void reset() { timers_ = {}; }

  /// For a checkpoint (core/arch/state.h): CVAL and CTL of the virtual, then of the physical timer.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.list("timers", self.timers_, [](auto& timer, auto& inner) {
      inner.value("CVAL", timer.compare);
      inner.value("ENABLE", timer.enabled);
      inner.value("IMASK", timer.masked);
    });
  }

 private:
  struct Timer {
    std::uint64_t compare = 0;  ///< CVAL
    bool enabled = false;
    bool masked = false;
  };
  const Timer& timer(Which which) const { return timers_[static_cast<std::size_t>(which)]; }

  std::array<Timer, 2> timers_;
};

}  // namespace doorbell::cpu
