// Closed forms of what moves LPIs (docs/timing.md): MOVALL, and a redistributor's Pending table.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr Time cycle = nanosecond;  // of the default 1 GHz
constexpr Time latency = 100 * nanosecond;
constexpr std::uint32_t DeviceID = 0x10;
constexpr std::uint32_t lpi = 8200;
constexpr Time link = 4 * cycle, pipeline = 4 * cycle;
/// A question to a redistributor and its answer.
constexpr Time round = 2 * link + pipeline;
constexpr unsigned burst_bits = 64 * 8;
constexpr std::uint64_t pending_table_bursts = (65536 - first_lpi) / burst_bits;

class LpiTraffic : public testing::Test {
 protected:
  explicit LpiTraffic(const GicParameters& parameters = {}) : bench(parameters) {}
  void SetUp() override {
    bench.bring_up();
    bench.advance(100 * microsecond);  // the Pending tables have been read
    bench.map_device(DeviceID);
  }
  /// From now until `happened`, to the cycle.
  template <class Condition>
  Time time_until(Condition happened) {
    const Time start = bench.time();
    while (!happened() && bench.time() < start + 100 * microsecond)
      bench.advance(cycle);
    return bench.time() - start;
  }
  /// GICR_CTLR of redistributor 0, written when the simulation goes on.
  void write_CTLR_later(std::uint8_t value) { bench.spawn(write_CTLR(value)); }
  Task<void> write_CTLR(std::uint8_t value) {
    PayloadReference payload = bench.simulation().payloads().take(tlm::TLM_WRITE_COMMAND, 0, 4);
    std::ranges::fill(payload->data(), std::uint8_t{0});
    payload->data()[0] = value;
    co_await bench.gicr[0]->transport(*payload);
  }
  std::uint64_t of(unsigned redistributor, const std::string& counter) const {
    return bench.counter("redistributor" + std::to_string(redistributor) + "." + counter);
  }
  /// Events 0 to count - 1 are `lpi` and those behind it, with this configuration, which is cached.
  void make_pending(unsigned count, std::uint8_t configuration) {
    for (std::uint32_t event = 0; event < count; ++event) {
      bench.configure(lpi + event, configuration);
      bench.map_event(DeviceID, event, lpi + event);
      bench.doorbell(DeviceID, event);
      bench.advance(microsecond);
    }
  }
  Bench bench;
};

// A question and its answer for each, and one more answer that says that there is none; each LPI
// leaves for its new redistributor when its answer is there.
TEST_F(LpiTraffic, MOVALLTakesTwoLinksAndAPipelineForEach) {
  constexpr unsigned count = 20;
  make_pending(count, 0xA2);
  bench.map_event(DeviceID, 31, 9000);
  bench.doorbell(DeviceID, 31);
  bench.post_later({{.opcode = ItsOpcode::CLEAR, .DeviceID = DeviceID, .EventID = 31}});
  bench.advance(5 * microsecond);
  const std::uint64_t raised = of(0, "by_INT.made_pending");
  bench.post_later({{.opcode = ItsOpcode::INT, .DeviceID = DeviceID, .EventID = 31}});
  const Time alone = time_until([&] { return of(0, "by_INT.made_pending") > raised; });
  bench.post_later({{.opcode = ItsOpcode::CLEAR, .DeviceID = DeviceID, .EventID = 31}});
  bench.advance(5 * microsecond);
  bench.post_later({{.opcode = ItsOpcode::MOVALL, .RDbase = 0, .RDbase2 = 1}});
  const Time first = time_until([&] { return of(1, "moved_in") == 1; });
  EXPECT_EQ(first - alone, round) << "then as an INT: a link and a pipeline";
  for (unsigned i = 2; i <= count; ++i)
    EXPECT_EQ(time_until([&] { return of(1, "moved_in") == i; }), round) << i;
}

// What is behind it in the queue waits for all of them, and for the answer that there are no more.
TEST_F(LpiTraffic, MOVALLHoldsTheQueueUntilThereAreNoMore) {
  const ItsCommand INT{.opcode = ItsOpcode::INT, .DeviceID = DeviceID, .EventID = 31};
  const ItsCommand CLEAR{.opcode = ItsOpcode::CLEAR, .DeviceID = DeviceID, .EventID = 31};
  bench.map_event(DeviceID, 31, 9000);
  /// Of a MOVALL and an INT behind it, until the INT's LPI is pending.
  const auto time_with = [&](unsigned to) {
    const std::uint64_t raised = of(0, "by_INT.made_pending");
    bench.post_later({{.opcode = ItsOpcode::MOVALL, .RDbase = 0, .RDbase2 = to}, INT});
    const Time taken = time_until([&] { return of(0, "by_INT.made_pending") > raised; });
    bench.issue({CLEAR, {.opcode = ItsOpcode::SYNC}});
    bench.advance(microsecond);
    return taken;
  };
  for (const unsigned count : {0u, 1u, 9u}) {
    make_pending(count, 0xA2);
    bench.issue({INT, CLEAR, {.opcode = ItsOpcode::SYNC}});  // INT's event is cached
    bench.advance(microsecond);
    const Time to_itself = time_with(0);
    EXPECT_EQ(time_with(1) - to_itself, (count + 1) * round) << count;
  }
}

