// The registers of redistributors with GICR_SETLPIR in place of ITSs, and of those without LPIs.
#include <gtest/gtest.h>

#include <vector>

#include "doorbell/gic/arch/redistributor_state.h"
#include "tests/gic/register_access.h"

namespace doorbell::gic {
namespace {

TEST(LpiRegisters, WithoutLpisTheirRegistersAreRES0) {
  RedistributorState state({.lpis = false});
  RegisterBank& gicr = state.registers();
  EXPECT_EQ(read(gicr, 0x0008, 4) & 0b1001, 0u) << "PLPIS, DirectLPI";
  for (const unsigned base : {0x0070u, 0x0078u}) {
    write(gicr, base, 8, 0x5100'0000);
    EXPECT_EQ(read(gicr, base, 8), 0u);
  }
  write(gicr, 0, 4, 1);
  EXPECT_EQ(read(gicr, 0, 4) & 1, 0u) << "EnableLPIs";
}

TEST(LpiRegisters, DirectLpisAreIdentifiedAndClearedByRegister) {
  RedistributorState state({.direct_lpis = true});
  RegisterBank& gicr = state.registers();
  std::vector<std::uint32_t> cleared;
  state.on_clear_lpi([&cleared](std::uint32_t INTID) { cleared.push_back(INTID); });
  EXPECT_EQ(read(gicr, 0x0008, 4) & 0b1001, 0b1001u) << "PLPIS, DirectLPI";
  write(gicr, 0x0048, 8, 8192);
  EXPECT_TRUE(cleared.empty()) << "LPIs aren't enabled";
  write(gicr, 0, 4, 1);
  write(gicr, 0x0048, 4, 8193);
  write(gicr, 0x004C, 4, 8194);
  EXPECT_EQ(cleared, std::vector<std::uint32_t>{8193}) << "the INTID is in the lower half";
}

TEST(LpiRegisters, WithoutThemClearingIsRES0) {
  RedistributorState state({});
  state.on_clear_lpi([](std::uint32_t) { ADD_FAILURE(); });
  write(state.registers(), 0, 4, 1);
  write(state.registers(), 0x0048, 8, 8192);
}

}  // namespace
}  // namespace doorbell::gic
