#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "doorbell/cpu/arch/instruction_engine.h"

namespace doorbell::cpu {

/// What a programmer asks for when software has gone astray: X0 to X30, SP_EL0, SP_EL1, PC, PSTATE
/// and the registers of exceptions and translation at EL1, by their architectural names, as far as
/// the engine keeps them. Not from inside a call of the host's.
std::vector<std::pair<std::string, std::uint64_t>> registers_in_use(
    const InstructionEngine& engine);

}  // namespace doorbell::cpu
