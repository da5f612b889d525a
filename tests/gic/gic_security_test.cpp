// The GIC with two Security states, by accesses of Secure and Non-secure software through its
// sockets (IHI 0069, 4.6).
#include <gtest/gtest.h>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr PeState EL3{.EL = 3, .secure = true, .SCR_NS = false};
constexpr PeState S_EL1{.EL = 1, .secure = true, .SCR_NS = false}, NS_EL1{};
constexpr PeState NS_FIQ{.EL = 1, .SCR_FIQ = true};  // as firmware leaves it that keeps Group 0

GicParameters of_two_states() {
  GicParameters parameters;
  parameters.common.security = SecurityStates::two;
  return parameters;
}

/// Secure firmware has set up the GIC: SPIs 40 to 42 and SGIs 0 to 2 are of Group 0, Secure Group 1
/// and Non-secure Group 1; the LPIs are Non-secure software's.
class Security : public testing::Test {
 protected:
  Security() {
    bench.run_at(EL3);
    bench.write(bench.gicd, 0x0000, 4, 0x37);
    bench.write(bench.gicd, 0x0084, 4, 1 << 10);
    bench.write(bench.gicd, 0x0D04, 4, 1 << 9);
    bench.write(bench.gicd, 0x0104, 4, 7 << 8);
    bench.write(bench.gicd, 0x0428, 4, 0x00A06020);
    for (unsigned p = 0; p < 2; ++p) {
      bench.bring_up_redistributor(p);
      InitiatorSocket& gicr = *bench.gicr[p];
      bench.write(gicr, 0x10080, 4, 4);
      bench.write(gicr, 0x10D00, 4, 2);
      bench.write(gicr, 0x10100, 4, 7);
      bench.write(gicr, 0x10400, 4, 0x00A06020);
      bench.write_icc(p, ICC_PMR_EL1, 0xF8);
      bench.write_icc(p, ICC_IGRPEN0_EL1, 1);
      bench.write_icc(p, ICC_IGRPEN1_EL3, 3);
    }
    bench.bring_up_its();
  }
  void raise(std::uint32_t INTID) {
    bench.write(bench.gicd, 0x0204, 4, 1u << (INTID - 32));
    bench.advance(microsecond);
  }
  std::uint32_t take(unsigned n, unsigned processor = 0) {
    return static_cast<std::uint32_t>(
        bench.read_icc(processor, n == 0 ? ICC_IAR0_EL1 : ICC_IAR1_EL1));
  }
  void end(unsigned n, std::uint32_t INTID, unsigned processor = 0) {
    bench.write_icc(processor, n == 0 ? ICC_EOIR0_EL1 : ICC_EOIR1_EL1, INTID);
    bench.advance(microsecond);
  }
  /// IRQ in bit 0, FIQ in bit 1.
  unsigned lines(const PeState& state) {
    bench.run_at(state);
    return unsigned{bench.processors[0]->irq} | unsigned{bench.processors[0]->fiq} << 1;
  }
  Bench bench{of_two_states()};
};

TEST_F(Security, OfARequesterReachesTheFrames) {
  EXPECT_EQ(bench.read(bench.gicd, 0, 4), 0x37u);
  EXPECT_EQ(bench.read(*bench.gicr[0], 0x10D00, 4), 2u);
  bench.run_at(NS_EL1);
  EXPECT_EQ(bench.read(bench.gicd, 0, 4), 0x12u);
  EXPECT_EQ(bench.read(*bench.gicr[0], 0x10D00, 4), 0u);
  EXPECT_EQ(bench.read(bench.gicd, 0x0428, 4), 0x00400000u);
  bench.read(bench.gicd, 0xB000, 4);
  EXPECT_EQ(bench.read(bench.gicd, 0x10, 4), 1u) << "GICD_STATUSR";
  bench.read(*bench.gicr[0], 0xB000, 4);
  EXPECT_EQ(bench.read(*bench.gicr[0], 0x10, 4), 1u) << "GICR_STATUSR";
  bench.run_at(S_EL1);
  EXPECT_EQ(bench.read(bench.gicd, 0x10, 4), 0u);
  EXPECT_EQ(bench.read(*bench.gicr[0], 0x10, 4), 0u);
  EXPECT_EQ(bench.read(bench.gicd, 0, 4), 0x37u);
}

