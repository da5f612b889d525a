#include <gtest/gtest.h>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr std::uint32_t DeviceID = 0x10;
constexpr std::uint32_t lpi = 8200;
constexpr std::uint8_t enabled = 0xA3, masked = 0xA2;

class ItsCommandQueue : public testing::Test {
 protected:
  void SetUp() override {
    bench.bring_up();
    bench.map_device(DeviceID);
    for (std::uint32_t event = 0; event < 8; ++event) {
      bench.map_event(DeviceID, event, lpi + event);
      bench.configure(lpi + event, enabled);
    }
  }
  void settle() { bench.advance(2 * microsecond); }
  std::uint64_t errors(const char* what) {
    return bench.counter(std::string("its.command_errors.") + what);
  }
  std::uint64_t drops(const char* what) {
    return bench.counter(std::string("its.dropped_for.") + what);
  }
  static ItsCommand of_event(ItsOpcode opcode, std::uint32_t event, std::uint16_t ICID = 0) {
    return {.opcode = opcode, .DeviceID = DeviceID, .EventID = event, .ICID = ICID};
  }
  Bench bench;
};

TEST_F(ItsCommandQueue, MAPDSetsAndClearsADevice) {
  bench.issue({{.opcode = ItsOpcode::MAPD, .DeviceID = DeviceID, .V = false}});
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(drops("UNMAPPED_DEVICE"), 1u) << "the cached event went with its device";
  EXPECT_EQ(bench.acknowledge(0), 1023u);
}

TEST_F(ItsCommandQueue, MAPDErrors) {
  bench.issue({{.opcode = ItsOpcode::MAPD, .DeviceID = 0x10000, .Size = 4, .V = true},
               {.opcode = ItsOpcode::MAPD, .DeviceID = 8192, .Size = 4, .V = true},
               {.opcode = ItsOpcode::MAPD, .DeviceID = 1, .Size = 16, .V = true}});
  EXPECT_EQ(errors("DEVICE_OOR"), 2u) << "beyond Devbits, beyond the table";
  EXPECT_EQ(errors("SIZE_OOR"), 1u);
}

TEST_F(ItsCommandQueue, MAPCMovesACollection) {
  bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 0, .RDbase = 1, .V = true},
               {.opcode = ItsOpcode::SYNC}});
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(bench.acknowledge(1), lpi);
}

TEST_F(ItsCommandQueue, TheCollectionOfACachedEventIsLookedUpOnce) {
  const auto& cache = dynamic_cast<const CacheStatistics&>(
      *bench.simulation().statistics().find("bench.gic.its.collection_cache"));
  const auto look_up = [&] {
    const std::uint64_t hits = cache.hits(), misses = cache.misses();
    bench.doorbell(DeviceID, 0);
    settle();
    return std::pair(cache.hits() - hits, cache.misses() - misses);
  };
  look_up();
  EXPECT_EQ(look_up(), std::pair(std::uint64_t{1}, std::uint64_t{0}));
  bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 0, .RDbase = 1, .V = true},
               {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  EXPECT_EQ(look_up(), std::pair(std::uint64_t{0}, std::uint64_t{1}));
}

TEST_F(ItsCommandQueue, MAPCUnmaps) {
  bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 0, .V = false}});
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(drops("UNMAPPED_COLLECTION"), 1u);
}

TEST_F(ItsCommandQueue, MAPCErrors) {
  bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 0, .RDbase = 2, .V = true},
               {.opcode = ItsOpcode::MAPC, .ICID = 8192, .RDbase = 0, .V = true}});
  EXPECT_EQ(errors("SIZE_OOR"), 1u) << "no such processor";
  EXPECT_EQ(errors("COLLECTION_OOR"), 1u);
}