// EnableLPIs 0 to 1: one burst of 64 bytes after another, and the configuration of what is found.
TEST_F(LpiTraffic, EnablingReadsThePendingTableBurstByBurst) {
  bench.write(*bench.gicr[0], 0x0000, 4, 0);
  bench.advance(100 * microsecond);
  const auto enabled_with = [&](unsigned burst) {
    const std::uint32_t INTID = first_lpi + burst * burst_bits + 5;
    bench.configure(INTID, 0xA3);
    bench.memory.poke(pending_tables + INTID / 8, 1 << (INTID % 8));
    const std::uint64_t reads = bench.memory.lpi_reads;
    write_CTLR_later(1);
    const Time line = time_until([&] { return bench.processors[0]->irq; });
    bench.advance(100 * microsecond);
    EXPECT_EQ(bench.memory.lpi_reads - reads, pending_table_bursts + 1);
    EXPECT_EQ(bench.acknowledge(0), INTID);
    bench.end(0, INTID);
    bench.write(*bench.gicr[0], 0x0000, 4, 0);
    bench.advance(100 * microsecond);
    return line;
  };
  const Time first = enabled_with(0);
  EXPECT_EQ(enabled_with(7) - first, 7 * latency);
  EXPECT_EQ(enabled_with(pending_table_bursts - 1) - first, (pending_table_bursts - 1) * latency);
}

// With PTZ software says that it is zero: nothing is read.
TEST_F(LpiTraffic, EnablingWithPTZReadsNothing) {
  bench.write(*bench.gicr[0], 0x0000, 4, 0);
  bench.advance(100 * microsecond);
  const std::uint64_t reads = bench.memory.lpi_reads;
  bench.bring_up_redistributor(0, true);
  bench.advance(100 * microsecond);
  EXPECT_EQ(bench.memory.lpi_reads, reads);
}

// EnableLPIs 1 to 0: all of the table is written, burst by burst, and RWP says so meanwhile.
TEST_F(LpiTraffic, DisablingWritesThePendingTableBurstByBurst) {
  const std::uint64_t writes = bench.memory.lpi_writes;
  write_CTLR_later(0);
  const Time first = time_until([&] { return bench.memory.lpi_writes == writes + 1; });
  const Time last =
      time_until([&] { return bench.memory.lpi_writes == writes + pending_table_bursts; });
  EXPECT_EQ(last, (pending_table_bursts - 1) * latency) << first;
  EXPECT_EQ(bench.read(*bench.gicr[0], 0x0000, 4) >> 3 & 1, 1u) << "RWP, with the last under way";
  bench.advance(microsecond);
  EXPECT_EQ(bench.read(*bench.gicr[0], 0x0000, 4) >> 3 & 1, 0u) << "a microsecond later";
  EXPECT_EQ(bench.memory.lpi_writes, writes + pending_table_bursts);
}

/// Room for four pending LPIs; event i has a priority of 0xF0 - 8 * i, and none is taken.
class SpilledLpis : public LpiTraffic {
 protected:
  static GicParameters small() {
    GicParameters parameters;
    parameters.redistributor.lpi_cache_entries = 4;
    return parameters;
  }
  SpilledLpis() : LpiTraffic(small()) {}
  void SetUp() override {
    LpiTraffic::SetUp();
    bench.write_icc(0, ICC_PMR_EL1, 0);
    for (std::uint32_t event = 0; event < 12; ++event) {
      bench.configure(lpi + event, static_cast<std::uint8_t>(0xF0 - 8 * event) | 3);
      bench.map_event(DeviceID, event, lpi + event);
    }
  }
  void raise_later(std::uint32_t event) {
    bench.post_later({{.opcode = ItsOpcode::INT, .DeviceID = DeviceID, .EventID = event}});
  }
  void raise(std::uint32_t event) {
    raise_later(event);
    bench.advance(5 * microsecond);
  }
  bool in_memory(std::uint32_t INTID) const {
    return (bench.memory.peek(pending_tables + INTID / 8) >> (INTID % 8) & 1) != 0;
  }
};

