// Pending LPIs between the cache and the Pending table in memory (IHI 0069, 5.1.1.2), and what the
// redistributor makes of a configuration that it can't read.
#include <gtest/gtest.h>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr std::uint32_t DeviceID = 0x10;
constexpr std::uint32_t lpi = 8200;
constexpr std::int64_t room = 4;

/// Room for four pending LPIs. Event i has a priority of 0xF0 - 8 * i: the later, the more urgent.
class PendingRoom : public testing::Test {
 protected:
  static GicParameters small() {
    GicParameters parameters;
    parameters.redistributor.lpi_cache_entries = room;
    return parameters;
  }
  void SetUp() override {
    bench.bring_up();
    bench.map_device(DeviceID);
    for (std::uint32_t event = 0; event < 12; ++event) {
      bench.map_event(DeviceID, event, lpi + event);
      bench.configure(lpi + event, static_cast<std::uint8_t>(0xF0 - 8 * event) | 3);
    }
    bench.advance(100 * microsecond);  // the Pending tables have been read
  }
  void settle() { bench.advance(2 * microsecond); }
  /// Makes the first `count` pending, of which none is taken until ICC_PMR_EL1 lets it.
  void make_pending(std::uint32_t count) {
    bench.write_icc(0, ICC_PMR_EL1, 0);
    for (std::uint32_t event = 0; event < count; ++event) {
      bench.doorbell(DeviceID, event);
      settle();
    }
  }
  void issue(ItsOpcode opcode, std::uint32_t event = 0) {
    bench.issue(
        {{.opcode = opcode, .DeviceID = DeviceID, .EventID = event}, {.opcode = ItsOpcode::SYNC}});
    settle();
  }
  /// The Pending table says that it is pending.
  bool in_memory(std::uint32_t INTID) const {
    return (bench.memory.peek(pending_tables + INTID / 8) >> (INTID % 8) & 1) != 0;
  }
  std::int64_t held() const {
    return dynamic_cast<const Gauge&>(
               *bench.simulation().statistics().find("bench.gic.lpi_cache.pending"))
        .value();
  }
  Bench bench{small()};
};

TEST_F(PendingRoom, OneThatIsClearedInMemoryLeavesTheTable) {
  make_pending(6);
  ASSERT_TRUE(in_memory(lpi) && in_memory(lpi + 1)) << "the least urgent two";
  issue(ItsOpcode::CLEAR);
  EXPECT_FALSE(in_memory(lpi));
  EXPECT_TRUE(in_memory(lpi + 1));
  EXPECT_EQ(bench.counter("redistributor0.cleared"), 1u);
}

TEST_F(PendingRoom, OneThatBecomesTheMostUrgentComesBackByINV) {
  make_pending(6);
  bench.configure(lpi, 0x08 | 3);
  issue(ItsOpcode::INV);
  bench.write_icc(0, ICC_PMR_EL1, 0xF8);
  EXPECT_EQ(bench.acknowledge(0), lpi);
  EXPECT_LE(held(), room);
}

TEST_F(PendingRoom, OneThatBecomesTheMostUrgentComesBackByINVALL) {
  make_pending(6);
  bench.configure(lpi, 0x08 | 3);
  issue(ItsOpcode::INVALL);
  bench.write_icc(0, ICC_PMR_EL1, 0xF8);
  EXPECT_EQ(bench.acknowledge(0), lpi);
}

TEST_F(PendingRoom, NoMoreComeBackThanThereIsRoomFor) {
  make_pending(12);
  bench.write_icc(0, ICC_PMR_EL1, 0xF8);
  for (std::uint32_t event = 12; event-- > 0;) {
    EXPECT_EQ(held(), std::min<std::int64_t>(room, event + 1));
    EXPECT_EQ(bench.acknowledge(0), lpi + event);
    bench.end(0, lpi + event);
  }
  EXPECT_EQ(held(), 0);
}

TEST_F(PendingRoom, WhatSoftwareTakesOutOfTheTableIsNotPendingAnyMore) {
  make_pending(1);
  bench.write(*bench.gicr[0], 0x0000, 4, 0);
  bench.advance(100 * microsecond);
  ASSERT_TRUE(in_memory(lpi));
  bench.memory.poke(pending_tables + lpi / 8, 0);
  bench.write(*bench.gicr[0], 0x0000, 4, 1);
  bench.advance(100 * microsecond);
  bench.write_icc(0, ICC_PMR_EL1, 0xF8);
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  EXPECT_EQ(bench.counter("redistributor0.cleared"), 1u);
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(bench.acknowledge(0), lpi) << "a new one is no duplicate of it";
}

// What is found in the table and has no room is there already.
TEST_F(PendingRoom, OnesThatAreFoundAndHaveNoRoomAreWrittenByNobody) {
  bench.write_icc(0, ICC_PMR_EL1, 0);
  bench.write(*bench.gicr[0], 0x0000, 4, 0);
  bench.advance(100 * microsecond);
  bench.memory.poke(pending_tables + lpi / 8, 0xff);
  bench.memory.poke(pending_tables + lpi / 8 + 1, 0x0f);
  const std::uint64_t writes = bench.memory.lpi_writes;
  bench.write(*bench.gicr[0], 0x0000, 4, 1);
  bench.advance(100 * microsecond);
  EXPECT_EQ(bench.counter("redistributor0.restored"), 12u);
  EXPECT_EQ(held(), room);
  // The most urgent ones are the last: each takes the place of another.
  EXPECT_EQ(bench.memory.lpi_writes - writes, 2 * (12 - static_cast<unsigned>(room)));
  bench.write_icc(0, ICC_PMR_EL1, 0xf8);
  for (std::uint32_t event = 12; event-- > 0;) {
    settle();
    EXPECT_EQ(bench.acknowledge(0), lpi + event);
    bench.end(0, lpi + event);
  }
}

TEST_F(PendingRoom, ABurstThatCantBeReadHidesNothingOfTheRest) {
  constexpr std::uint32_t far = 40000;  // in another page of the table
  bench.configure(far, 0xA3);
  bench.map_event(DeviceID, 20, far);
  make_pending(1);
  bench.doorbell(DeviceID, 20);
  settle();
  bench.write(*bench.gicr[0], 0x0000, 4, 0);
  bench.advance(100 * microsecond);
  bench.memory.poke(pending_tables + far / 8, 0);
  bench.memory.faulty = pending_tables;
  bench.write(*bench.gicr[0], 0x0000, 4, 1);
  bench.advance(100 * microsecond);
  EXPECT_EQ(bench.counter("redistributor0.cleared"), 1u) << "software took it out of the table";
}

TEST_F(PendingRoom, AConfigurationThatCouldNotBeReadIsReadAgain) {
  bench.memory.faulty = configuration_table;
  bench.doorbell(DeviceID, 7);
  settle();
  ASSERT_EQ(bench.counter("redistributor0.table_errors"), 1u);
  issue(ItsOpcode::CLEAR, 7);
  bench.memory.faulty = ~0ULL;
  bench.doorbell(DeviceID, 7);
  settle();
  EXPECT_EQ(bench.acknowledge(0), lpi + 7);
}

}  // namespace
}  // namespace doorbell::gic::test