TEST_F(ItsCommandQueue, MAPTIErrors) {
  bench.issue({
      {.opcode = ItsOpcode::MAPTI, .DeviceID = 0x11, .EventID = 0, .pINTID = lpi},
      {.opcode = ItsOpcode::MAPTI, .DeviceID = DeviceID, .EventID = 32, .pINTID = lpi},
      {.opcode = ItsOpcode::MAPTI, .DeviceID = DeviceID, .EventID = 0, .pINTID = 100},
      {.opcode = ItsOpcode::MAPTI, .DeviceID = DeviceID, .EventID = 0, .pINTID = 65536},
      {.opcode = ItsOpcode::MAPTI, .DeviceID = DeviceID, .EventID = 0, .pINTID = lpi, .ICID = 9000},
      {.opcode = ItsOpcode::MAPTI, .DeviceID = 0xFFFF, .EventID = 0, .pINTID = lpi},
  });
  EXPECT_EQ(errors("UNMAPPED_DEVICE"), 1u);
  EXPECT_EQ(errors("ID_OOR"), 1u);
  EXPECT_EQ(errors("PHYSICALID_OOR"), 2u);
  EXPECT_EQ(errors("COLLECTION_OOR"), 1u);
  EXPECT_EQ(errors("DEVICE_OOR"), 1u);
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(bench.acknowledge(0), lpi) << "a refused command changes nothing";
}

TEST_F(ItsCommandQueue, MAPTIAgainTakesEffect) {
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(bench.acknowledge(0), lpi);
  bench.end(0, lpi);
  bench.configure(9000, enabled);
  bench.map_event(DeviceID, 0, 9000, 1);
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(bench.acknowledge(1), 9000u);
}

TEST_F(ItsCommandQueue, MAPIUsesTheEventIDAsINTID) {
  bench.map_device(0x20, 16);
  bench.issue({{.opcode = ItsOpcode::MAPI, .DeviceID = 0x20, .EventID = 9001, .ICID = 1}});
  bench.configure(9001, enabled);
  bench.doorbell(0x20, 9001);
  settle();
  EXPECT_EQ(bench.acknowledge(1), 9001u);
}

TEST_F(ItsCommandQueue, DISCARDEndsTheMappingAndThePendingState) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  bench.doorbell(DeviceID, 0);
  settle();
  bench.issue({of_event(ItsOpcode::DISCARD, 0), {.opcode = ItsOpcode::SYNC}});
  bench.write_icc(0, ICC_IGRPEN1_EL1, 1);
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  EXPECT_EQ(bench.counter("redistributor0.cleared"), 1u);
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(drops("UNMAPPED_INTERRUPT"), 1u);
  bench.issue({of_event(ItsOpcode::DISCARD, 0)});
  EXPECT_EQ(errors("UNMAPPED_INTERRUPT"), 1u);
}

TEST_F(ItsCommandQueue, INTMakesAnLpiPending) {
  bench.issue({of_event(ItsOpcode::INT, 2), {.opcode = ItsOpcode::SYNC}});
  EXPECT_EQ(bench.acknowledge(0), lpi + 2);
  EXPECT_EQ(bench.counter("redistributor0.by_INT.made_pending"), 1u);
  EXPECT_EQ(bench.counter("redistributor0.by_doorbell.made_pending"), 0u);
}

TEST_F(ItsCommandQueue, CLEARTakesItBack) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  bench.doorbell(DeviceID, 2);
  settle();
  bench.issue({of_event(ItsOpcode::CLEAR, 2), {.opcode = ItsOpcode::SYNC}});
  bench.write_icc(0, ICC_IGRPEN1_EL1, 1);
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  bench.doorbell(DeviceID, 2);
  settle();
  EXPECT_EQ(bench.acknowledge(0), lpi + 2) << "the mapping stays";
}

