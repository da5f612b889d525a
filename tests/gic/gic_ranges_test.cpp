// 1 of N, message-based SPIs, extended ranges, sleep and STATUSR, through the sockets (IHI
// 0069, 3.2 and 12.9 to 12.11).
#include <gtest/gtest.h>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr std::uint64_t anybody = 1ULL << 31;  // GICD_IROUTER<n>.Interrupt_Routing_Mode
constexpr std::uint64_t GICR_WAKER = 0x14, GICR_CTLR = 0;

GicParameters everything() {
  GicParameters parameters;
  parameters.common.one_of_n = OneOfN::first;
  parameters.common.message_spis = true;
  parameters.common.extended_spis = 64;
  parameters.common.extended_ppis = 64;
  return parameters;
}

class Ranges : public testing::Test {
 protected:
  void SetUp() override {
    bench.bring_up();
    bench.write(bench.gicd, 0x0084, 4, ~0u);
    bench.write(bench.gicd, 0x0400 + 40, 1, 0xA0);
    bench.write(bench.gicd, 0x6000 + 8 * 40, 8, anybody);
    bench.write(bench.gicd, 0x0104, 4, 1u << 8);
  }
  void settle() { bench.advance(microsecond); }
  void drive(WireIn& wire, bool level) {
    WireInterface& line = *static_cast<sc_core::sc_export<WireInterface>&>(wire).operator->();
    line.set(level, bench.time());
  }
  void raise() { drive(bench.gic.distributor().spi(40), true); }
  Bench bench{everything(), 3};
};

TEST_F(Ranges, OneOfNPassesAProcessorThatTakesNone) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  raise();
  settle();
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  EXPECT_EQ(bench.acknowledge(1), 40u);
}

// The mask of one never delays what another would take.
TEST_F(Ranges, OneOfNGoesOnFromAProcessorThatMasks) {
  raise();
  settle();
  ASSERT_TRUE(bench.processors[0]->irq);
  bench.write_icc(0, ICC_PMR_EL1, 0x80);
  settle();
  EXPECT_FALSE(bench.processors[0]->irq);
  EXPECT_TRUE(bench.processors[1]->irq);
  EXPECT_FALSE(bench.processors[2]->irq);
  EXPECT_EQ(bench.counter("distributor.taken_back"), 1u);
  EXPECT_EQ(bench.acknowledge(1), 40u);
}

TEST_F(Ranges, OneOfNGoesOnFromAProcessorThatFallsAsleep) {
  raise();
  settle();
  bench.write(*bench.gicr[0], GICR_WAKER, 4, 2);
  settle();
  EXPECT_EQ(bench.acknowledge(1), 40u);
}

TEST_F(Ranges, OneOfNGoesOnFromAProcessorThatIsExcluded) {
  raise();
  settle();
  bench.write(*bench.gicr[0], GICR_CTLR, 4, 1u << 25 | 1);  // DPG1NS
  settle();
  EXPECT_FALSE(bench.processors[0]->irq);
  EXPECT_EQ(bench.acknowledge(1), 40u);
}

// Taken back by a link each way and an access, then a link and the wire to the next.
TEST_F(Ranges, TakingBackTakesItsTime) {
  raise();
  settle();
  bench.write_icc(0, ICC_PMR_EL1, 0x80);
  const Time masked = bench.time();
  settle();
  const Time link = 4 * nanosecond, access = 4 * nanosecond, wire = 2 * nanosecond;
  EXPECT_EQ(bench.processors[1]->irq_changed, masked + 2 * link + access + link + wire);
}

TEST_F(Ranges, OneOfNIsTakenOnce) {
  raise();
  settle();
  EXPECT_EQ(bench.acknowledge(0), 40u);
  settle();
  for (unsigned i = 0; i < 3; ++i)
    EXPECT_FALSE(bench.processors[i]->irq) << i;
  drive(bench.gic.distributor().spi(40), false);
  bench.end(0, 40);
  settle();
  EXPECT_EQ(bench.acknowledge(1), 1023u);
}

TEST_F(Ranges, AMessageIsAnSpi) {
  bench.write(bench.gicd, 0x40, 4, 40);  // GICD_SETSPI_NSR
  settle();
  EXPECT_EQ(bench.acknowledge(0), 40u);
  bench.end(0, 40);
  settle();
  EXPECT_TRUE(bench.processors[0]->irq) << "a level, until GICD_CLRSPI_NSR";
  EXPECT_TRUE(bench.write(bench.gicd, 0x48, 2, 40));
  settle();
  EXPECT_FALSE(bench.processors[0]->irq);
  EXPECT_FALSE(bench.write(bench.gicd, 0x40, 1, 40)) << "no bytes";
}

