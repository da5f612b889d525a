#include "platforms/debugger/target_description.h"

#include <fmt/format.h>

#include <string_view>

namespace doorbell::debugger {
namespace {

using cpu::Register;
using Kind = DescribedRegister::Kind;

/// As MSR and MRS encode it (DDI 0487, C6.2.247).
constexpr Register system_register(unsigned op0, unsigned op1, unsigned crn, unsigned crm,
                                   unsigned op2) {
  return Register::system(op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2);
}

/// What a kernel's failures are looked at with; DDI 0487, D17.2.
const std::vector<DescribedRegister> system_registers{
    {.name = "ESR_EL1", .source = system_register(3, 0, 5, 2, 0)},
    {.name = "FAR_EL1", .source = system_register(3, 0, 6, 0, 0)},
    {.name = "ELR_EL1", .source = system_register(3, 0, 4, 0, 1)},
    {.name = "SPSR_EL1", .source = system_register(3, 0, 4, 0, 0)},
    {.name = "SP_EL0", .source = Register::sp(0)},
    {.name = "VBAR_EL1", .source = system_register(3, 0, 12, 0, 0)},
    {.name = "SCTLR_EL1", .source = system_register(3, 0, 1, 0, 0)},
    {.name = "TCR_EL1", .source = system_register(3, 0, 2, 0, 2)},
    {.name = "TTBR0_EL1", .source = system_register(3, 0, 2, 0, 0)},
    {.name = "TTBR1_EL1", .source = system_register(3, 0, 2, 0, 1)},
    {.name = "MAIR_EL1", .source = system_register(3, 0, 10, 2, 0)},
    {.name = "CONTEXTIDR_EL1", .source = system_register(3, 0, 13, 0, 1)},
    {.name = "TPIDR_EL1", .source = system_register(3, 0, 13, 0, 4)},
    {.name = "TPIDR_EL0", .source = system_register(3, 3, 13, 0, 2)},
};

std::vector<DescribedRegister> all_registers() {
  std::vector<DescribedRegister> all;
  for (unsigned i = 0; i <= 30; ++i)
    all.push_back({.name = fmt::format("x{}", i), .source = Register::x(i)});
  all.push_back({.name = "sp", .kind = Kind::stack, .source = Register::sp(0)});
  all.push_back({.name = "pc", .source = Register::pc()});
  // GDB takes it for 32 bits, whatever a description says of 64.
  all.push_back({.name = "cpsr", .bytes = 4, .source = Register::pstate()});
  for (unsigned i = 0; i <= 31; ++i) {
    all.push_back({.name = fmt::format("v{}", i),
                   .bytes = 16,
                   .kind = Kind::vector,
                   .source = Register::v_low(i)});
  }
  all.push_back({.name = "fpsr", .bytes = 4, .source = system_register(3, 3, 4, 4, 1)});
  all.push_back({.name = "fpcr", .bytes = 4, .source = system_register(3, 3, 4, 4, 0)});
  all.insert(all.end(), system_registers.begin(), system_registers.end());
  return all;
}

std::string element(const DescribedRegister& described) {
  std::string type = described.bytes == 4 ? "int" : "int64";
  if (described.name == "sp") type = "data_ptr";
  if (described.name == "pc") type = "code_ptr";
  if (described.kind == Kind::vector) type = "aarch64v";
  return fmt::format(R"(<reg name="{}" bitsize="{}" type="{}"/>)", described.name,
                     described.bytes * 8, type);
}

std::string elements(std::size_t first, std::size_t end) {
  std::string text;
  for (std::size_t i = first; i < end; ++i)
    text += element(described_registers()[i]);
  return text;
}

/// A union of a vector's views as elements of one size.
std::string view(std::string_view id, unsigned count, const std::vector<std::string>& types) {
  std::string vectors;
  std::string fields;
  for (const std::string& type : types) {
    const std::string name = fmt::format("v{}{}", count, type);
    vectors += fmt::format(R"(<vector id="{}" type="{}" count="{}"/>)", name, type, count);
    const char* const field = type.front() == 'u' ? "u" : type.substr(0, 3) == "int" ? "s" : "f";
    fields += fmt::format(R"(<field name="{}" type="{}"/>)", field, name);
  }
  return fmt::format(R"({}<union id="{}">{}</union>)", vectors, id, fields);
}

/// With the fields that GDB's own description of the feature has.
std::string vector_types() {
  std::string fields;
  for (const char* const name : {"d", "s", "h", "b", "q"})
    fields += fmt::format(R"(<field name="{0}" type="vn{0}"/>)", name);
  return view("vnd", 2, {"ieee_double", "uint64", "int64"}) +
         view("vns", 4, {"ieee_single", "uint32", "int32"}) +
         view("vnh", 8, {"ieee_half", "uint16", "int16"}) + view("vnb", 16, {"uint8", "int8"}) +
         view("vnq", 1, {"uint128", "int128"}) +
         fmt::format(R"(<union id="aarch64v">{}</union>)", fields);
}

std::string description() {
  constexpr std::size_t core_registers = 34;
  return R"(<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target version="1.0">)"
         "<architecture>aarch64</architecture>"
         R"(<feature name="org.gnu.gdb.aarch64.core">)" +
         elements(0, core_registers) + R"(</feature><feature name="org.gnu.gdb.aarch64.fpu">)" +
         vector_types() + elements(core_registers, registers_in_g) +
         R"(</feature><feature name="org.doorbell.aarch64.system">)" +
         elements(registers_in_g, described_registers().size()) + "</feature></target>";
}

}  // namespace

const std::vector<DescribedRegister>& described_registers() {
  static const std::vector<DescribedRegister> all = all_registers();
  return all;
}

const std::string& target_description() {
  static const std::string text = description();
  return text;
}

}  // namespace doorbell::debugger
