#include <gtest/gtest.h>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

class Interrupts : public testing::Test {
 protected:
  void SetUp() override { bench.bring_up(); }
  void settle() { bench.advance(microsecond); }
  void enable_spi(std::uint32_t INTID, std::uint8_t priority, std::uint64_t route,
                  bool edge = false) {
    const unsigned word = INTID / 32 * 4;
    bench.write(bench.gicd, 0x0080 + word, 4, ~0u);
    bench.write(bench.gicd, 0x0400 + INTID, 1, priority);
    bench.write(bench.gicd, 0x6000 + 8 * INTID, 8, route);
    if (edge) bench.write(bench.gicd, 0x0C00 + INTID / 16 * 4, 4, 2u << (2 * (INTID % 16)));
    bench.write(bench.gicd, 0x0100 + word, 4, 1u << (INTID % 32));
  }
  void enable_private(unsigned processor, std::uint32_t INTID, std::uint8_t priority) {
    bench.write(*bench.gicr[processor], 0x10400 + INTID, 1, priority);
    bench.write(*bench.gicr[processor], 0x10100, 4, 1u << INTID);
  }
  void drive(WireIn& wire, bool level) {
    WireInterface& line = *static_cast<sc_core::sc_export<WireInterface>&>(wire).operator->();
    line.set(level, bench.time());
  }
  Bench bench{{}, 3};
};

TEST_F(Interrupts, ALevelSpiInterruptsUntilItsLineFallsAndItIsDeactivated) {
  enable_spi(40, 0xA0, 1);
  drive(bench.gic.distributor().spi(40), true);
  settle();
  EXPECT_TRUE(bench.processors[1]->irq);
  EXPECT_FALSE(bench.processors[0]->irq);
  EXPECT_EQ(bench.acknowledge(1), 40u);
  settle();
  EXPECT_FALSE(bench.processors[1]->irq) << "active";
  bench.end(1, 40);
  settle();
  EXPECT_TRUE(bench.processors[1]->irq) << "the line is still asserted";
  EXPECT_EQ(bench.acknowledge(1), 40u);
  drive(bench.gic.distributor().spi(40), false);
  settle();
  bench.end(1, 40);
  settle();
  EXPECT_FALSE(bench.processors[1]->irq);
}

TEST_F(Interrupts, AnEdgeSpiIsTakenOnce) {
  enable_spi(74, 0xA0, 0, true);
  drive(bench.gic.distributor().spi(74), true);
  drive(bench.gic.distributor().spi(74), false);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 74u);
  bench.end(0, 74);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 1023u);
}

TEST_F(Interrupts, AnSpiDisabledUnderWayIsSpurious) {
  enable_spi(40, 0xA0, 0);
  drive(bench.gic.distributor().spi(40), true);
  settle();
  EXPECT_TRUE(bench.processors[0]->irq);
  bench.write(bench.gicd, 0x0180 + 4, 4, 1u << 8);
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  settle();
  EXPECT_FALSE(bench.processors[0]->irq);
  EXPECT_EQ(bench.read(bench.gicd, 0, 4) >> 31, 0u) << "GICD_CTLR.RWP";
}

/// SPI 40 is pending at processor 0, which knows.
void bring_up_with_pending_spi(Bench& bench) {
  bench.bring_up();
  bench.write(bench.gicd, 0x0084, 4, ~0u);
  bench.write(bench.gicd, 0x0104, 4, 1u << 8);
  bench.write(bench.gicd, 0x0204, 4, 1u << 8);
  bench.advance(10 * microsecond);
}

TEST(InterruptsSlowLink, RWPIsSetUntilTheRedistributorsKnow) {
  GicParameters parameters;
  parameters.common.link_cycles = 1000;  // 1 us; an access takes 4 ns
  Bench bench(parameters);
  bench.write(bench.gicd, 0, 4, 0x13);
  EXPECT_EQ(bench.read(bench.gicd, 0, 4), 0x53u) << "what is enabled waits for nobody";
  bench.advance(10 * microsecond);
  bench.write(bench.gicd, 0, 4, 0x11);
  EXPECT_EQ(bench.read(bench.gicd, 0, 4), 0x80000051u);
  bench.advance(10 * microsecond);
  EXPECT_EQ(bench.read(bench.gicd, 0, 4), 0x51u);
}