TEST_F(Ranges, AnExtendedSpiInterruptsAndEnds) {
  bench.write(bench.gicd, 0x1004, 4, 1);
  bench.write(bench.gicd, 0x1204, 4, 1);
  bench.write(bench.gicd, 0x2000 + 32, 1, 0x40);
  bench.write(bench.gicd, 0x8000 + 8 * 32, 8, 2);
  drive(bench.gic.distributor().spi(4128), true);
  settle();
  EXPECT_EQ(bench.acknowledge(2), 4128u);
  drive(bench.gic.distributor().spi(4128), false);
  EXPECT_EQ(bench.read(bench.gicd, 0x1A04, 4), 1u) << "active";
  bench.end(2, 4128);
  EXPECT_EQ(bench.read(bench.gicd, 0x1A04, 4), 0u);
}

TEST_F(Ranges, AnExtendedPpiInterruptsAndEnds) {
  bench.write(*bench.gicr[1], 0x10084, 4, 1);
  bench.write(*bench.gicr[1], 0x10104, 4, 1);
  drive(bench.gic.redistributor(1).ppi(1056), true);
  settle();
  EXPECT_EQ(bench.acknowledge(1), 1056u);
  drive(bench.gic.redistributor(1).ppi(1056), false);
  EXPECT_EQ(bench.read(*bench.gicr[1], 0x10304, 4), 1u) << "active";
  bench.end(1, 1056);
  EXPECT_EQ(bench.read(*bench.gicr[1], 0x10304, 4), 0u);
}

TEST_F(Ranges, FramesSayWhatTheyIgnored) {
  bench.read(bench.gicd, 0xF00, 4);
  bench.write(bench.gicd, 0x04, 4, 0);
  EXPECT_EQ(bench.read(bench.gicd, 0x10, 4), 9u) << "RRD, WROD";
  bench.read(*bench.gicr[0], 0xA0, 8);
  bench.write(*bench.gicr[0], 0x100, 4, 0);
  EXPECT_EQ(bench.read(*bench.gicr[0], 0x10, 4), 6u) << "RWOD, WRD";
}

TEST(InterruptsSlowLink, ChildrenAsleepFollowsAfterALinkEachWay) {
  GicParameters parameters;
  parameters.common.link_cycles = 1000;
  Bench bench(parameters);
  InitiatorSocket& gicr = *bench.gicr[0];
  bench.write(gicr, GICR_WAKER, 4, 0);
  EXPECT_EQ(bench.read(gicr, GICR_WAKER, 4), 4u);
  bench.advance(1900 * nanosecond);
  EXPECT_EQ(bench.read(gicr, GICR_WAKER, 4), 4u);
  bench.advance(200 * nanosecond);
  EXPECT_EQ(bench.read(gicr, GICR_WAKER, 4), 0u);
  bench.write(gicr, GICR_WAKER, 4, 2);
  EXPECT_EQ(bench.read(gicr, GICR_WAKER, 4), 2u);
  bench.write(gicr, GICR_WAKER, 4, 0);
  bench.advance(10 * microsecond);
  EXPECT_EQ(bench.read(gicr, GICR_WAKER, 4), 0u) << "software has thought better of it";
}

// The links hold two messages, so that a third SGI waits at the processor.
TEST(InterruptsSlowLink, UWPIsSetUntilTheDistributorHasTheSgi) {
  GicParameters parameters;
  parameters.common.link_cycles = 1000;
  Bench bench(parameters);
  bench.bring_up();
  bench.advance(10 * microsecond);
  const auto send = [](Bench& b) -> Task<void> {
    co_await b.processors[0]->socket->write_register(ICC_SGI1R_EL1, 5ULL << 24 | 0b10);
  };
  for (int i = 0; i < 3; ++i)
    bench.spawn(send(bench));
  bench.advance(100 * nanosecond);
  EXPECT_EQ(bench.read(*bench.gicr[0], 0, 4) >> 31, 1u);
  EXPECT_EQ(bench.read(*bench.gicr[1], 0, 4) >> 31, 0u);
  bench.advance(10 * microsecond);
  EXPECT_EQ(bench.read(*bench.gicr[0], 0, 4) >> 31, 0u);
}

