// SPDX-License-Identifier: GPL-2.0-or-later
#include "engines/unicorn/access_address.h"

namespace doorbell::unicorn {
namespace {

constexpr std::uint32_t bits(std::uint32_t word, unsigned low, unsigned count) {
  return word >> low & ((1u << count) - 1);
}

constexpr std::uint64_t extended(std::uint32_t value, unsigned width) {
  const std::uint64_t sign = std::uint64_t{1} << (width - 1);
  return (value ^ sign) - sign;
}

constexpr unsigned zero_register = 31;

/// log2 of the bytes of a single register.
unsigned scale(std::uint32_t instruction) {
  const bool is_vector = bits(instruction, 26, 1) != 0;
  const bool is_quadword = is_vector && bits(instruction, 23, 1) != 0;
  return is_quadword ? 4 : bits(instruction, 30, 2);
}

/// log2 of the bytes of one register of a pair.
unsigned pair_scale(std::uint32_t instruction) {
  const std::uint32_t opc = bits(instruction, 30, 2);
  if (bits(instruction, 26, 1) != 0) return 2 + opc;
  return opc == 2 ? 3 : 2;
}

std::uint64_t register_offset(std::uint32_t instruction, const Internals& registers) {
  const unsigned index = bits(instruction, 16, 5);
  std::uint64_t offset = index == zero_register ? 0 : registers.x(index);
  const std::uint32_t option = bits(instruction, 13, 3);
  if (option == 2) offset = static_cast<std::uint32_t>(offset);
  if (option == 6) offset = extended(static_cast<std::uint32_t>(offset), 32);
  return bits(instruction, 12, 1) != 0 ? offset << scale(instruction) : offset;
}

}  // namespace

bool access_address(std::uint32_t instruction, const Internals& registers, std::uint64_t& address) {
  constexpr std::uint32_t exclusive = 1;
  constexpr std::uint32_t literal = 3;
  constexpr std::uint32_t pair = 5;
  constexpr std::uint32_t single = 7;
  const std::uint64_t base = registers.x(bits(instruction, 5, 5));
  const std::uint32_t group = bits(instruction, 27, 3);
  if (group == exclusive) {
    address = base;
    return bits(instruction, 24, 2) == 0;
  }
  if (group == literal && bits(instruction, 24, 2) == 0) {
    address = registers.pc() + (extended(bits(instruction, 5, 19), 19) << 2);
    return true;
  }
  if (group == pair && bits(instruction, 25, 1) == 0) {
    const bool is_post_indexed = bits(instruction, 23, 2) == 1;
    const std::uint64_t offset = extended(bits(instruction, 15, 7), 7) << pair_scale(instruction);
    address = is_post_indexed ? base : base + offset;
    return true;
  }
  if (group != single) return false;
  if (bits(instruction, 24, 2) == 1) {
    address = base + (std::uint64_t{bits(instruction, 10, 12)} << scale(instruction));
    return true;
  }
  if (bits(instruction, 24, 2) != 0) return false;
  const std::uint32_t form = bits(instruction, 10, 2);
  if (bits(instruction, 21, 1) == 0) {
    const bool is_post_indexed = form == 1;
    address = is_post_indexed ? base : base + extended(bits(instruction, 12, 9), 9);
    return true;
  }
  if (form == 0) {  // atomic
    address = base;
    return true;
  }
  if (form != 2) return false;
  address = base + register_offset(instruction, registers);
  return true;
}

}  // namespace doorbell::unicorn