TEST_F(Security, StateOfTheProcessorChoosesTheLine) {
  constexpr unsigned IRQ = 1, FIQ = 2;
  const unsigned expected[][3] = {
      // Non-secure, Secure EL1, EL3
      {FIQ, FIQ, FIQ},  // Group 0
      {FIQ, IRQ, FIQ},  // Secure Group 1
      {IRQ, FIQ, FIQ},  // Non-secure Group 1
  };
  for (unsigned i = 0; i < 3; ++i) {
    raise(40 + i);
    EXPECT_EQ(lines(NS_EL1), expected[i][0]) << i;
    EXPECT_EQ(lines(S_EL1), expected[i][1]) << i;
    EXPECT_EQ(lines(EL3), expected[i][2]) << i;
    end(i == 0 ? 0 : 1, take(i == 0 ? 0 : 1));
    EXPECT_EQ(lines(EL3), 0u);
  }
}

TEST_F(Security, EL3LearnsOfWhomAGroup1InterruptIs) {
  raise(41);
  EXPECT_EQ(take(0), 1020u);
  EXPECT_EQ(bench.read_icc(0, ICC_HPPIR0_EL1), 1020u);
  bench.run_at(NS_EL1);
  EXPECT_EQ(take(1), 1023u) << "a Secure one is not for Non-secure";
  bench.run_at(S_EL1);
  EXPECT_EQ(take(1), 41u);
  end(1, 41);
  raise(42);
  EXPECT_EQ(take(1), 1023u);
  bench.run_at(EL3);
  EXPECT_EQ(take(0), 1021u);
  EXPECT_EQ(bench.counter("cpu_interface0.spurious"), 2u) << "those aren't spurious";
  bench.run_at(NS_EL1);
  EXPECT_EQ(take(1), 42u);
}

TEST_F(Security, ASecureInterruptPreemptsANonSecureOne) {
  bench.run_at(NS_FIQ);
  raise(42);
  EXPECT_EQ(take(1), 42u);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0x40u);
  bench.run_at(EL3);
  raise(40);
  raise(41);
  EXPECT_EQ(take(0), 40u);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0x20u);
  end(0, 40);
  EXPECT_EQ(take(1), 41u);
  bench.run_at(NS_FIQ);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0u) << "a Secure priority is active";
  end(1, 42);
  bench.run_at(EL3);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0x60u) << "which Non-secure can't end";
  end(1, 41);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0xA0u);
}

TEST_F(Security, LpisAreNonSecureWithTheirUpperHalfOfPriorities) {
  bench.map_device(1);
  bench.map_event(1, 0, 8192);
  bench.configure(8192, 0xA1);
  bench.doorbell(1, 0);
  bench.advance(10 * microsecond);
  EXPECT_EQ(lines(NS_EL1), 1u);
  EXPECT_EQ(lines(S_EL1), 2u);
  EXPECT_EQ(take(1), 1023u);
  bench.run_at(NS_FIQ);
  EXPECT_EQ(take(1), 8192u);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0xA0u) << "as software wrote it";
  bench.run_at(EL3);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0xD0u);
  bench.run_at(NS_EL1);
  end(1, 8192);
  // With EnableGrp1NS alone of all enables.
  bench.run_at(EL3);
  bench.write(bench.gicd, 0, 4, 0x35);
  bench.doorbell(1, 0);
  bench.advance(10 * microsecond);
  EXPECT_EQ(lines(NS_EL1), 0u);
  bench.run_at(EL3);
  bench.write(bench.gicd, 0, 4, 0x32);
  bench.advance(microsecond);
  EXPECT_EQ(lines(NS_EL1), 1u);
}

