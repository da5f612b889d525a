#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <ios>

#include "doorbell/core/arch/registers.h"

namespace doorbell::gic {

/// Accesses of a width that the register takes.
inline std::uint64_t read(RegisterBank& bank, std::uint64_t offset, unsigned size) {
  std::uint64_t data = 0;
  EXPECT_NE(bank.read(offset, size, data), RegisterResult::bad_size) << std::hex << offset;
  return data;
}
inline void write(RegisterBank& bank, std::uint64_t offset, unsigned size, std::uint64_t data) {
  EXPECT_NE(bank.write(offset, size, data), RegisterResult::bad_size) << std::hex << offset;
}

}  // namespace doorbell::gic