TEST(InterruptsSlowLink, RWPIsSetUntilADisabledSpiIsGone) {
  GicParameters parameters;
  parameters.common.link_cycles = 1000;
  Bench bench(parameters);
  bring_up_with_pending_spi(bench);
  bench.write(bench.gicd, 0x0184, 4, 1u << 8);
  EXPECT_EQ(bench.read(bench.gicd, 0, 4) >> 31, 1u);
  bench.advance(10 * microsecond);
  EXPECT_EQ(bench.read(bench.gicd, 0, 4) >> 31, 0u);
}

TEST(InterruptsSlowLink, AnSpiThatWasDisabledIsNotTakenWhileItsOfferIsStillThere) {
  GicParameters parameters;
  parameters.common.link_cycles = 1000;
  Bench bench(parameters);
  bring_up_with_pending_spi(bench);
  EXPECT_TRUE(bench.processors[0]->irq);
  bench.write(bench.gicd, 0x0184, 4, 1u << 8);
  EXPECT_TRUE(bench.processors[0]->irq) << "the redistributor hasn't heard of it";
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  EXPECT_EQ(bench.read(bench.gicd, 0x0304, 4), 0u) << "GICD_ISACTIVER1";
  bench.write(bench.gicd, 0x0104, 4, 1u << 8);
  bench.advance(10 * microsecond);
  EXPECT_EQ(bench.acknowledge(0), 40u) << "it is still pending";
}

// SGIs have taken the credits of one redistributor, which therefore hears later than the other.
TEST(InterruptsSlowLink, RWPIsSetUntilTheLastRedistributorKnows) {
  GicParameters parameters;
  parameters.common.link_cycles = 1000;
  Bench bench(parameters);
  bench.bring_up();
  bench.advance(10 * microsecond);
  for (int i = 0; i < 2; ++i)
    bench.write_icc(0, ICC_SGI1R_EL1, 5ULL << 24 | 0b10);
  bench.write(bench.gicd, 0, 4, 0x10);
  bench.advance(1500 * nanosecond);  // the first one knows
  EXPECT_EQ(bench.read(bench.gicd, 0, 4) >> 31, 1u);
  bench.advance(10 * microsecond);
  EXPECT_EQ(bench.read(bench.gicd, 0, 4) >> 31, 0u);
}

// It is taken, comes again and is ended while an SGI has the link's credit.
TEST(InterruptsSlowLink, AnEdgeThatComesAgainBeforeTheDistributorCouldSayThatItIsGoneIsTakenAgain) {
  GicParameters parameters;
  parameters.common.link_cycles = 1000;
  Bench bench(parameters);
  bench.bring_up();
  bench.write(bench.gicd, 0x0080 + 8, 4, ~0u);
  bench.write(bench.gicd, 0x0400 + 74, 1, 0xA0);
  bench.write(bench.gicd, 0x6000 + 8 * 74, 8, 0);
  bench.write(bench.gicd, 0x0C00 + 16, 4, 2u << 20);
  bench.write(bench.gicd, 0x0100 + 8, 4, 1u << 10);
  bench.write(bench.gicd, 0x0200 + 8, 4, 1u << 10);  // GICD_ISPENDR
  bench.advance(10 * microsecond);
  for (int i = 0; i < 2; ++i)
    bench.write_icc(1, ICC_SGI1R_EL1, 5ULL << 24 | 0b01);
  EXPECT_EQ(bench.acknowledge(0), 74u);
  bench.write(bench.gicd, 0x0200 + 8, 4, 1u << 10);
  bench.end(0, 74);
  bench.advance(10 * microsecond);
  EXPECT_EQ(bench.acknowledge(0), 74u);
}