TEST(ManyProcessors, AnSpiAndAnSgiReachTheLast) {
  Bench bench({}, 256);
  bench.write(bench.gicd, 0, 4, 0x13);
  bench.bring_up_redistributor(255);
  bench.write_icc(255, ICC_PMR_EL1, 0xF0);
  bench.write_icc(255, ICC_IGRPEN1_EL1, 1);
  bench.write(bench.gicd, 0x0084, 4, ~0u);
  bench.write(bench.gicd, 0x0400 + 40, 1, 0xA0);
  bench.write(bench.gicd, 0x6000 + 8 * 40, 8, 0xF0F);
  bench.write(bench.gicd, 0x0104, 4, 1u << 8);
  bench.write(bench.gicd, 0x0204, 4, 1u << 8);
  bench.advance(microsecond);
  EXPECT_EQ(bench.acknowledge(255), 40u);
  bench.end(255, 40);
  bench.write(*bench.gicr[255], 0x10080, 4, ~0u);
  bench.write(*bench.gicr[255], 0x10100, 4, 1u << 5);
  bench.write_icc(255, ICC_SGI1R_EL1, 0xFULL << 16 | 5ULL << 24 | 1u << 15);
  bench.advance(microsecond);
  EXPECT_EQ(bench.acknowledge(255), 5u);
}

/// GICR_INVLPIR and GICR_INVALLR beside an ITS (GICR_CTLR.IR), with either kind of LPI cache.
class InvalidateRegisters : public testing::TestWithParam<LpiCacheScope> {
 protected:
  static constexpr std::uint32_t lpi = 8200;
  static constexpr std::uint64_t INVLPIR = 0xA0, INVALLR = 0xB0, SYNCR = 0xC0;
  static constexpr std::uint8_t enabled = 0xA3, masked = 0xA2;
  static GicParameters parameters() {
    GicParameters parameters;
    parameters.redistributor.invalidate_registers = true;
    parameters.redistributor.lpi_cache_scope = GetParam();
    return parameters;
  }
  void SetUp() override {
    bench.bring_up();
    bench.map_device(1);
    bench.map_event(1, 0, lpi);
    bench.advance(100 * microsecond);
  }
  void ring() {
    bench.doorbell(1, 0);
    bench.advance(2 * microsecond);
  }
  void move(std::uint16_t processor) {
    bench.issue({{.opcode = ItsOpcode::MOVI, .DeviceID = 1, .EventID = 0, .ICID = processor}});
    bench.sync();
  }
  void await_SYNCR(unsigned processor) {
    for (int i = 0; i < 100 && bench.read(*bench.gicr[processor], SYNCR, 4) != 0; ++i)
      bench.advance(100 * nanosecond);
    EXPECT_EQ(bench.read(*bench.gicr[processor], SYNCR, 4), 0u);
  }
  Bench bench{parameters()};
};

TEST_P(InvalidateRegisters, EnableAPendingOne) {
  bench.configure(lpi, masked);
  ring();
  ASSERT_EQ(bench.acknowledge(0), 1023u);
  bench.configure(lpi, enabled);
  bench.memory.more_for_lpis = 2 * microsecond;
  bench.write(*bench.gicr[0], INVLPIR, 8, lpi);
  EXPECT_EQ(bench.read(*bench.gicr[0], SYNCR, 4), 1u) << "Busy";
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  await_SYNCR(0);
  EXPECT_EQ(bench.acknowledge(0), lpi);
}

TEST_P(InvalidateRegisters, OfAllDoSoToo) {
  bench.configure(lpi, masked);
  ring();
  bench.configure(lpi, enabled);
  bench.write(*bench.gicr[0], INVALLR, 8, 0);
  await_SYNCR(0);
  EXPECT_EQ(bench.acknowledge(0), lpi);
}

TEST_P(InvalidateRegisters, ReachCopiesAtAFormerTarget) {
  bench.configure(lpi, enabled);
  ring();
  ASSERT_EQ(bench.acknowledge(0), lpi);
  bench.end(0, lpi);
  move(1);
  bench.configure(lpi, masked);
  bench.write(*bench.gicr[1], INVLPIR, 8, lpi);
  await_SYNCR(1);
  move(0);
  ring();
  EXPECT_EQ(bench.acknowledge(0), 1023u);
}

INSTANTIATE_TEST_SUITE_P(Scope, InvalidateRegisters,
                         testing::Values(LpiCacheScope::chip, LpiCacheScope::redistributor),
                         [](const testing::TestParamInfo<LpiCacheScope>& tested) {
                           return tested.param == LpiCacheScope::chip ? "Chip" : "Redistributor";
                         });

}  // namespace
}  // namespace doorbell::gic::test
