#include "doorbell/cpu/arch/register_names.h"

#include "doorbell/core/arch/system_register.h"

namespace doorbell::cpu {
namespace {

struct SystemRegister {
  const char* name;
  std::uint32_t encoding;
};

// DDI 0487, D17.2 and D17.3.
constexpr SystemRegister system_registers[] = {
    {"MDSCR_EL1", system_register(2, 0, 0, 2, 2)},
    {"SCTLR_EL1", system_register(3, 0, 1, 0, 0)},
    {"CPACR_EL1", system_register(3, 0, 1, 0, 2)},
    {"TTBR0_EL1", system_register(3, 0, 2, 0, 0)},
    {"TTBR1_EL1", system_register(3, 0, 2, 0, 1)},
    {"TCR_EL1", system_register(3, 0, 2, 0, 2)},
    {"SPSR_EL1", system_register(3, 0, 4, 0, 0)},
    {"ELR_EL1", system_register(3, 0, 4, 0, 1)},
    {"AFSR0_EL1", system_register(3, 0, 5, 1, 0)},
    {"AFSR1_EL1", system_register(3, 0, 5, 1, 1)},
    {"ESR_EL1", system_register(3, 0, 5, 2, 0)},
    {"FAR_EL1", system_register(3, 0, 6, 0, 0)},
    {"PAR_EL1", system_register(3, 0, 7, 4, 0)},
    {"MAIR_EL1", system_register(3, 0, 10, 2, 0)},
    {"AMAIR_EL1", system_register(3, 0, 10, 3, 0)},
    {"VBAR_EL1", system_register(3, 0, 12, 0, 0)},
    {"CONTEXTIDR_EL1", system_register(3, 0, 13, 0, 1)},
    {"TPIDR_EL1", system_register(3, 0, 13, 0, 4)},
    {"CNTKCTL_EL1", system_register(3, 0, 14, 1, 0)},
    {"CSSELR_EL1", system_register(3, 2, 0, 0, 0)},
    {"FPCR", system_register(3, 3, 4, 4, 0)},
    {"FPSR", system_register(3, 3, 4, 4, 1)},
    {"TPIDR_EL0", system_register(3, 3, 13, 0, 2)},
    {"TPIDRRO_EL0", system_register(3, 3, 13, 0, 3)},
};

std::vector<NamedRegister> make() {
  std::vector<NamedRegister> all{{"PSTATE", Register::pstate()},
                                 {"PC", Register::pc()},
                                 {"SP_EL0", Register::sp(0)},
                                 {"SP_EL1", Register::sp(1)}};
  for (unsigned i = 0; i < 31; ++i)
    all.push_back({"X" + std::to_string(i), Register::x(i)});
  for (unsigned i = 0; i < 32; ++i) {
    const std::string name = "V" + std::to_string(i);
    all.push_back({name + "[63:0]", Register::v_low(i)});
    all.push_back({name + "[127:64]", Register::v_high(i)});
  }
  for (const SystemRegister& system : system_registers)
    all.push_back({system.name, Register::system(system.encoding)});
  return all;
}

}  // namespace

const std::vector<NamedRegister>& named_registers() {
  static const std::vector<NamedRegister> all = make();
  return all;
}

}  // namespace doorbell::cpu
