#include <gtest/gtest.h>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr std::uint32_t DeviceID = 0x10;
constexpr std::uint32_t lpi = 8200;
constexpr std::uint8_t enabled = 0xA3, masked = 0xA2;

class Lpi : public testing::Test {
 protected:
  void SetUp() override {
    bench.bring_up();
    bench.map_device(DeviceID);
    bench.map_event(DeviceID, 3, lpi);
    bench.configure(lpi, enabled);
    bench.sync();
  }
  void settle() { bench.advance(2 * microsecond); }
  Bench bench;
};

TEST_F(Lpi, ADoorbellInterruptsTheProcessorOfItsCollection) {
  EXPECT_TRUE(bench.doorbell(DeviceID, 3));
  settle();
  EXPECT_TRUE(bench.processors[0]->irq);
  EXPECT_FALSE(bench.processors[1]->irq);
  EXPECT_EQ(bench.read_icc(0, ICC_HPPIR1_EL1), lpi);
  EXPECT_EQ(bench.acknowledge(0), lpi);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0xA0u);
  EXPECT_EQ(bench.acknowledge(0), 1023u) << "taken once";
  bench.end(0, lpi);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0xFFu);
  settle();
  EXPECT_FALSE(bench.processors[0]->irq);
  EXPECT_EQ(bench.counter("its.doorbells"), 1u);
  EXPECT_EQ(bench.counter("its.sent"), 1u);
  EXPECT_EQ(bench.counter("redistributor0.by_doorbell.made_pending"), 1u);
  EXPECT_EQ(bench.counter("redistributor0.acknowledged"), 1u);
}

TEST_F(Lpi, SixteenBitWritesAreDoorbellsToo) {
  bool ok = false;
  bench.run(bench.send(DeviceID, 3, ok, 2));
  EXPECT_TRUE(ok);
  settle();
  EXPECT_EQ(bench.acknowledge(0), lpi);
}

TEST_F(Lpi, APendingOneAbsorbsFurtherMsis) {
  for (int i = 0; i < 5; ++i)
    bench.doorbell(DeviceID, 3);
  settle();
  EXPECT_EQ(bench.acknowledge(0), lpi);
  bench.end(0, lpi);
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  EXPECT_EQ(bench.counter("redistributor0.by_doorbell.made_pending"), 1u);
  EXPECT_EQ(bench.counter("redistributor0.by_doorbell.coalesced"), 4u);
}

TEST_F(Lpi, OneThatArrivesWhileItsPredecessorIsHandledIsTakenAgain) {
  bench.doorbell(DeviceID, 3);
  settle();
  EXPECT_EQ(bench.acknowledge(0), lpi);
  bench.doorbell(DeviceID, 3);
  settle();
  EXPECT_FALSE(bench.processors[0]->irq) << "not above the running priority";
  bench.end(0, lpi);
  settle();
  EXPECT_TRUE(bench.processors[0]->irq);
  EXPECT_EQ(bench.acknowledge(0), lpi);
}

TEST_F(Lpi, AMaskedOneStaysPendingUntilItsConfigurationIsInvalidated) {
  bench.map_event(DeviceID, 4, lpi + 1);
  bench.configure(lpi + 1, masked);
  bench.doorbell(DeviceID, 4);
  settle();
  EXPECT_FALSE(bench.processors[0]->irq);
  bench.configure(lpi + 1, enabled);
  bench.sync();
  settle();
  EXPECT_FALSE(bench.processors[0]->irq)
      << "without INV the configuration that was read stays in use";
  bench.issue({{.opcode = ItsOpcode::INV, .DeviceID = DeviceID, .EventID = 4},
               {.opcode = ItsOpcode::SYNC}});
  EXPECT_EQ(bench.acknowledge(0), lpi + 1);
}