// One that has no room is a byte read and written: two latencies.
TEST_F(SpilledLpis, OneThatSpillsIsAReadAndAWrite) {
  for (std::uint32_t event = 0; event < 4; ++event)
    raise(event);
  const std::uint64_t reads = bench.memory.lpi_reads, writes = bench.memory.lpi_writes;
  raise_later(4);
  const Time known = time_until([&] { return of(0, "spilled") == 1; });
  EXPECT_EQ(bench.memory.lpi_reads - reads, 2u) << "its configuration, and the byte";
  EXPECT_EQ(time_until([&] { return in_memory(lpi); }), 2 * latency) << known;
  EXPECT_EQ(bench.memory.lpi_reads - reads, 2u);
  EXPECT_EQ(bench.memory.lpi_writes - writes, 1u);
}

// One that comes back is offered at once; its bit goes meanwhile. The table has one user: bits of
// several follow each other.
TEST_F(SpilledLpis, OneThatComesBackCostsNoTimeButItsBit) {
  for (std::uint32_t event = 0; event < 6; ++event)
    raise(event);
  ASSERT_TRUE(in_memory(lpi) && in_memory(lpi + 1));
  const std::uint64_t reads = bench.memory.lpi_reads, writes = bench.memory.lpi_writes;
  bench.post_later({{.opcode = ItsOpcode::CLEAR, .DeviceID = DeviceID, .EventID = 4},
                    {.opcode = ItsOpcode::CLEAR, .DeviceID = DeviceID, .EventID = 5}});
  time_until([&] { return of(0, "refilled") == 1; });
  EXPECT_EQ(time_until([&] { return !in_memory(lpi + 1); }), 2 * latency);
  EXPECT_EQ(of(0, "refilled"), 2u);
  EXPECT_EQ(time_until([&] { return !in_memory(lpi); }), 2 * latency);
  EXPECT_EQ(bench.memory.lpi_reads - reads, 2u);
  EXPECT_EQ(bench.memory.lpi_writes - writes, 2u);
}

/// Room for four pending LPIs and as many changes of the table.
class CrowdedPendingTable : public LpiTraffic {
 protected:
  static constexpr unsigned room = 4, messages = 200;
  static GicParameters crowded() {
    GicParameters parameters;
    parameters.redistributor.lpi_cache_entries = room;
    parameters.redistributor.pending_table_changes = room;
    return parameters;
  }
  CrowdedPendingTable() : LpiTraffic(crowded()) {}
  std::uint64_t most_that_waited() const {
    return dynamic_cast<const QueueStatistics&>(*bench.simulation().statistics().find(
                                                    "bench.gic.redistributor0.pending_table_queue"))
        .high_water_mark();
  }
  static constexpr std::uint32_t many = 0x20;  ///< a DeviceID
};

// What changes the table waits for it: messages with their credits, so that the ITS stands still,
// and LPIs that would come back. None is lost.
TEST_F(CrowdedPendingTable, HoldsUpWhatWouldChangeIt) {
  bench.write_icc(0, ICC_PMR_EL1, 0);
  bench.map_device(many, 8);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> events;
  for (std::uint32_t event = 0; event < messages; ++event) {
    bench.configure(lpi + event, 0xA3);
    bench.map_event(many, event, lpi + event);
    events.emplace_back(many, event);
  }
  bench.send_stream(events, 10 * cycle);
  bench.advance(messages * 10 * cycle);
  EXPECT_LT(bench.counter("its.sent"), messages / 2) << "two latencies each";
  bench.advance(messages * 3 * latency);
  EXPECT_EQ(of(0, "by_doorbell.made_pending"), messages);
  const unsigned credits = GicParameters{}.its.lpi_credits;
  EXPECT_LE(most_that_waited(), room + credits);
  bench.write_icc(0, ICC_PMR_EL1, 0xF0);
  std::set<std::uint32_t> taken;
  for (unsigned i = 0; i < messages * 30 && taken.size() < messages; ++i) {
    const std::uint32_t INTID = bench.acknowledge(0);
    if (INTID == 1023) continue;
    EXPECT_TRUE(taken.insert(INTID).second) << INTID;
    bench.end(0, INTID);
  }
  EXPECT_EQ(taken.size(), messages);
  EXPECT_LE(most_that_waited(), room + credits);
  bench.advance(10 * microsecond);
  for (std::uint32_t event = 0; event < messages; ++event)
    EXPECT_EQ(bench.memory.peek(pending_tables + (lpi + event) / 8), 0) << event;
}

}  // namespace
}  // namespace doorbell::gic::test