TEST_F(ItsCommandQueue, ErrorsOfCommandsThatNameAnEvent) {
  for (const ItsOpcode opcode :
       {ItsOpcode::INT, ItsOpcode::CLEAR, ItsOpcode::INV, ItsOpcode::MOVI, ItsOpcode::DISCARD}) {
    bench.issue({of_event(opcode, 20), of_event(opcode, 40), {.opcode = opcode, .DeviceID = 0x11}});
  }
  EXPECT_EQ(errors("UNMAPPED_INTERRUPT"), 5u);
  EXPECT_EQ(errors("ID_OOR"), 5u);
  EXPECT_EQ(errors("UNMAPPED_DEVICE"), 5u);
  bench.issue({of_event(ItsOpcode::MOVI, 0, 7), of_event(ItsOpcode::MOVI, 0, 9000)});
  EXPECT_EQ(errors("UNMAPPED_COLLECTION"), 1u);
  EXPECT_EQ(errors("COLLECTION_OOR"), 1u);
  bench.issue(
      {{.opcode = ItsOpcode::INVALL, .ICID = 7}, {.opcode = ItsOpcode::INVALL, .ICID = 9000}});
  EXPECT_EQ(errors("UNMAPPED_COLLECTION"), 2u);
  EXPECT_EQ(errors("COLLECTION_OOR"), 2u);
  bench.issue({{.opcode = ItsOpcode::SYNC, .RDbase = 9}});
  EXPECT_EQ(errors("RDBASE_OOR"), 1u);
}

TEST_F(ItsCommandQueue, MOVISendsFurtherMsisElsewhere) {
  bench.issue({of_event(ItsOpcode::MOVI, 0, 1), {.opcode = ItsOpcode::SYNC, .RDbase = 0}});
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  EXPECT_EQ(bench.acknowledge(1), lpi);
}