TEST_F(Lpi, AStaleConfigurationIsUsedUntilINV) {
  bench.doorbell(DeviceID, 3);
  settle();
  EXPECT_EQ(bench.acknowledge(0), lpi);
  bench.end(0, lpi);
  bench.configure(lpi, masked);
  bench.sync();
  bench.doorbell(DeviceID, 3);
  settle();
  EXPECT_EQ(bench.acknowledge(0), lpi) << "masked in memory, enabled in the cache";
  bench.end(0, lpi);
  bench.issue({{.opcode = ItsOpcode::INV, .DeviceID = DeviceID, .EventID = 3},
               {.opcode = ItsOpcode::SYNC}});
  bench.doorbell(DeviceID, 3);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 1023u);
}

TEST_F(Lpi, AStaleConfigurationIsUsedUntilINVALL) {
  bench.doorbell(DeviceID, 3);
  settle();
  EXPECT_EQ(bench.acknowledge(0), lpi);
  bench.end(0, lpi);
  bench.configure(lpi, 0x20 | 3);
  bench.doorbell(DeviceID, 3);
  settle();
  bench.acknowledge(0);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0xA0u) << "the old priority";
  bench.end(0, lpi);
  bench.issue({{.opcode = ItsOpcode::INVALL, .ICID = 0}, {.opcode = ItsOpcode::SYNC}});
  bench.doorbell(DeviceID, 3);
  settle();
  bench.acknowledge(0);
  EXPECT_EQ(bench.read_icc(0, ICC_RPR_EL1), 0x20u);
}

TEST_F(Lpi, AReadThatINVOvertakesIsMadeAgain) {
  bench.map_event(DeviceID, 4, lpi + 1);
  bench.configure(lpi + 1, masked);
  bench.advance(100 * microsecond);  // the pending tables have been read
  const std::uint64_t before = bench.memory.lpi_reads;
  bench.memory.latency = 10 * microsecond;
  bench.send_stream({{DeviceID, 4}}, 0);
  // The configuration read starts after the interrupt entry's.
  while (bench.memory.lpi_reads == before)
    bench.advance(100 * nanosecond);
  bench.memory.latency = 100 * nanosecond;
  bench.configure(lpi + 1, enabled);
  bench.issue({{.opcode = ItsOpcode::INV, .DeviceID = DeviceID, .EventID = 4},
               {.opcode = ItsOpcode::SYNC}});
  bench.advance(20 * microsecond);
  EXPECT_EQ(bench.acknowledge(0), lpi + 1);
}

TEST_F(Lpi, INVMasksOneThatIsPending) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  bench.doorbell(DeviceID, 3);
  settle();
  bench.configure(lpi, masked);
  bench.issue({{.opcode = ItsOpcode::INV, .DeviceID = DeviceID, .EventID = 3},
               {.opcode = ItsOpcode::SYNC}});
  bench.write_icc(0, ICC_IGRPEN1_EL1, 1);
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  const auto* held = dynamic_cast<const Gauge*>(
      bench.simulation().statistics().find("bench.gic.redistributor0.masked"));
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(held->value(), 1) << "held, masked";
}

TEST_F(Lpi, DroppedWhileLpisAreDisabled) {
  bench.write(*bench.gicr[0], 0x0000, 4, 0);
  settle();
  bench.advance(100 * microsecond);
  EXPECT_TRUE(bench.doorbell(DeviceID, 3));
  settle();
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  EXPECT_EQ(bench.counter("redistributor0.dropped_lpis_disabled"), 1u);
  EXPECT_EQ(bench.counter("redistributor0.by_doorbell.dropped"), 1u);
}

TEST_F(Lpi, DroppedWhenOutsideTheRedistributorsTables) {
  bench.write(*bench.gicr[0], 0x0000, 4, 0);
  bench.advance(200 * microsecond);
  bench.write(*bench.gicr[0], 0x0070, 8, configuration_table | 13);  // 14 bits: up to 16383
  bench.write(*bench.gicr[0], 0x0000, 4, 1);
  bench.map_event(DeviceID, 5, 20000);
  bench.doorbell(DeviceID, 5);
  settle();
  EXPECT_EQ(bench.counter("redistributor0.dropped_out_of_range"), 1u);
}