TEST_F(Interrupts, ALevelMayComeAndGoAnyNumberOfTimes) {
  enable_spi(40, 0xA0, 0);
  for (int i = 0; i < 20; ++i) {
    drive(bench.gic.distributor().spi(40), true);
    settle();
    EXPECT_TRUE(bench.processors[0]->irq) << i;
    drive(bench.gic.distributor().spi(40), false);
    settle();
    EXPECT_FALSE(bench.processors[0]->irq) << i;
  }
}

TEST_F(Interrupts, SpisMoveWithTheirRoute) {
  enable_spi(40, 0xA0, 0);
  drive(bench.gic.distributor().spi(40), true);
  settle();
  bench.write(bench.gicd, 0x6000 + 8 * 40, 8, 2);
  settle();
  EXPECT_FALSE(bench.processors[0]->irq);
  EXPECT_EQ(bench.acknowledge(2), 40u);
}

TEST_F(Interrupts, OneOfNIsTakenByOne) {
  enable_spi(40, 0xA0, 1ULL << 31);
  bench.write(bench.gicd, 0x0200 + 4, 4, 1u << 8);  // GICD_ISPENDR1
  settle();
  unsigned taken = 0;
  for (unsigned i = 0; i < 3; ++i)
    taken += bench.acknowledge(i) == 40u;
  EXPECT_EQ(taken, 1u);
}

TEST_F(Interrupts, APpiBelongsToItsProcessor) {
  enable_private(1, 27, 0x80);
  drive(bench.gic.redistributor(1).ppi(27), true);
  settle();
  EXPECT_TRUE(bench.processors[1]->irq);
  EXPECT_EQ(bench.acknowledge(1), 27u);
  drive(bench.gic.redistributor(1).ppi(27), false);
  bench.end(1, 27);
  settle();
  EXPECT_FALSE(bench.processors[1]->irq);
}

TEST_F(Interrupts, AnSgiReachesItsTargetList) {
  for (unsigned i = 0; i < 3; ++i)
    enable_private(i, 5, 0x80);
  bench.write_icc(0, ICC_SGI1R_EL1, 5ULL << 24 | 0b110);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  EXPECT_EQ(bench.acknowledge(1), 5u);
  EXPECT_EQ(bench.acknowledge(2), 5u);
  bench.end(1, 5);
  EXPECT_EQ(bench.acknowledge(1), 1023u);
}

TEST_F(Interrupts, AnSgiToAllButSelf) {
  for (unsigned i = 0; i < 3; ++i)
    enable_private(i, 6, 0x80);
  bench.write_icc(2, ICC_SGI1R_EL1, 1ULL << 40 | 6ULL << 24);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 6u);
  EXPECT_EQ(bench.acknowledge(1), 6u);
  EXPECT_EQ(bench.acknowledge(2), 1023u);
}

TEST_F(Interrupts, AnSgiOfTheOtherGroupIsNotForwarded) {
  enable_private(1, 7, 0x80);
  bench.write_icc(0, ICC_SGI0R_EL1, 7ULL << 24 | 0b10);
  settle();
  EXPECT_EQ(bench.acknowledge(1), 1023u);
}

TEST_F(Interrupts, GroupZeroIsAnFIQ) {
  bench.write_icc(0, ICC_IGRPEN0_EL1, 1);
  enable_spi(40, 0x40, 0);
  bench.write(bench.gicd, 0x0084, 4, 0);  // GICD_IGROUPR1
  drive(bench.gic.distributor().spi(40), true);
  settle();
  EXPECT_TRUE(bench.processors[0]->fiq);
  EXPECT_FALSE(bench.processors[0]->irq);
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  EXPECT_EQ(bench.read_icc(0, ICC_IAR0_EL1), 40u);
  bench.write_icc(0, ICC_EOIR0_EL1, 40);
}

