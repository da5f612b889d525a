// Table entries that a command has overtaken, LPIs that a command moves, and what commands leave
// alone.
#include <gtest/gtest.h>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr std::uint32_t DeviceID = 0x10;
constexpr std::uint32_t lpi = 8200;

class ItsOvertaken : public testing::Test {
 protected:
  void SetUp() override {
    bench.bring_up();
    bench.map_device(DeviceID);
    for (std::uint32_t event = 0; event < 2; ++event) {
      bench.map_event(DeviceID, event, lpi + event);
      bench.configure(lpi + event, 0xA3);
    }
    bench.advance(100 * microsecond);  // the Pending tables have been read
  }
  void settle() { bench.advance(2 * microsecond); }
  /// Sends an MSI whose next table read samples now and arrives after the commands.
  void overtake(std::uint32_t device, const std::vector<ItsCommand>& commands) {
    bench.memory.latency = 10 * microsecond;
    bench.send_stream({{device, 0}}, 0);
    bench.advance(microsecond);
    bench.memory.latency = 100 * nanosecond;
    bench.issue(commands);
    bench.sync();
    settle();
  }
  /// Takes what is pending at processor `i`.
  std::vector<std::uint32_t> taken_at(unsigned i) {
    std::vector<std::uint32_t> taken;
    for (std::uint32_t INTID; (INTID = bench.acknowledge(i)) != 1023u; bench.end(i, INTID))
      taken.push_back(INTID);
    return taken;
  }
  static ItsCommand map_collection(std::uint64_t RDbase) {
    return {.opcode = ItsOpcode::MAPC, .ICID = 0, .RDbase = RDbase, .V = true};
  }
  using Taken = std::vector<std::uint32_t>;
  Bench bench;
};

TEST_F(ItsOvertaken, ACollectionEntryIsUsedOnce) {
  bench.doorbell(DeviceID, 0);
  settle();
  ASSERT_EQ(taken_at(0), Taken{lpi});  // the event is cached
  bench.issue({map_collection(0)});    // and its collection isn't
  overtake(DeviceID, {map_collection(1)});
  EXPECT_EQ(taken_at(0), Taken{lpi}) << "the one that was translated before";
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(taken_at(1), Taken{lpi});
}

TEST_F(ItsOvertaken, ADeviceEntryIsUsedOnce) {
  bench.map_device(DeviceID);  // it isn't cached now, nor are its events
  overtake(DeviceID, {{.opcode = ItsOpcode::MAPD,
                       .DeviceID = DeviceID,
                       .ITT_addr = itts + 0x80'0000,  // all zeros
                       .Size = 4,
                       .V = true}});
  EXPECT_EQ(taken_at(0), Taken{lpi});
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(taken_at(0), Taken{});
  EXPECT_EQ(bench.counter("its.dropped_for.UNMAPPED_INTERRUPT"), 1u);
}

TEST_F(ItsOvertaken, MAPDLeavesEventsOfOtherDevices) {
  bench.doorbell(DeviceID, 0);
  settle();
  ASSERT_EQ(taken_at(0), Taken{lpi});
  bench.map_device(DeviceID + 1);
  const std::uint64_t reads = bench.memory.its_reads;
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(taken_at(0), Taken{lpi});
  EXPECT_EQ(bench.memory.its_reads, reads) << "still cached";
}

// What a table holds is what software has written there, by whatever way.
TEST_F(ItsOvertaken, ACollectionOfAProcessorThatIsNotThereIsUnmapped) {
  bench.issue({map_collection(0)});
  const unsigned bytes = ItsParameters{}.collection_entry_bytes;
  const ItsEntryBytes entry = encode(CollectionEntry{true, 2}, bytes);
  bench.memory.poke(collection_table, std::span(entry.data(), bytes));
  bench.doorbell(DeviceID, 0);
  settle();
  EXPECT_EQ(bench.counter("its.dropped_for.UNMAPPED_COLLECTION"), 1u);
}

TEST_F(ItsOvertaken, MOVIWithinItsProcessorLeavesAnLpiInItsPlace) {
  bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 5, .RDbase = 0, .V = true}});
  bench.write_icc(0, ICC_IGRPEN1_EL1, 0);
  for (const std::uint32_t event : {0u, 1u}) {
    bench.doorbell(DeviceID, event);
    settle();
  }
  bench.issue({{.opcode = ItsOpcode::MOVI, .DeviceID = DeviceID, .EventID = 0, .ICID = 5}});
  bench.sync();
  bench.write_icc(0, ICC_IGRPEN1_EL1, 1);
  EXPECT_EQ(taken_at(0), (Taken{lpi, lpi + 1}));
  EXPECT_EQ(bench.counter("redistributor0.moved_out"), 0u);
}

TEST_F(ItsOvertaken, AMovedLpiThatIsPendingThereIsCountedAsMoved) {
  for (unsigned i = 0; i < 2; ++i) {
    bench.write_icc(i, ICC_IGRPEN1_EL1, 0);
    bench.issue({map_collection(i)});
    bench.doorbell(DeviceID, 0);
    settle();
  }
  bench.issue({{.opcode = ItsOpcode::MOVALL, .RDbase = 0, .RDbase2 = 1}});
  bench.sync();
  EXPECT_EQ(bench.counter("redistributor1.moved_in_coalesced"), 1u);
  EXPECT_EQ(bench.counter("redistributor1.by_doorbell.coalesced"), 0u);
  bench.write_icc(1, ICC_IGRPEN1_EL1, 1);
  EXPECT_EQ(taken_at(1), Taken{lpi});
}

// A redistributor has room for as many LPIs as it has given credits for, from whomever they come.
TEST(ItsCredits, AnLpiOfACommandTakesOneLikeAnMsi) {
  GicParameters parameters;
  parameters.its.lpi_credits = 1;
  parameters.redistributor.pipeline_cycles = 3000;
  Bench bench(parameters);
  bench.bring_up();
  bench.map_device(DeviceID);
  for (std::uint32_t event = 0; event < 2; ++event)
    bench.map_event(DeviceID, event, lpi + event);
  bench.advance(100 * microsecond);
  bench.doorbell(DeviceID, 0);
  bench.post({{.opcode = ItsOpcode::INT, .DeviceID = DeviceID, .EventID = 1}});
  bench.advance(2 * microsecond);
  EXPECT_NE(bench.read(bench.gits, 0x90, 4), bench.read(bench.gits, 0x88, 4))
      << "INT waits for the credit of the MSI";
  bench.advance(10 * microsecond);
  EXPECT_EQ(bench.read(bench.gits, 0x90, 4), bench.read(bench.gits, 0x88, 4));
}

}  // namespace
}  // namespace doorbell::gic::test