TEST_F(Lpi, TablesThatCantBeReadLeaveItMasked) {
  bench.memory.faulty = configuration_table;
  bench.doorbell(DeviceID, 3);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  EXPECT_EQ(bench.counter("redistributor0.table_errors"), 1u);
}

TEST_F(Lpi, RedistributorsWithTablesOfTheirOwnUseTheirOwnConfigurations) {
  constexpr std::uint64_t other_table = 0x5180'0000;
  bench.write(*bench.gicr[1], 0, 4, 0);
  bench.advance(100 * microsecond);
  bench.write(*bench.gicr[1], 0x0070, 8, other_table | 15);  // GICR_PROPBASER
  bench.write(*bench.gicr[1], 0, 4, 1);
  bench.advance(100 * microsecond);
  bench.map_event(DeviceID, 4, lpi, 1);
  bench.configure(lpi, enabled);
  bench.memory.poke(other_table + lpi - first_lpi, masked);
  bench.doorbell(DeviceID, 3);
  bench.advance(2 * microsecond);
  EXPECT_EQ(bench.acknowledge(0), lpi);
  bench.end(0, lpi);
  bench.doorbell(DeviceID, 4);
  bench.advance(2 * microsecond);
  EXPECT_EQ(bench.acknowledge(1), 1023u) << "masked in the table of that redistributor";
  bench.memory.poke(other_table + lpi - first_lpi, enabled);
  bench.configure(lpi, masked);
  bench.issue({{.opcode = ItsOpcode::INV, .DeviceID = DeviceID, .EventID = 3},
               {.opcode = ItsOpcode::SYNC}});
  EXPECT_EQ(bench.acknowledge(1), lpi) << "INV is of all copies";
  bench.doorbell(DeviceID, 3);
  bench.advance(2 * microsecond);
  EXPECT_EQ(bench.acknowledge(0), 1023u);
}