// What a processor has disabled hides nothing that it takes, whoever holds it.
TEST_F(Interrupts, ADisabledGroupHidesNothingOfTheOther) {
  bench.write_icc(0, ICC_IGRPEN0_EL1, 1);
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  enable_spi(40, 0x20, 0);  // of Group 1, the more urgent one
  bench.write(*bench.gicr[0], 0x10080, 4, ~(1u << 27));
  enable_private(0, 27, 0x80);
  drive(bench.gic.distributor().spi(40), true);
  settle();
  EXPECT_FALSE(bench.processors[0]->irq);
  EXPECT_EQ(bench.read_icc(0, ICC_HPPIR1_EL1), 1023u);
  drive(bench.gic.redistributor(0).ppi(27), true);
  settle();
  EXPECT_TRUE(bench.processors[0]->fiq);
  EXPECT_EQ(bench.read_icc(0, ICC_IAR0_EL1), 27u);
  bench.write_icc(0, ICC_EOIR0_EL1, 27);
  drive(bench.gic.redistributor(0).ppi(27), false);
  enable_spi(75, 0x90, 0);
  bench.write(bench.gicd, 0x0080 + 8, 4, 0);  // 75 is of Group 0
  drive(bench.gic.distributor().spi(75), true);
  settle();
  EXPECT_EQ(bench.read_icc(0, ICC_IAR0_EL1), 75u);
  bench.write_icc(0, ICC_EOIR0_EL1, 75);
  drive(bench.gic.distributor().spi(75), false);
  bench.write_icc(0, ICC_IGRPEN1_EL1, 1);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 40u) << "enabled, it comes";
}

TEST_F(Interrupts, AnLpiHidesNothingWhileItsGroupIsDisabled) {
  bench.map_device(1);
  bench.map_event(1, 0, 8192);
  bench.configure(8192, 0x20 | 3);
  bench.write(*bench.gicr[0], 0x10080, 4, ~(1u << 27));  // 27 is of Group 0
  enable_private(0, 27, 0x80);
  bench.write_icc(0, ICC_IGRPEN0_EL1, 1);
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  bench.doorbell(1, 0);
  settle();
  drive(bench.gic.redistributor(0).ppi(27), true);
  settle();
  EXPECT_TRUE(bench.processors[0]->fiq);
  EXPECT_EQ(bench.read_icc(0, ICC_IAR0_EL1), 27u);
}

TEST_F(Interrupts, LpisAreCountedFromTheFirstOn) {
  bench.map_device(1);
  bench.map_event(1, 0, 8192);
  bench.configure(8192, 0xA3);
  bench.doorbell(1, 0);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 8192u);
  EXPECT_EQ(bench.counter("cpu_interface0.acknowledged_lpis"), 1u);
}

// A redistributor may still have the offer when the group is disabled.
TEST(InterruptsSlowLink, AnOfferOfADisabledGroupHidesNothing) {
  GicParameters parameters;
  parameters.common.link_cycles = 1000;
  Bench bench(parameters);
  bench.bring_up();
  bench.write_icc(0, ICC_IGRPEN0_EL1, 1);
  bench.write(*bench.gicr[0], 0x10080, 4, 0);  // SGIs and PPIs are of Group 0
  bench.write(*bench.gicr[0], 0x10400 + 5, 1, 0x80);
  bench.write(*bench.gicr[0], 0x10100, 4, 1u << 5);
  bench.write(bench.gicd, 0x0084, 4, ~0u);
  bench.write(bench.gicd, 0x0104, 4, 1u << 8);
  bench.write(bench.gicd, 0x0204, 4, 1u << 8);
  bench.advance(10 * microsecond);
  EXPECT_EQ(bench.read_icc(0, ICC_HPPIR1_EL1), 40u);
  bench.write(*bench.gicr[0], 0x10200, 4, 1u << 5);
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  EXPECT_EQ(bench.read_icc(0, ICC_HPPIR1_EL1), 1023u);
  EXPECT_EQ(bench.read_icc(0, ICC_HPPIR0_EL1), 5u);
  EXPECT_EQ(bench.read_icc(0, ICC_IAR0_EL1), 5u);
}

