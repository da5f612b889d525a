#include "platforms/software/post_mortem.h"

#include <fmt/format.h>

#include <iterator>

namespace doorbell::software {
namespace {

std::string address_text(std::uint64_t address, const Symbols& symbols) {
  const std::string name = symbols.name_of(address);
  return fmt::format("{:#018x}{}", address, name.empty() ? "" : " (" + name + ")");
}

bool is_of_code(const std::string& name) {
  return name == "PC" || name == "ELR_EL1" || name == "X30" || name == "VBAR_EL1";
}

}  // namespace

std::string post_mortem(const cpu::Aarch64Group::Stuck& stuck, const Symbols& symbols) {
  constexpr unsigned columns = 3;
  std::string text;
  unsigned column = 0;
  for (const auto& [name, value] : stuck.registers) {
    if (is_of_code(name)) {
      fmt::format_to(std::back_inserter(text), "\n  {:<9} {}", name, address_text(value, symbols));
      column = 0;
      continue;
    }
    fmt::format_to(std::back_inserter(text), "{}{:<9} {:#018x}", column == 0 ? "\n  " : "  ", name,
                   value);
    column = (column + 1) % columns;
  }
  text += "\n  its last exceptions:";
  for (const cpu::TakenException& exception : stuck.exceptions) {
    fmt::format_to(std::back_inserter(text),
                   "\n    after {} instructions at {}: ESR_EL1 {:#x}, FAR_EL1 {:#x}",
                   exception.executed, address_text(exception.pc, symbols), exception.syndrome,
                   exception.address);
  }
  return text;
}

}  // namespace doorbell::software
