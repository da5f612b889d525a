#include "doorbell/cpu/arch/registers_in_use.h"

namespace doorbell::cpu {
namespace {

/// As an MSR packs op0 to op2 (DDI 0487, C5.3).
constexpr Register at_el1(unsigned crn, unsigned crm, unsigned op2) {
  return Register::system(3 << 14 | crn << 7 | crm << 3 | op2);
}

/// DDI 0487, D17.2.
constexpr std::pair<const char*, Register> others[] = {
    {"SP_EL0", Register::sp(0)},    {"SP_EL1", Register::sp(1)},  {"PC", Register::pc()},
    {"PSTATE", Register::pstate()}, {"ELR_EL1", at_el1(4, 0, 1)}, {"SPSR_EL1", at_el1(4, 0, 0)},
    {"ESR_EL1", at_el1(5, 2, 0)},   {"FAR_EL1", at_el1(6, 0, 0)}, {"VBAR_EL1", at_el1(12, 0, 0)},
    {"SCTLR_EL1", at_el1(1, 0, 0)}, {"TCR_EL1", at_el1(2, 0, 2)}, {"TTBR0_EL1", at_el1(2, 0, 0)},
    {"TTBR1_EL1", at_el1(2, 0, 1)},
};

}  // namespace

std::vector<std::pair<std::string, std::uint64_t>> registers_in_use(
    const InstructionEngine& engine) {
  constexpr unsigned general = 31;
  std::vector<std::pair<std::string, std::uint64_t>> all;
  for (unsigned number = 0; number < general; ++number)
    all.emplace_back("X" + std::to_string(number), engine.get(Register::x(number)).value_or(0));
  for (const auto& [name, which] : others) {
    if (const auto value = engine.get(which)) all.emplace_back(name, *value);
  }
  return all;
}

}  // namespace doorbell::cpu