TEST_F(ItsCommandQueue, MOVITakesAPendingLpiAlong) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  bench.doorbell(DeviceID, 0);
  settle();
  bench.issue({of_event(ItsOpcode::MOVI, 0, 1),
               {.opcode = ItsOpcode::SYNC, .RDbase = 0},
               {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  EXPECT_EQ(bench.acknowledge(1), lpi);
  bench.write_icc(0, ICC_IGRPEN1_EL1, 1);
  EXPECT_EQ(bench.acknowledge(0), 1023u) << "delivered once";
  EXPECT_EQ(bench.counter("redistributor0.moved_out"), 1u);
  EXPECT_EQ(bench.counter("redistributor1.moved_in"), 1u);
  EXPECT_EQ(bench.counter("redistributor1.by_doorbell.made_pending"), 0u) << "not a new one";
}

TEST_F(ItsCommandQueue, MOVALLTakesAllPendingLpisAlong) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  for (std::uint32_t event = 0; event < 8; ++event)
    bench.doorbell(DeviceID, event);
  settle();
  bench.issue({{.opcode = ItsOpcode::MOVALL, .RDbase = 0, .RDbase2 = 1},
               {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  EXPECT_EQ(bench.counter("redistributor1.moved_in"), 8u);
  for (int i = 0; i < 8; ++i) {
    const std::uint32_t INTID = bench.acknowledge(1);
    EXPECT_GE(INTID, lpi);
    EXPECT_LT(INTID, lpi + 8);
    bench.end(1, INTID);
  }
}

TEST_F(ItsCommandQueue, MOVALLOfNoneOrToItselfIsDoneAtOnce) {
  bench.issue({{.opcode = ItsOpcode::MOVALL, .RDbase = 0, .RDbase2 = 1},
               {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  EXPECT_EQ(bench.counter("redistributor0.moved_out"), 0u);
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  bench.doorbell(DeviceID, 5);
  settle();
  bench.issue({{.opcode = ItsOpcode::MOVALL, .RDbase = 0, .RDbase2 = 0},
               {.opcode = ItsOpcode::SYNC, .RDbase = 0}});
  EXPECT_EQ(bench.counter("redistributor0.moved_out"), 0u);
  bench.issue({{.opcode = ItsOpcode::MOVALL, .RDbase = 0, .RDbase2 = 1},
               {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  EXPECT_EQ(bench.acknowledge(1), lpi + 5) << "one";
}

TEST_F(ItsCommandQueue, MOVALLMovesWhatWasPendingWhenItBegan) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> events;
  for (std::uint32_t i = 0; i < 2000; ++i)
    events.emplace_back(DeviceID, i % 8);
  bench.send_stream(events, 10 * nanosecond);
  bench.advance(5 * microsecond);
  bench.post({{.opcode = ItsOpcode::MOVALL, .RDbase = 0, .RDbase2 = 1}});
  bench.advance(5 * microsecond);
  ASSERT_LT(bench.streamed, events.size()) << "doorbells keep coming";
  EXPECT_EQ(bench.read(bench.gits, 0x90, 4), bench.read(bench.gits, 0x88, 4)) << "it has ended";
  EXPECT_EQ(bench.counter("redistributor0.moved_out"), 8u);
  bench.advance(20 * microsecond);
  EXPECT_EQ(bench.counter("redistributor0.moved_out"), 8u) << "later ones stay";
  EXPECT_EQ(bench.gic.redistributor(0).lpis().pending(), 8u);
}

TEST_F(ItsCommandQueue, MSIsInFlightWhileMOVIRunsAreDeliveredOnce) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> events;
  for (std::uint32_t event = 0; event < 8; ++event)
    events.emplace_back(DeviceID, event);
  bench.send_stream(events, 10 * nanosecond);
  std::vector<ItsCommand> moves;
  for (std::uint32_t event = 0; event < 8; ++event) {
    moves.push_back(of_event(ItsOpcode::MOVI, event, 1));
    moves.push_back({.opcode = ItsOpcode::SYNC, .RDbase = 0});
  }
  moves.push_back({.opcode = ItsOpcode::SYNC, .RDbase = 1});
  bench.issue(moves);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 1023u) << "nothing stays behind";
  for (int i = 0; i < 8; ++i) {
    const std::uint32_t INTID = bench.acknowledge(1);
    EXPECT_NE(INTID, 1023u);
    bench.end(1, INTID);
  }
  EXPECT_EQ(bench.acknowledge(1), 1023u);
}

TEST_F(ItsCommandQueue, AfterDISCARDAndSYNCNothingInFlightComesThrough) {
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  bench.memory.latency = 500 * nanosecond;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> events;
  for (std::uint32_t event = 0; event < 8; ++event)
    events.emplace_back(DeviceID, event);
  bench.send_stream(events, 0);
  std::vector<ItsCommand> commands;
  for (std::uint32_t event = 0; event < 8; ++event)
    commands.push_back(of_event(ItsOpcode::DISCARD, event));
  commands.push_back({.opcode = ItsOpcode::SYNC, .RDbase = 0});
  bench.issue(commands);
  bench.advance(20 * microsecond);
  bench.write_icc(0, ICC_IGRPEN1_EL1, 1);
  EXPECT_EQ(bench.acknowledge(0), 1023u);
  EXPECT_EQ(bench.counter("its.doorbells"),
            bench.counter("its.sent") + bench.counter("its.dropped"));
}

TEST_F(ItsCommandQueue, UnknownCommandsAreIgnored) {
  bench.issue({{.opcode = static_cast<ItsOpcode>(0x2A)},
               of_event(ItsOpcode::INT, 1),
               {.opcode = ItsOpcode::SYNC}});
  EXPECT_EQ(errors("COMMAND_UNKNOWN"), 1u);
  EXPECT_EQ(bench.acknowledge(0), lpi + 1);
}

TEST_F(ItsCommandQueue, AQueueThatCantBeReadStalls) {
  bench.memory.faulty = queue_base + 0x1000 * ((bench.read(bench.gits, 0x90, 4)) / 0x1000);
  bench.issue({{.opcode = ItsOpcode::SYNC}});
  EXPECT_EQ(bench.read(bench.gits, 0x90, 4) & 1, 1u);
  bench.memory.faulty = ~0ULL;
  bench.write(bench.gits, 0x88, 4, bench.read(bench.gits, 0x88, 4) | 1);  // Retry
  settle();
  EXPECT_EQ(bench.read(bench.gits, 0x90, 4), bench.read(bench.gits, 0x88, 4));
}

TEST_F(ItsCommandQueue, TablesThatCantBeReadAreErrors) {
  bench.memory.faulty = device_table;
  bench.doorbell(0x20, 0);
  settle();
  EXPECT_EQ(drops("MEMORY_FAULT"), 1u);
  bench.issue({{.opcode = ItsOpcode::INT, .DeviceID = 0x21}});
  EXPECT_EQ(errors("MEMORY_FAULT"), 1u);
}

TEST_F(ItsCommandQueue, ADisabledITSIgnoresDoorbells) {
  bench.write(bench.gits, 0, 4, 0);
  EXPECT_EQ(bench.read(bench.gits, 0, 4), 0x80000000u);
  EXPECT_TRUE(bench.doorbell(DeviceID, 0));
  settle();
  EXPECT_EQ(drops("ITS_DISABLED"), 1u);
}

TEST_F(ItsCommandQueue, DevicesReachOnlyTheirOwnEvents) {
  bench.map_device(0x11);
  bench.configure(9100, enabled);
  bench.map_event(0x11, 3, 9100);
  bench.doorbell(0x11, 4);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 1023u) << "event 4 is of another device";
  bench.doorbell(0x11, 3);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 9100u);
  bench.end(0, 9100);
  bench.doorbell(DeviceID, 3);
  settle();
  EXPECT_EQ(bench.acknowledge(0), lpi + 3);
}

TEST_F(ItsCommandQueue, DroppedMsisCountTheirReasons) {
  bench.doorbell(0xFFFF, 0);
  bench.doorbell(DeviceID, 100);
  bench.doorbell(DeviceID, 20);
  settle();
  EXPECT_EQ(drops("DEVICE_OOR"), 1u);
  EXPECT_EQ(drops("ID_OOR"), 1u);
  EXPECT_EQ(drops("UNMAPPED_INTERRUPT"), 1u);
  EXPECT_EQ(bench.counter("its.dropped"), 3u);
  EXPECT_EQ(bench.counter("its.doorbells"), 3u);
}

TEST_F(ItsCommandQueue, AReadThatOverlapsAChangeIsntCached) {
  bench.memory.latency = 10 * microsecond;
  bench.send_stream({{DeviceID, 0}}, 0);
  bench.advance(microsecond);  // the old entry is on its way
  bench.memory.latency = 100 * nanosecond;
  bench.configure(9000, enabled);
  bench.map_event(DeviceID, 0, 9000);
  bench.sync();
  EXPECT_EQ(bench.acknowledge(0), lpi);
  bench.end(0, lpi);
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(bench.acknowledge(0), 9000u);
}

TEST_F(ItsCommandQueue, TablesThatMovedAreReadAnew) {
  constexpr std::uint64_t valid = 1ULL << 63 | 2 << 8, elsewhere = 0x5030'0000;
  bench.doorbell(DeviceID, 0);
  settle();
  ASSERT_EQ(bench.acknowledge(0), lpi);
  bench.end(0, lpi);
  bench.write(bench.gits, 0, 4, 0);
  bench.write(bench.gits, 0x0108, 8, valid | elsewhere);  // collections
  bench.write(bench.gits, 0, 4, 1);
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(drops("UNMAPPED_COLLECTION"), 1u) << "software hands over a table of zeros";
  bench.write(bench.gits, 0, 4, 0);
  bench.write(bench.gits, 0x0100, 8, valid | elsewhere);
  bench.write(bench.gits, 0, 4, 1);
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(drops("UNMAPPED_DEVICE"), 1u);
  EXPECT_EQ(bench.acknowledge(0), 1023u);
}

/// An LPI credit and a slow redistributor: the second MSI is translated and can't leave the ITS for
/// a while.
class ItsCommandRace : public testing::Test {
 protected:
  static GicParameters slow() {
    GicParameters parameters;
    parameters.its.lpi_credits = 1;
    parameters.redistributor.pipeline_cycles = 3000;
    return parameters;
  }
  void SetUp() override {
    bench.bring_up();
    bench.map_device(DeviceID);
    for (std::uint32_t event = 0; event < 2; ++event) {
      bench.map_event(DeviceID, event, lpi + event);
      bench.configure(lpi + event, enabled);
    }
    bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
    bench.doorbell(DeviceID, 0);
    bench.doorbell(DeviceID, 1);
    bench.advance(microsecond);
    EXPECT_EQ(bench.counter("its.sent"), 1u) << "the other one waits for a credit";
  }
  /// What processor `i` finds pending.
  std::vector<std::uint32_t> pending_at(unsigned i) {
    bench.advance(20 * microsecond);
    bench.write_icc(i, ICC_IGRPEN1_EL1, 1);
    std::vector<std::uint32_t> found;
    for (std::uint32_t INTID; (INTID = bench.acknowledge(i)) != 1023u; bench.end(i, INTID))
      found.push_back(INTID);
    return found;
  }
  Bench bench{slow()};
};

TEST_F(ItsCommandRace, DISCARDClearsAnLpiThatWasOnItsWay) {
  bench.issue({{.opcode = ItsOpcode::DISCARD, .DeviceID = DeviceID, .EventID = 1},
               {.opcode = ItsOpcode::SYNC}});
  EXPECT_EQ(pending_at(0), (std::vector<std::uint32_t>{lpi}));
}

TEST_F(ItsCommandRace, MOVITakesAnLpiAlongThatWasOnItsWay) {
  bench.issue({{.opcode = ItsOpcode::MOVI, .DeviceID = DeviceID, .EventID = 1, .ICID = 1},
               {.opcode = ItsOpcode::SYNC, .RDbase = 0},
               {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  EXPECT_EQ(pending_at(0), (std::vector<std::uint32_t>{lpi}));
  EXPECT_EQ(pending_at(1), (std::vector<std::uint32_t>{lpi + 1}));
}

TEST_F(ItsCommandRace, SYNCWaitsForWhatWasTranslatedBefore) {
  bench.issue({{.opcode = ItsOpcode::SYNC, .RDbase = 0}});
  EXPECT_EQ(bench.counter("redistributor0.by_doorbell.made_pending"), 2u);
}

TEST_F(ItsCommandRace, MAPDWaitsForReadersOfTheOldTable) {
  bench.memory.latency = 10 * microsecond;
  bench.map_device(DeviceID + 1);  // evicts nothing; its DTE isn't cached
  bench.memory.latency = 100 * microsecond;
  bench.send_stream({{DeviceID + 1, 3}}, 0);
  bench.advance(20 * microsecond);
  bench.memory.latency = 100 * nanosecond;
  bench.issue({{.opcode = ItsOpcode::MAPD, .DeviceID = DeviceID + 1, .V = false}});
  EXPECT_EQ(bench.counter("its.dropped"), 1u)
      << "CREADR passes MAPD only when no walk reads its ITT any more";
}

TEST(ItsCommandQueueStall, ACommandErrorStallsWhenConfiguredSo) {
  GicParameters parameters;
  parameters.its.stall_on_command_error = true;
  Bench bench(parameters);
  bench.bring_up();
  const std::uint64_t before = bench.read(bench.gits, 0x90, 4);
  bench.issue({{.opcode = ItsOpcode::INT, .DeviceID = 1}, {.opcode = ItsOpcode::SYNC}});
  EXPECT_EQ(bench.read(bench.gits, 0x90, 4), before | 1);
}

TEST(ItsAccess, OnlyGITS_TRANSLATERIsADoorbell) {
  Bench bench;
  bench.bring_up();
  EXPECT_EQ(bench.read(*bench.device, 0x40, 4), 0u) << "WO";
  EXPECT_TRUE(bench.write(*bench.device, 0x44, 4, 0)) << "RES0";
  EXPECT_EQ(bench.counter("its.doorbells"), 0u);
  EXPECT_FALSE(bench.write(*bench.device, 0x40, 8, 0)) << "GITS_TRANSLATER has 32 bits";
  EXPECT_EQ(bench.counter("its.bad_accesses"), 1u);
}

}  // namespace
}  // namespace doorbell::gic::test
