// Who answers an access to the CPU interface's System registers (IHI 0069, 12.2).
#include "doorbell/gic/arch/icc_registers.h"

#include <gtest/gtest.h>

#include <vector>

namespace doorbell::gic {
namespace {

constexpr bool by_read = false, by_write = true;

SystemAccess access(IccRegister icc, bool is_write, const PeState& who) {
  return access_of(*find_icc(static_cast<std::uint32_t>(icc)), is_write, who);
}

SystemAccess write(IccRegister icc, const PeState& who) {
  return access(icc, by_write, who);
}

TEST(IccRegisters, AreFoundByTheirEncodings) {
  unsigned found = 0;
  for (std::uint32_t encoding = 0; encoding < 1 << 16; ++encoding) {
    const IccRegisterInfo* const info = find_icc(encoding);
    if (info == nullptr) continue;
    ++found;
    EXPECT_EQ(static_cast<std::uint32_t>(info->icc), encoding);
    EXPECT_STREQ(name(info->icc), info->name);
  }
  EXPECT_EQ(found, 30u);
  EXPECT_STREQ(name(IccRegister::ICC_AP1R2_EL1), "ICC_AP1R2_EL1");
  EXPECT_EQ(find_icc(system_register(3, 0, 12, 6, 0)), nullptr) << "shares CRm and op2 with PMR";
}

TEST(IccRegisters, AreUndefinedAtEL0) {
  EXPECT_EQ(write(IccRegister::ICC_PMR_EL1, {.EL = 0}), SystemAccess::undefined);
  EXPECT_EQ(write(IccRegister::ICC_PMR_EL1, {}), SystemAccess::done);
}

TEST(IccRegisters, OfEL2AreUndefinedAtEL1) {
  EXPECT_EQ(access(IccRegister::ICC_SRE_EL2, by_read, {.EL = 1}), SystemAccess::undefined);
  EXPECT_EQ(access(IccRegister::ICC_SRE_EL2, by_read, {.EL = 2}), SystemAccess::done);
  EXPECT_EQ(access(IccRegister::ICC_SRE_EL2, by_read, {.EL = 3}), SystemAccess::done);
}

TEST(IccRegisters, AgainstTheirDirectionAreUndefined) {
  for (const IccRegister icc : {IccRegister::ICC_IAR0_EL1, IccRegister::ICC_IAR1_EL1,
                                IccRegister::ICC_HPPIR1_EL1, IccRegister::ICC_RPR_EL1}) {
    EXPECT_EQ(write(icc, {}), SystemAccess::undefined) << name(icc);
    EXPECT_EQ(access(icc, by_read, {}), SystemAccess::done) << name(icc);
  }
  for (const IccRegister icc : {IccRegister::ICC_EOIR0_EL1, IccRegister::ICC_EOIR1_EL1,
                                IccRegister::ICC_DIR_EL1, IccRegister::ICC_SGI1R_EL1}) {
    EXPECT_EQ(access(icc, by_read, {}), SystemAccess::undefined) << name(icc);
    EXPECT_EQ(write(icc, {}), SystemAccess::done) << name(icc);
  }
}

TEST(IccRegisters, AtEL1AreEL2sByTheGroupThatHCRRoutes) {
  const PeState IMO{.EL = 1, .HCR_IMO = true}, FMO{.EL = 1, .HCR_FMO = true};
  EXPECT_EQ(write(IccRegister::ICC_EOIR1_EL1, IMO), SystemAccess::trapped_to_EL2);
  EXPECT_EQ(write(IccRegister::ICC_EOIR1_EL1, FMO), SystemAccess::done);
  EXPECT_EQ(write(IccRegister::ICC_EOIR0_EL1, IMO), SystemAccess::done);
  EXPECT_EQ(write(IccRegister::ICC_EOIR0_EL1, FMO), SystemAccess::trapped_to_EL2);
  for (const IccRegister icc : {IccRegister::ICC_PMR_EL1, IccRegister::ICC_DIR_EL1,
                                IccRegister::ICC_CTLR_EL1, IccRegister::ICC_SGI1R_EL1}) {
    EXPECT_EQ(write(icc, IMO), SystemAccess::trapped_to_EL2) << name(icc);
    EXPECT_EQ(write(icc, FMO), SystemAccess::trapped_to_EL2) << name(icc);
  }
  EXPECT_EQ(write(IccRegister::ICC_SRE_EL1, IMO), SystemAccess::done);
  EXPECT_EQ(write(IccRegister::ICC_PMR_EL1, {.EL = 2, .HCR_IMO = true}), SystemAccess::done)
      << "EL2's own accesses";
}

TEST(IccRegisters, BelowEL3AreEL3sByTheGroupThatSCRRoutes) {
  for (const std::uint8_t EL : {1, 2}) {
    const PeState IRQ{.EL = EL, .SCR_IRQ = true}, FIQ{.EL = EL, .SCR_FIQ = true};
    const PeState both{.EL = EL, .SCR_IRQ = true, .SCR_FIQ = true};
    EXPECT_EQ(write(IccRegister::ICC_IGRPEN1_EL1, IRQ), SystemAccess::trapped_to_EL3);
    EXPECT_EQ(write(IccRegister::ICC_IGRPEN1_EL1, FIQ), SystemAccess::done);
    EXPECT_EQ(write(IccRegister::ICC_IGRPEN0_EL1, IRQ), SystemAccess::done);
    EXPECT_EQ(write(IccRegister::ICC_IGRPEN0_EL1, FIQ), SystemAccess::trapped_to_EL3);
    EXPECT_EQ(write(IccRegister::ICC_PMR_EL1, IRQ), SystemAccess::done);
    EXPECT_EQ(write(IccRegister::ICC_PMR_EL1, both), SystemAccess::trapped_to_EL3);
    EXPECT_EQ(write(IccRegister::ICC_SGI0R_EL1, both), SystemAccess::trapped_to_EL3);
    EXPECT_EQ(write(IccRegister::ICC_SRE_EL1, both), SystemAccess::done);
  }
  EXPECT_EQ(write(IccRegister::ICC_PMR_EL1, {.EL = 3, .SCR_IRQ = true, .SCR_FIQ = true}),
            SystemAccess::done);
}

TEST(IccRegisters, EL2sTrapComesBeforeEL3s) {
  const PeState who{.EL = 1, .SCR_IRQ = true, .SCR_FIQ = true, .HCR_IMO = true};
  EXPECT_EQ(write(IccRegister::ICC_EOIR1_EL1, who), SystemAccess::trapped_to_EL2);
}

}  // namespace
}  // namespace doorbell::gic
