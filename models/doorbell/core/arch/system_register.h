#pragma once

#include <cstdint>

namespace doorbell {

/// A System register of AArch64 by its encoding, op0[15:14] op1[13:11] CRn[10:7] CRm[6:3] op2[2:0]
/// packed as in MRS and MSR (DDI 0487, C5.1.3).
constexpr std::uint32_t system_register(unsigned op0, unsigned op1, unsigned crn, unsigned crm,
                                        unsigned op2) {
  return op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2;
}

/// Of the Generic Timer (DDI 0487, D17.11).
inline constexpr std::uint32_t CNTKCTL_EL1 = system_register(3, 0, 14, 1, 0);
inline constexpr std::uint32_t CNTFRQ_EL0 = system_register(3, 3, 14, 0, 0);
inline constexpr std::uint32_t CNTPCT_EL0 = system_register(3, 3, 14, 0, 1);
inline constexpr std::uint32_t CNTVCT_EL0 = system_register(3, 3, 14, 0, 2);
inline constexpr std::uint32_t CNTP_TVAL_EL0 = system_register(3, 3, 14, 2, 0);
inline constexpr std::uint32_t CNTP_CTL_EL0 = system_register(3, 3, 14, 2, 1);
inline constexpr std::uint32_t CNTP_CVAL_EL0 = system_register(3, 3, 14, 2, 2);
inline constexpr std::uint32_t CNTV_TVAL_EL0 = system_register(3, 3, 14, 3, 0);
inline constexpr std::uint32_t CNTV_CTL_EL0 = system_register(3, 3, 14, 3, 1);
inline constexpr std::uint32_t CNTV_CVAL_EL0 = system_register(3, 3, 14, 3, 2);

}  // namespace doorbell