TEST_F(Security, SgisGoWhereTheirSecurityStateMay) {
  const auto pending = [this] {
    bench.advance(microsecond);
    bench.run_at(EL3);
    const std::uint64_t is = bench.read(*bench.gicr[1], 0x10200, 4);
    bench.write(*bench.gicr[1], 0x10280, 4, ~0u);
    return is;
  };
  const auto send = [this](const PeState& who, std::uint32_t icc) {
    bench.run_at(who);
    for (std::uint64_t INTID = 0; INTID < 3; ++INTID)
      bench.write_icc(0, icc, INTID << 24 | 2);
  };
  bench.write_icc(1, ICC_PMR_EL1, 0);
  send(S_EL1, ICC_SGI0R_EL1);
  EXPECT_EQ(pending(), 1u);
  send(S_EL1, ICC_SGI1R_EL1);
  EXPECT_EQ(pending(), 3u) << "Group 0, too";
  send(S_EL1, ICC_ASGI1R_EL1);
  EXPECT_EQ(pending(), 4u);
  send(NS_EL1, ICC_SGI1R_EL1);
  EXPECT_EQ(pending(), 4u);
  send(NS_EL1, ICC_SGI0R_EL1);
  EXPECT_EQ(pending(), 0u) << "GICR_NSACR of the target says no";
  bench.write(*bench.gicr[1], 0x10E00, 4, 1 | 2 << 2);
  send(NS_EL1, ICC_SGI0R_EL1);
  EXPECT_EQ(pending(), 1u);
  send(NS_EL1, ICC_ASGI1R_EL1);
  EXPECT_EQ(pending(), 3u);
}

TEST_F(Security, DIRIsForThoseWhoMayTake) {
  bench.write_icc(0, ICC_CTLR_EL3, 0x1C);
  for (unsigned i = 0; i < 3; ++i)
    raise(40 + i);
  EXPECT_EQ(take(0), 40u);
  end(0, 40);
  EXPECT_EQ(take(1), 41u);
  end(1, 41);
  EXPECT_EQ(take(1), 42u);
  end(1, 42);
  const auto active = [this] {
    bench.run_at(EL3);
    return bench.read(bench.gicd, 0x304, 4) >> 8;
  };
  EXPECT_EQ(active(), 7u) << "priorities dropped alone";
  const auto deactivate = [this](const PeState& who) {
    bench.run_at(who);
    for (unsigned i = 0; i < 3; ++i)
      bench.write_icc(0, ICC_DIR_EL1, 40 + i);
  };
  deactivate({.EL = 1, .SCR_IRQ = true});
  EXPECT_EQ(active(), 7u);
  deactivate(NS_EL1);
  EXPECT_EQ(active(), 3u);
  deactivate({.EL = 1, .secure = true, .SCR_NS = false, .SCR_FIQ = true});
  EXPECT_EQ(active(), 1u);
  deactivate(S_EL1);
  EXPECT_EQ(active(), 0u);
}

TEST_F(Security, IsOverWithDS) {
  bench.map_device(1);
  bench.map_event(1, 0, 8192);
  bench.configure(8192, 0xA1);
  raise(41);
  EXPECT_EQ(lines(NS_EL1), 2u);
  bench.run_at(EL3);
  bench.write(bench.gicd, 0, 4, 0x43);
  bench.advance(microsecond);
  EXPECT_EQ(lines(S_EL1), 2u) << "41 is of Group 0 by now";
  bench.run_at(NS_EL1);
  EXPECT_EQ(bench.read(*bench.gicr[0], 0x10080, 4), 4u);
  EXPECT_EQ(take(0), 41u);
  end(0, 41);
  bench.doorbell(1, 0);
  bench.advance(10 * microsecond);
  EXPECT_EQ(lines(S_EL1), 1u) << "Group 1 by IRQ, wherever the processor is";
  EXPECT_EQ(take(1), 8192u);
  bench.run_at(NS_FIQ);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0xA0u) << "the priority as it is";
}

}  // namespace
}  // namespace doorbell::gic::test
