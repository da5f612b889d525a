// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <unicorn/unicorn.h>

#include <cstdint>

#include "doorbell/core/arch/system_register.h"

namespace doorbell::unicorn {

constexpr std::uint32_t encoding(const uc_arm64_cp_reg& name) {
  return system_register(name.op0, name.op1, name.crn, name.crm, name.op2);
}
constexpr unsigned op0_of(std::uint32_t encoding) {
  return encoding >> 14 & 3;
}
constexpr unsigned op1_of(std::uint32_t encoding) {
  return encoding >> 11 & 7;
}
constexpr unsigned crn_of(std::uint32_t encoding) {
  return encoding >> 7 & 15;
}
constexpr unsigned crm_of(std::uint32_t encoding) {
  return encoding >> 3 & 15;
}
constexpr unsigned op2_of(std::uint32_t encoding) {
  return encoding & 7;
}

inline constexpr std::uint32_t MPIDR_EL1 = system_register(3, 0, 0, 0, 5);
inline constexpr std::uint32_t ID_AA64PFR0_EL1 = system_register(3, 0, 0, 4, 0);
inline constexpr std::uint32_t ID_AA64DFR0_EL1 = system_register(3, 0, 0, 5, 0);
inline constexpr std::uint32_t ID_AA64ISAR1_EL1 = system_register(3, 0, 0, 6, 1);
inline constexpr std::uint32_t SCR_EL3 = system_register(3, 6, 1, 1, 0);
inline constexpr std::uint32_t HCR_EL2 = system_register(3, 4, 1, 1, 0);

inline constexpr std::uint64_t SCR_EL3_NS = 1u << 0;
inline constexpr std::uint64_t SCR_EL3_HCE = 1u << 8;
inline constexpr std::uint64_t SCR_EL3_RW = 1u << 10;
inline constexpr std::uint64_t HCR_EL2_RW = std::uint64_t{1} << 31;

inline bool write_system_register(uc_engine* uc, std::uint32_t name, std::uint64_t value) {
  uc_arm64_cp_reg access{.crn = crn_of(name),
                         .crm = crm_of(name),
                         .op0 = op0_of(name),
                         .op1 = op1_of(name),
                         .op2 = op2_of(name),
                         .val = value};
  return uc_reg_write(uc, UC_ARM64_REG_CP_REG, &access) == UC_ERR_OK;
}

inline bool read_system_register(uc_engine* uc, std::uint32_t name, std::uint64_t& value) {
  uc_arm64_cp_reg access{.crn = crn_of(name),
                         .crm = crm_of(name),
                         .op0 = op0_of(name),
                         .op1 = op1_of(name),
                         .op2 = op2_of(name),
                         .val = 0};
  if (uc_reg_read(uc, UC_ARM64_REG_CP_REG, &access) != UC_ERR_OK) return false;
  value = access.val;
  return true;
}

}  // namespace doorbell::unicorn
