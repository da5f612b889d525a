// Registers and memory: packets g, G, p, P, m, M and X.
#include <algorithm>

#include "platforms/debugger/errors.h"
#include "platforms/debugger/hexadecimal.h"
#include "platforms/debugger/session.h"
#include "platforms/debugger/target_description.h"

namespace doorbell::debugger {
namespace {

using Kind = DescribedRegister::Kind;

/// GDB's manual: a register in the target's byte order.
std::string little_endian_text(std::uint64_t value, unsigned bytes) {
  std::vector<std::uint8_t> all;
  for (unsigned i = 0; i < bytes; ++i)
    all.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return to_hexadecimal(all);
}

std::uint64_t little_endian_value(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    value |= std::uint64_t{bytes[i]} << (8 * i);
  return value;
}

struct MemoryRange {
  std::uint64_t address;
  std::uint64_t size;
};

/// "address,size"
std::optional<MemoryRange> range_of(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const auto address = number_of(text.substr(0, comma));
  const auto size = number_of(text.substr(comma + 1));
  if (!address || !size) return std::nullopt;
  return MemoryRange{*address, *size};
}

}  // namespace

/// SP is SP_EL0 with PSTATE.SPSel 0, else that of the Exception level (DDI 0487, C5.2.18: M[3:0]).
cpu::Register Session::stack_in_force() const {
  const auto pstate = target_.register_value(chosen_, cpu::Register::pstate()).value_or(0);
  const bool own_of_el1 = (pstate >> 2 & 3) == 1 && (pstate & 1) != 0;
  return cpu::Register::sp(own_of_el1 ? 1 : 0);
}

std::optional<std::string> Session::register_text(std::size_t number) const {
  if (number >= described_registers().size()) return std::nullopt;
  const DescribedRegister& described = described_registers()[number];
  const cpu::Register source = described.kind == Kind::stack ? stack_in_force() : described.source;
  const auto value = target_.register_value(chosen_, source);
  // What isn't there GDB shows as such.
  if (!value) return std::string(described.bytes * 2, 'x');
  if (described.kind != Kind::vector) return little_endian_text(*value, described.bytes);
  const auto high = target_.register_value(chosen_, cpu::Register::v_high(source.number));
  return little_endian_text(*value, 8) + little_endian_text(high.value_or(0), 8);
}

bool Session::set_register(std::size_t number, std::string_view text) {
  const DescribedRegister& described = described_registers()[number];
  const auto bytes = bytes_of(text);
  if (!bytes || bytes->size() != described.bytes) return false;
  const std::span<const std::uint8_t> all(*bytes);
  if (described.kind == Kind::vector) {
    const cpu::Register high = cpu::Register::v_high(described.source.number);
    return target_.set_register(chosen_, described.source, little_endian_value(all.first(8))) &&
           target_.set_register(chosen_, high, little_endian_value(all.last(8)));
  }
  return target_.set_register(chosen_,
                              described.kind == Kind::stack ? stack_in_force() : described.source,
                              little_endian_value(all));
}

std::string Session::read_registers() const {
  std::string all;
  for (std::size_t i = 0; i < registers_in_g; ++i)
    all += register_text(i).value_or("");
  return all;
}

std::string Session::write_registers(std::string_view text) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < registers_in_g; ++i)
    size += described_registers()[i].bytes * 2;
  if (text.size() != size || !bytes_of(text)) return bad_argument;
  for (std::size_t i = 0; i < registers_in_g; ++i) {
    const std::size_t digits = described_registers()[i].bytes * 2;
    if (!set_register(i, text.substr(0, digits))) return busy;
    text.remove_prefix(digits);
  }
  return ok;
}

std::string Session::read_register(std::string_view text) const {
  const auto number = number_of(text);
  return number ? register_text(*number).value_or(bad_argument) : bad_argument;
}

std::string Session::write_register(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return bad_argument;
  const auto number = number_of(text.substr(0, equals));
  if (!number || *number >= described_registers().size()) return bad_argument;
  const std::string_view value = text.substr(equals + 1);
  if (value.size() != described_registers()[*number].bytes * 2 || !bytes_of(value))
    return bad_argument;
  return set_register(*number, value) ? ok : busy;
}

/// As much as there is up to the first byte that can't be read.
std::string Session::read_memory(std::string_view text) {
  const auto range = range_of(text);
  if (!range) return bad_argument;
  std::vector<std::uint8_t> bytes(std::min<std::uint64_t>(range->size, packet_limit / 2));
  bytes.resize(target_.read_memory(chosen_, range->address, bytes));
  if (bytes.empty() && range->size != 0) return bad_address;
  return to_hexadecimal(bytes);
}

std::string Session::write_memory(std::string_view text, bool is_binary) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return bad_argument;
  const auto range = range_of(text.substr(0, colon));
  const std::string_view data = text.substr(colon + 1);
  std::optional<std::vector<std::uint8_t>> bytes;
  if (is_binary) {
    bytes.emplace(data.begin(), data.end());
  } else {
    bytes = bytes_of(data);
  }
  if (!range || !bytes || bytes->size() != range->size) return bad_argument;
  const bool all = target_.write_memory(chosen_, range->address, *bytes) == bytes->size();
  return all ? ok : bad_address;
}

}  // namespace doorbell::debugger
