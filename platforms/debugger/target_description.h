#pragma once

#include <string>
#include <vector>

#include "doorbell/cpu/arch/instruction_engine.h"

namespace doorbell::debugger {

/// A register as GDB knows it: its number is its place in the list of all.
struct DescribedRegister {
  enum class Kind : std::uint8_t {
    plain,
    stack,  ///< SP of the Exception level in force
    vector  ///< V0 to V31: `name` is the lower half
  };
  std::string name;
  unsigned bytes = 8;
  Kind kind = Kind::plain;
  cpu::Register source;
};

/// In the order of `target.xml`: org.gnu.gdb.aarch64.core and .fpu, which packet `g` has, then
/// system registers.
const std::vector<DescribedRegister>& described_registers();
/// How many of them packet `g` has.
inline constexpr std::size_t registers_in_g = 34 + 34;

/// `target.xml` (GDB's manual, G.5.1, AArch64 Features).
const std::string& target_description();

}  // namespace doorbell::debugger