TEST_F(Interrupts, PriorityDecidesAmongKinds) {
  enable_private(0, 27, 0x80);
  enable_spi(40, 0x60, 0);
  bench.map_device(1);
  bench.map_event(1, 0, 8192);
  bench.configure(8192, 0x70 | 3);
  bench.write_icc(0, ICC_PMR_EL1, 0);
  drive(bench.gic.redistributor(0).ppi(27), true);
  drive(bench.gic.distributor().spi(40), true);
  bench.doorbell(1, 0);
  settle();
  EXPECT_FALSE(bench.processors[0]->irq) << "all masked by ICC_PMR_EL1";
  bench.write_icc(0, ICC_PMR_EL1, 0xF0);
  EXPECT_EQ(bench.acknowledge(0), 40u);
  bench.end(0, 40);
  drive(bench.gic.distributor().spi(40), false);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 8192u);
  bench.end(0, 8192);
  EXPECT_EQ(bench.acknowledge(0), 27u);
}

TEST_F(Interrupts, AMoreUrgentOnePreempts) {
  enable_spi(40, 0xA0, 0);
  enable_private(0, 27, 0x20);
  drive(bench.gic.distributor().spi(40), true);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 40u);
  settle();
  EXPECT_FALSE(bench.processors[0]->irq);
  drive(bench.gic.redistributor(0).ppi(27), true);
  settle();
  EXPECT_TRUE(bench.processors[0]->irq);
  EXPECT_EQ(bench.acknowledge(0), 27u);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0x20u);
  bench.end(0, 27);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0xA0u);
}

TEST_F(Interrupts, EOImode1LeavesAnSpiActiveUntilDIR) {
  bench.write_icc(0, ICC_CTLR_EL1, 2);
  enable_spi(40, 0xA0, 0);
  drive(bench.gic.distributor().spi(40), true);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 40u);
  bench.end(0, 40);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0xFFu);
  settle();
  EXPECT_FALSE(bench.processors[0]->irq) << "still active";
  bench.write_icc(0, ICC_DIR_EL1, 40);
  settle();
  EXPECT_TRUE(bench.processors[0]->irq);
}

TEST_F(Interrupts, ASleepingProcessorGetsNone) {
  enable_private(0, 27, 0x80);
  bench.write(*bench.gicr[0], 0x0014, 4, 2);
  drive(bench.gic.redistributor(0).ppi(27), true);
  settle();
  EXPECT_FALSE(bench.processors[0]->irq);
  bench.write(*bench.gicr[0], 0x0014, 4, 0);
  settle();
  EXPECT_TRUE(bench.processors[0]->irq);
}

TEST_F(Interrupts, OneThatFirmwareBeforeHasWokenGetsThem) {
  enable_private(0, 27, 0x80);
  bench.write(*bench.gicr[0], 0x0014, 4, 2);
  bench.gic.redistributor(0).wake();
  drive(bench.gic.redistributor(0).ppi(27), true);
  settle();
  EXPECT_TRUE(bench.processors[0]->irq);
}

TEST_F(Interrupts, TheDistributorsGroupEnableCountsForAll) {
  enable_private(0, 27, 0x80);
  drive(bench.gic.redistributor(0).ppi(27), true);
  settle();
  EXPECT_TRUE(bench.processors[0]->irq);
  bench.write(bench.gicd, 0, 4, 0x10);
  settle();
  EXPECT_FALSE(bench.processors[0]->irq);
}

TEST_F(Interrupts, UnknownSystemRegistersAreUndefined) {
  SystemAccess outcome = SystemAccess::done;
  const auto ask = [](Bench& b, SystemAccess& result) -> Task<void> {
    const CpuInterfaceForward::Value value =
        co_await b.processors[0]->socket->read_register(doorbell::system_register(3, 0, 1, 0, 0));
    result = value.outcome;
  };
  bench.run(ask(bench, outcome));
  EXPECT_EQ(outcome, SystemAccess::undefined);
}

}  // namespace
}  // namespace doorbell::gic::test
