// SPDX-License-Identifier: GPL-2.0-or-later
// Registers by their architectural names.
#include <algorithm>
#include <iterator>

#include "engines/unicorn/engine.h"
#include "engines/unicorn/system_registers.h"

namespace doorbell::unicorn {
namespace {

using cpu::Register;

constexpr std::uint32_t FPCR = system_register(3, 3, 4, 4, 0);
constexpr std::uint32_t FPSR = system_register(3, 3, 4, 4, 1);

/// What the library keeps: reading another one ends the process. All are of DDI 0487, D17.2.
constexpr std::uint32_t kept[] = {
    system_register(2, 0, 0, 2, 2),   // MDSCR_EL1
    system_register(3, 0, 1, 0, 0),   // SCTLR_EL1
    system_register(3, 0, 1, 0, 2),   // CPACR_EL1
    system_register(3, 0, 2, 0, 0),   // TTBR0_EL1
    system_register(3, 0, 2, 0, 1),   // TTBR1_EL1
    system_register(3, 0, 2, 0, 2),   // TCR_EL1
    system_register(3, 0, 4, 0, 0),   // SPSR_EL1
    system_register(3, 0, 4, 0, 1),   // ELR_EL1
    system_register(3, 0, 5, 1, 0),   // AFSR0_EL1
    system_register(3, 0, 5, 1, 1),   // AFSR1_EL1
    system_register(3, 0, 5, 2, 0),   // ESR_EL1
    system_register(3, 0, 6, 0, 0),   // FAR_EL1
    system_register(3, 0, 7, 4, 0),   // PAR_EL1
    system_register(3, 0, 10, 2, 0),  // MAIR_EL1
    system_register(3, 0, 10, 3, 0),  // AMAIR_EL1
    system_register(3, 0, 12, 0, 0),  // VBAR_EL1
    system_register(3, 0, 13, 0, 1),  // CONTEXTIDR_EL1
    system_register(3, 0, 13, 0, 4),  // TPIDR_EL1
    system_register(3, 2, 0, 0, 0),   // CSSELR_EL1
    system_register(3, 3, 13, 0, 2),  // TPIDR_EL0
    system_register(3, 3, 13, 0, 3),  // TPIDRRO_EL0
    CNTKCTL_EL1,
};

bool is_kept(std::uint32_t name) {
  return std::find(std::begin(kept), std::end(kept), name) != std::end(kept);
}

int vector_name(unsigned number) {
  return UC_ARM64_REG_Q0 + static_cast<int>(number);
}

}  // namespace

std::optional<std::uint64_t> UnicornEngine::get(const Register& name) const {
  const Internals& state = internals();
  switch (name.kind) {
    case Register::Kind::general:
      return state.x(name.number);
    case Register::Kind::stack: {
      const unsigned in_use = state.uses_banked_stack() ? state.exception_level() : 0;
      return in_use == name.number ? state.x(31) : state.banked_stack(name.number);
    }
    case Register::Kind::pc:
      return state.pc();
    case Register::Kind::pstate: {
      std::uint64_t value = 0;
      uc_reg_read(uc_, UC_ARM64_REG_PSTATE, &value);
      return value & 0xffff'ffff;
    }
    case Register::Kind::vector_low:
    case Register::Kind::vector_high: {
      std::uint64_t value[2] = {};
      uc_reg_read(uc_, vector_name(name.number), value);
      return value[name.kind == Register::Kind::vector_low ? 0 : 1];
    }
    case Register::Kind::system:
      break;
  }
  std::uint64_t value = 0;
  if (name.number == FPCR || name.number == FPSR) {
    uc_reg_read(uc_, name.number == FPCR ? UC_ARM64_REG_FPCR : UC_ARM64_REG_FPSR, &value);
    return value & 0xffff'ffff;
  }
  if (!is_kept(name.number) || !read_system_register(uc_, name.number, value)) return std::nullopt;
  return value;
}

bool UnicornEngine::set(const Register& name, std::uint64_t value) {
  Internals& state = internals();
  switch (name.kind) {
    case Register::Kind::general:
      state.x(name.number) = value;
      return true;
    case Register::Kind::stack: {
      const unsigned in_use = state.uses_banked_stack() ? state.exception_level() : 0;
      (in_use == name.number ? state.x(31) : state.banked_stack(name.number)) = value;
      return true;
    }
    case Register::Kind::pc:
      state.set_pc(value);
      return true;
    case Register::Kind::pstate: {
      const auto in_use = [&state] {
        return state.uses_banked_stack() ? state.exception_level() : 0;
      };
      state.banked_stack(in_use()) = state.x(31);
      uc_reg_write(uc_, UC_ARM64_REG_PSTATE, &value);
      state.x(31) = state.banked_stack(in_use());
      state.rebuild();
      return true;
    }
    case Register::Kind::vector_low:
    case Register::Kind::vector_high: {
      std::uint64_t both[2] = {};
      uc_reg_read(uc_, vector_name(name.number), both);
      both[name.kind == Register::Kind::vector_low ? 0 : 1] = value;
      uc_reg_write(uc_, vector_name(name.number), both);
      return true;
    }
    case Register::Kind::system:
      break;
  }
  if (name.number == FPCR || name.number == FPSR) {
    uc_reg_write(uc_, name.number == FPCR ? UC_ARM64_REG_FPCR : UC_ARM64_REG_FPSR, &value);
    return true;
  }
  if (!is_kept(name.number) || !write_system_register(uc_, name.number, value)) return false;
  state.rebuild();
  return true;
}

}  // namespace doorbell::unicorn
