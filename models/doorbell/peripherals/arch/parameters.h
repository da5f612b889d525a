#pragma once

#include <cstdint>
#include <string>

#include "doorbell/core/arch/parameters.h"
#include "doorbell/core/arch/time.h"

namespace doorbell::peripherals {

/// A PL011 UART.
struct UartParameters {
  Time access = 100 * nanosecond;  ///< From a register access to its effect.
  Time character = 0;              ///< A character of ten bits on the line; 0 takes no time.
  void describe(ParameterGroup& group);
};

/// A PL031 real-time clock.
struct RtcParameters {
  Time access = 100 * nanosecond;
  std::string epoch = "2024-01-01T00:00:00Z";  ///< What it says at simulated time 0.
  void describe(ParameterGroup& group);
  /// `epoch` in seconds since 1970-01-01T00:00:00Z; an InputError when it isn't a date and time of
  /// 1970 to 2106.
  std::uint32_t seconds() const;
};

/// A bank of NOR flash.
struct FlashParameters {
  Time access = 100 * nanosecond;
  void describe(ParameterGroup& group);
};

/// A read-only memory.
struct RomParameters {
  Time access = 100 * nanosecond;
  void describe(ParameterGroup& group);
};

}  // namespace doorbell::peripherals
