#pragma once

#include <string>
#include <vector>

#include "doorbell/cpu/arch/instruction_engine.h"

namespace doorbell::cpu {

/// A register by the architecture's name: "X0", "SP_EL0", "V31[127:64]", "TTBR0_EL1".
struct NamedRegister {
  std::string name;
  Register which;
};

/// All that a processor with EL1 and EL0 keeps between two instructions (DDI 0487, B1.2 and
/// D17.2), without what GIC and Generic Timer hold, and what says what the processor is. In an
/// order in which they can be set: PSTATE comes first, as it says which stack pointer is in use.
const std::vector<NamedRegister>& named_registers();

}  // namespace doorbell::cpu