/// Copies of a configuration at a redistributor that its LPI no longer goes to: a command that gets
/// rid of them must reach it, wherever the LPI goes when the command runs (IHI 0069, 5.3.6, 5.3.7).
struct Copies {
  LpiCacheScope scope;
  ItsOpcode opcode;
};
class LpiCopies : public testing::TestWithParam<Copies> {
 protected:
  static GicParameters parameters() {
    GicParameters parameters;
    parameters.redistributor.lpi_cache_scope = GetParam().scope;
    return parameters;
  }
  void SetUp() override {
    bench.bring_up();
    bench.map_device(DeviceID);
    bench.map_event(DeviceID, 3, lpi);
    bench.advance(100 * microsecond);  // the Pending tables have been read
  }
  void settle() { bench.advance(2 * microsecond); }
  /// Moves the event to a processor, and there the configuration is changed in memory and then in
  /// what the redistributors hold; SYNC names that processor alone.
  void move(std::uint16_t processor) {
    bench.issue({{.opcode = ItsOpcode::MOVI, .DeviceID = DeviceID, .EventID = 3, .ICID = processor},
                 {.opcode = ItsOpcode::SYNC, .RDbase = 0},
                 {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  }
  void reconfigure(std::uint8_t byte, std::uint16_t ICID) {
    bench.configure(lpi, byte);
    bench.issue({{.opcode = GetParam().opcode, .DeviceID = DeviceID, .EventID = 3, .ICID = ICID},
                 {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  }
  Bench bench{parameters()};
};

TEST_P(LpiCopies, OfAnEnabledOneAreMaskedAtAFormerTarget) {
  bench.configure(lpi, enabled);
  bench.doorbell(DeviceID, 3);
  settle();
  ASSERT_EQ(bench.acknowledge(0), lpi);
  bench.end(0, lpi);
  move(1);
  reconfigure(masked, 1);
  move(0);
  bench.doorbell(DeviceID, 3);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 1023u);
}

TEST_P(LpiCopies, OfAMaskedOneAreEnabledAtAFormerTarget) {
  bench.configure(lpi, masked);
  bench.doorbell(DeviceID, 3);
  settle();
  bench.issue({{.opcode = ItsOpcode::CLEAR, .DeviceID = DeviceID, .EventID = 3},
               {.opcode = ItsOpcode::SYNC}});
  move(1);
  reconfigure(enabled, 1);
  move(0);
  bench.doorbell(DeviceID, 3);
  settle();
  EXPECT_EQ(bench.acknowledge(0), lpi);
}

TEST_P(LpiCopies, BesideAPendingLpiFollowTheirCollectionWhereverItIsPending) {
  bench.configure(lpi, masked);
  bench.doorbell(DeviceID, 3);
  settle();
  // Its collection goes elsewhere, and until MOVALL the pending state stays.
  bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 0, .RDbase = 1, .V = true},
               {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  bench.memory.more_for_lpis = 20 * microsecond;
  reconfigure(enabled, 0);
  EXPECT_EQ(bench.acknowledge(0), lpi) << "as soon as SYNC is over, whichever processor it names";
}

TEST_P(LpiCopies, MoveAlongWithAPendingLpi) {
  bench.configure(lpi, enabled);
  bench.doorbell(DeviceID, 3);
  settle();
  ASSERT_EQ(bench.acknowledge(0), lpi);
  bench.end(0, lpi);
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  bench.doorbell(DeviceID, 3);
  settle();
  bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 0, .RDbase = 1, .V = true},
               {.opcode = ItsOpcode::MOVALL, .RDbase = 0, .RDbase2 = 1},
               {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  reconfigure(masked, 0);
  EXPECT_EQ(bench.acknowledge(1), 1023u) << "masked where it went";
  bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 0, .RDbase = 0, .V = true},
               {.opcode = ItsOpcode::MOVALL, .RDbase = 1, .RDbase2 = 0},
               {.opcode = ItsOpcode::SYNC, .RDbase = 0}});
  bench.write_icc(0, ICC_IGRPEN1_EL1, 1);
  EXPECT_EQ(bench.acknowledge(0), 1023u) << "and masked when it is back";
}

INSTANTIATE_TEST_SUITE_P(ScopesAndCommands, LpiCopies,
                         testing::Values(Copies{LpiCacheScope::redistributor, ItsOpcode::INV},
                                         Copies{LpiCacheScope::redistributor, ItsOpcode::INVALL},
                                         Copies{LpiCacheScope::chip, ItsOpcode::INV},
                                         Copies{LpiCacheScope::chip, ItsOpcode::INVALL}),
                         [](const testing::TestParamInfo<Copies>& tested) {
                           const bool chip = tested.param.scope == LpiCacheScope::chip;
                           return std::string(name(tested.param.opcode)) +
                                  (chip ? "OfTheChip" : "OfPrivateCaches");
                         });

class PendingTable : public testing::Test {
 protected:
  static std::uint64_t bit_address(std::uint32_t INTID) { return pending_tables + INTID / 8; }
};

TEST_F(PendingTable, IsReadWhenLpisAreEnabled) {
  Bench bench;
  bench.memory.poke(bit_address(lpi), 1u << (lpi % 8));
  bench.memory.poke(bit_address(40000), 1u << (40000 % 8));
  bench.configure(lpi, enabled);
  bench.configure(40000, 0x43);
  bench.bring_up();
  bench.advance(100 * microsecond);
  EXPECT_EQ(bench.acknowledge(0), 40000u);
  bench.end(0, 40000);
  EXPECT_EQ(bench.acknowledge(0), lpi);
  EXPECT_EQ(bench.counter("redistributor0.restored"), 2u);
}

TEST_F(PendingTable, IsNotReadWithPTZ) {
  Bench bench;
  bench.memory.poke(bit_address(lpi), 1u << (lpi % 8));
  bench.configure(lpi, enabled);
  bench.write(bench.gicd, 0, 4, 0x13);
  bench.bring_up_redistributor(0, true);
  bench.advance(100 * microsecond);
  EXPECT_EQ(bench.memory.lpi_reads, 0u);
  EXPECT_EQ(bench.acknowledge(0), 1023u);
}

TEST_F(PendingTable, IsWrittenBackWhenLpisAreDisabled) {
  Bench bench;
  bench.bring_up();
  bench.map_device(DeviceID);
  bench.map_event(DeviceID, 3, lpi);
  bench.configure(lpi, masked);
  bench.doorbell(DeviceID, 3);
  bench.advance(2 * microsecond);
  bench.write(*bench.gicr[0], 0x0000, 4, 0);
  EXPECT_EQ(bench.read(*bench.gicr[0], 0x0000, 4), 10u) << "GICR_CTLR.RWP until it is written";
  bench.advance(100 * microsecond);
  EXPECT_EQ(bench.read(*bench.gicr[0], 0x0000, 4), 2u);
  EXPECT_EQ(bench.memory.peek(bit_address(lpi)), 1u << (lpi % 8));
  bench.configure(lpi, enabled);
  bench.write(*bench.gicr[0], 0x0000, 4, 1);
  bench.advance(100 * microsecond);
  EXPECT_EQ(bench.acknowledge(0), lpi);
}

TEST_F(PendingTable, HoldsTheFirstAndTheLastLpi) {
  Bench bench;
  for (const std::uint32_t INTID : {8192u, 65535u}) {
    bench.memory.poke(bit_address(INTID), 1u << (INTID % 8));
    bench.configure(INTID, masked);
  }
  bench.memory.poke(bit_address(8191), 0x80);  // what is below isn't an LPI
  bench.bring_up();
  bench.advance(100 * microsecond);
  EXPECT_EQ(bench.counter("redistributor0.restored"), 2u);
  bench.memory.poke(bit_address(8192), 0);
  bench.memory.poke(bit_address(65535), 0);
  bench.write(*bench.gicr[0], 0x0000, 4, 0);
  bench.advance(100 * microsecond);
  EXPECT_EQ(bench.memory.peek(bit_address(8192)), 1u);
  EXPECT_EQ(bench.memory.peek(bit_address(65535)), 0x80u);
  EXPECT_EQ(bench.memory.peek(bit_address(8191)), 0x80u) << "not the GIC's to write";
}

TEST_F(PendingTable, IsSoftwaresWhileLpisAreDisabled) {
  Bench bench;
  bench.bring_up();
  bench.map_device(DeviceID);
  bench.map_event(DeviceID, 3, lpi);
  bench.map_event(DeviceID, 4, lpi + 1);
  bench.configure(lpi, enabled);
  bench.configure(lpi + 1, enabled);
  bench.advance(100 * microsecond);
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  bench.doorbell(DeviceID, 3);
  bench.doorbell(DeviceID, 4);
  bench.advance(2 * microsecond);
  bench.write(*bench.gicr[0], 0x0000, 4, 0);
  bench.advance(100 * microsecond);
  ASSERT_EQ(bench.read(*bench.gicr[0], 0x0000, 4), 2u) << "GICR_CTLR.RWP";
  const std::uint64_t accesses = bench.memory.lpi_reads + bench.memory.lpi_writes;
  // Commands that concern LPIs of a redistributor that has them disabled are ignored there.
  bench.issue({{.opcode = ItsOpcode::CLEAR, .DeviceID = DeviceID, .EventID = 3},
               {.opcode = ItsOpcode::INV, .DeviceID = DeviceID, .EventID = 3},
               {.opcode = ItsOpcode::INVALL, .ICID = 0},
               {.opcode = ItsOpcode::MOVI, .DeviceID = DeviceID, .EventID = 4, .ICID = 1},
               {.opcode = ItsOpcode::MOVALL, .RDbase = 0, .RDbase2 = 1},
               {.opcode = ItsOpcode::SYNC, .RDbase = 0},
               {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  EXPECT_EQ(bench.memory.lpi_reads + bench.memory.lpi_writes, accesses);
  EXPECT_EQ(bench.acknowledge(1), 1023u);
  EXPECT_EQ(bench.memory.peek(bit_address(lpi)), 3u << (lpi % 8));
  bench.write(*bench.gicr[0], 0x0000, 4, 1);
  bench.advance(100 * microsecond);
  bench.write_icc(0, ICC_IGRPEN1_EL1, 1);
  for (const std::uint32_t INTID : {lpi, lpi + 1}) {
    EXPECT_EQ(bench.acknowledge(0), INTID) << "as the table says";
    bench.end(0, INTID);
  }
}

TEST_F(PendingTable, GivesTheRoomOfWhatIsWrittenBackToOthers) {
  GicParameters parameters;
  parameters.redistributor.lpi_cache_entries = 4;
  Bench bench(parameters);
  bench.bring_up();
  bench.map_device(DeviceID);
  for (std::uint32_t event = 0; event < 8; ++event) {
    bench.map_event(DeviceID, event, lpi + event, event / 4);
    bench.configure(lpi + event, enabled);
  }
  bench.advance(100 * microsecond);
  for (unsigned i = 0; i < 2; ++i)
    bench.write_icc(i, ICC_IGRPEN1_EL1, 0);
  for (std::uint32_t event = 0; event < 4; ++event)
    bench.doorbell(DeviceID, event);
  bench.advance(2 * microsecond);
  const auto* held = dynamic_cast<const Gauge*>(
      bench.simulation().statistics().find("bench.gic.lpi_cache.pending"));
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(held->value(), 4);
  bench.write(*bench.gicr[0], 0x0000, 4, 0);
  bench.advance(100 * microsecond);
  EXPECT_EQ(held->value(), 0);
  for (std::uint32_t event = 4; event < 8; ++event)
    bench.doorbell(DeviceID, event);
  bench.advance(2 * microsecond);
  EXPECT_EQ(held->value(), 4);
  EXPECT_EQ(bench.counter("redistributor1.spilled"), 0u) << "exactly as many as there is room for";
}

TEST_F(PendingTable, TakesWhatTheCacheHasNoRoomFor) {
  GicParameters parameters;
  parameters.redistributor.lpi_cache_entries = 4;
  Bench bench(parameters);
  bench.bring_up();
  bench.map_device(DeviceID);
  for (std::uint32_t event = 0; event < 16; ++event) {
    bench.map_event(DeviceID, event, lpi + event);
    bench.configure(lpi + event, static_cast<std::uint8_t>(0xF0 - 8 * event) | 1);
  }
  bench.write_icc(0, ICC_PMR_EL1, 0);
  for (std::uint32_t event = 0; event < 16; ++event) {
    bench.doorbell(DeviceID, event);
    bench.advance(microsecond);
  }
  EXPECT_EQ(bench.counter("redistributor0.spilled"), 12u);
  EXPECT_NE(bench.memory.peek(bit_address(lpi)) & 1u << (lpi % 8), 0)
      << "the least urgent is in memory";
  bench.doorbell(DeviceID, 0);
  bench.advance(microsecond);
  EXPECT_EQ(bench.counter("redistributor0.by_doorbell.coalesced"), 1u)
      << "pending in memory is pending";
  bench.write_icc(0, ICC_PMR_EL1, 0xF8);
  for (std::uint32_t event = 16; event-- > 0;) {
    EXPECT_EQ(bench.acknowledge(0), lpi + event);
    bench.end(0, lpi + event);
  }
  bench.advance(100 * microsecond);
  EXPECT_EQ(bench.memory.peek(bit_address(lpi)), 0u);
  EXPECT_EQ(bench.counter("redistributor0.refilled"), 12u);
}

}  // namespace
}  // namespace doorbell::gic::test
