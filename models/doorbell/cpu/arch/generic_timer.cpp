#include "doorbell/cpu/arch/generic_timer.h"

#include <algorithm>
#include <limits>

#include "doorbell/core/arch/system_register.h"

namespace doorbell::cpu {
namespace {

// CNTV_CTL_EL0 (DDI 0487, D17.11.22).
constexpr std::uint64_t control_enable = 1 << 0;
constexpr std::uint64_t control_imask = 1 << 1;
constexpr std::uint64_t control_istatus = 1 << 2;

constexpr std::uint64_t low_word = 0xffff'ffff;

bool is_virtual(std::uint32_t encoding) {
  return (encoding >> 3 & 15) == 3;
}

}  // namespace

bool GenericTimer::knows(std::uint32_t encoding) {
  switch (encoding) {
    case CNTFRQ_EL0:
    case CNTPCT_EL0:
    case CNTVCT_EL0:
    case CNTP_TVAL_EL0:
    case CNTP_CTL_EL0:
    case CNTP_CVAL_EL0:
    case CNTV_TVAL_EL0:
    case CNTV_CTL_EL0:
    case CNTV_CVAL_EL0:
      return true;
    default:
      return false;
  }
}

bool GenericTimer::is_counter(std::uint32_t encoding) {
  return encoding == CNTPCT_EL0 || encoding == CNTVCT_EL0;
}

std::optional<std::uint64_t> GenericTimer::read(std::uint32_t encoding, Time now) const {
  const Timer& addressed = timers_[is_virtual(encoding) ? 0 : 1];
  switch (encoding) {
    case CNTFRQ_EL0:
      return frequency;
    case CNTPCT_EL0:
    case CNTVCT_EL0:
      return count(now);
    case CNTP_TVAL_EL0:
    case CNTV_TVAL_EL0:
      return (addressed.compare - count(now)) & low_word;
    case CNTP_CTL_EL0:
    case CNTV_CTL_EL0: {
      // ISTATUS of a disabled timer is UNKNOWN: 0.
      const bool met = addressed.enabled && count(now) >= addressed.compare;
      return (addressed.enabled ? control_enable : 0) | (addressed.masked ? control_imask : 0) |
             (met ? control_istatus : 0);
    }
    case CNTP_CVAL_EL0:
    case CNTV_CVAL_EL0:
      return addressed.compare;
    default:
      return std::nullopt;
  }
}

bool GenericTimer::write(std::uint32_t encoding, std::uint64_t value, Time now) {
  Timer& addressed = timers_[is_virtual(encoding) ? 0 : 1];
  switch (encoding) {
    case CNTP_TVAL_EL0:
    case CNTV_TVAL_EL0:
      // A signed offset of 32 bits (DDI 0487, D11.2.4).
      addressed.compare = count(now) + static_cast<std::uint64_t>(static_cast<std::int64_t>(
                                           static_cast<std::int32_t>(value & low_word)));
      return true;
    case CNTP_CTL_EL0:
    case CNTV_CTL_EL0:
      addressed.enabled = (value & control_enable) != 0;
      addressed.masked = (value & control_imask) != 0;
      return true;
    case CNTP_CVAL_EL0:
    case CNTV_CVAL_EL0:
      addressed.compare = value;
      return true;
    default:
      return false;
  }
}

bool GenericTimer::asserted(Which which, Time now) const {
  const Timer& asked = timer(which);
  return asked.enabled && !asked.masked && count(now) >= asked.compare;
}

Time GenericTimer::next_expiry(Time now) const {
  constexpr std::uint64_t last_count = std::numeric_limits<Time>::max() / tick;
  Time next = never;
  for (const Timer& timer : timers_) {
    const bool waits = timer.enabled && !timer.masked && count(now) < timer.compare;
    if (waits && timer.compare < last_count) next = std::min(next, timer.compare * tick);
  }
  return next;
}

}  // namespace doorbell::cpu
