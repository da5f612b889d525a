#pragma once

#include <cstdint>

namespace doorbell {

/// What a processing element (PE) is about when it accesses a System register: where it executes
/// and those controls of it that decide who answers (DDI 0487, D1.2 and D1.3; IHI 0069, 4.6).
struct PeState {
  std::uint8_t EL = 1;  ///< Exception level, 0 to 3
  bool secure = false;  ///< Security state at EL0 to EL2; EL3 is Secure whatever this says
  // SCR_EL3. NS also names the bank of banked registers that EL3 accesses.
  bool SCR_NS = true;
  bool SCR_IRQ = false;
  bool SCR_FIQ = false;
  // HCR_EL2, as far as it is in effect in this Security state.
  bool HCR_IMO = false;
  bool HCR_FMO = false;
};

/// How an access to a System register ends.
enum class SystemAccess : std::uint8_t {
  done,
  undefined,  ///< an Undefined Instruction exception; to EL1, or from there to where HCR_EL2 says
  trapped_to_EL2,
  trapped_to_EL3,
};

}  // namespace doorbell
