// Performance monitors: what they count equals the statistics, which count apart; their interrupts
// come at their time.
#include "tests/smmu/block/monitored.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t page = 0x4000'0000, target = 0xa000'0000;

SmmuParameters parameters() {
  SmmuParameters p;
  p.tcu.msi_device_id = 0x77;
  return p;
}

struct MonitoredBench : Bench {
  MonitoredBench() : Bench(parameters()) {}
  Monitored tbu{"monitored_tbu", parameters(), smmu.tbu()};
  Monitored tcu{"monitored_tcu", parameters(), smmu.tcu};
};

Task<void> run_some(MonitoredBench& b) {
  for (const std::uint32_t stream : {1u, 2u, 3u}) {
    b.translate_stream(stream, stream == 3 ? 6 : 5);  // walks of an ASID are merged
    for (unsigned i = 0; i < 3; ++i)
      b.map(page + i * 0x1000, target + i * 0x1000);
  }
  co_await b.enable();
}

/// Counters 0 and 1 of all streams, 2 and 3 of stream 2.
Task<void> counts_transactions_and_misses(MonitoredBench& b) {
  co_await run_some(b);
  co_await b.tbu.count(0, MonitorEvent::transaction);
  co_await b.tbu.count(1, MonitorEvent::tlb_miss);
  co_await b.tbu.count(2, MonitorEvent::transaction, 2);
  co_await b.tbu.count(3, MonitorEvent::tlb_miss, 2);
  for (unsigned i = 0; i < 6; ++i) {
    co_await b.dma_of({.stream = 1, .address = page + (i % 3) * 0x1000});
    co_await b.dma_of({.stream = 2, .address = page, .write = true});
  }
  co_await b.dma_of({.stream = 2, .address = 0x7000'0000});  // terminated
  const std::uint64_t transactions = co_await b.tbu.counter(0);
  const std::uint64_t misses = co_await b.tbu.counter(1);
  const std::uint64_t of_stream = co_await b.tbu.counter(2);
  const std::uint64_t misses_of_stream = co_await b.tbu.counter(3);
  EXPECT_EQ(transactions, 13u);
  EXPECT_EQ(transactions, b.counter("tbu.transactions"));
  EXPECT_EQ(misses, 5u);
  EXPECT_EQ(misses, b.counter("tbu.main_tlb", "misses"));
  EXPECT_EQ(of_stream, 7u);
  EXPECT_EQ(misses_of_stream, 2u);
  const std::uint64_t ceid = co_await b.tbu.read(CEID0);
  EXPECT_EQ(ceid, 0x07u);
}
TEST(SmmuPerformanceMonitor, OfATbuCountsTransactionsAndMisses) {
  MonitoredBench bench;
  bench.run(counts_transactions_and_misses(bench));
}

Task<void> counts_split_accesses_once(MonitoredBench& b) {
  co_await run_some(b);
  co_await b.tbu.count(0, MonitorEvent::transaction);
  co_await b.tbu.count(1, MonitorEvent::tlb_miss);
  co_await b.dma_of({.stream = 1, .address = page + 0xffc});
  EXPECT_EQ(b.counter("tbu.main_tlb", "misses"), 2u);
  co_await b.dma_of({.stream = 1, .address = page + 0x1ffc});  // its second half misses
  EXPECT_EQ(b.counter("tbu.main_tlb", "misses"), 3u);
  co_await b.dma_of({.stream = 1, .address = page + 0xffc});
  const std::uint64_t transactions = co_await b.tbu.counter(0);
  const std::uint64_t misses = co_await b.tbu.counter(1);
  EXPECT_EQ(transactions, 3u);
  EXPECT_EQ(misses, 2u);
}
TEST(SmmuPerformanceMonitor, CountsAnAccessAcrossPagesOnce) {
  MonitoredBench bench;
  bench.run(counts_split_accesses_once(bench));
}

Task<void> counts_merged_misses(MonitoredBench& b) {
  co_await run_some(b);
  co_await b.tbu.count(0, MonitorEvent::tlb_miss);
  std::array<Dma, 4> all;
  for (Dma& d : all) {
    d = {.stream = 1, .address = page};
    b.start(b.dma(d));
  }
  co_await b.sleep(10 * microsecond);
  EXPECT_EQ(b.counter("tbu.merged_misses"), 3u);
  const std::uint64_t misses = co_await b.tbu.counter(0);
  EXPECT_EQ(misses, 4u);
}
TEST(SmmuPerformanceMonitor, CountsMissesThatWaitForAnothers) {
  MonitoredBench bench;
  bench.run(counts_merged_misses(bench));
}

/// Each of them equals what the statistics say, which count apart.
Task<void> counts_requests_and_reads(MonitoredBench& b) {
  co_await run_some(b);
  using enum MonitorEvent;
  const MonitorEvent events[] = {transaction, tlb_miss, configuration_miss, table_access,
                                 configuration_access};
  for (unsigned i = 0; i < 5; ++i)
    co_await b.tcu.count(i, events[i]);
  co_await b.tcu.count(5, table_access, 3);
  std::array<Dma, 9> all;
  for (unsigned i = 0; i < all.size(); ++i) {
    all[i] = {.stream = 1 + i % 3, .address = page + (i / 3) * 0x1000};
    b.start(b.dma(all[i]));
  }
  co_await b.sleep(20 * microsecond);
  // Again from the walk caches, and one that the configuration ends.
  co_await b.command_and_sync(Command{.opcode = Opcode::CMD_CFGI_STE_RANGE, .range = 31});
  co_await b.dma_of({.stream = 1, .address = page});
  co_await b.dma_of({.stream = 9, .address = page});
  const std::uint64_t requests = co_await b.tcu.counter(0);
  const std::uint64_t misses = co_await b.tcu.counter(1);
  const std::uint64_t configuration_misses = co_await b.tcu.counter(2);
  const std::uint64_t reads = co_await b.tcu.counter(3);
  const std::uint64_t configuration_reads = co_await b.tcu.counter(4);
  const std::uint64_t reads_of_stream = co_await b.tcu.counter(5);
  std::uint64_t walks = 0, walk_reads = 0;
  for (unsigned n = 1; n <= 4; ++n) {
    const std::uint64_t of_length = b.counter("tcu.walks_of_" + std::to_string(n));
    walks += of_length;
    walk_reads += n * of_length;
  }
  EXPECT_EQ(requests, 11u);
  EXPECT_EQ(requests, b.counter("tcu.translated") + b.counter("tcu.terminated_recorded"));
  EXPECT_EQ(misses, walks + b.counter("tcu.merged_walks"));
  EXPECT_EQ(misses, 9u) << "the tenth is found in the walk caches";
  EXPECT_GT(b.counter("tcu.merged_walks"), 0u);
  EXPECT_EQ(reads, walk_reads);
  EXPECT_GT(reads_of_stream, 0u);
  EXPECT_LT(reads_of_stream, reads);
  EXPECT_EQ(configuration_misses, b.counter("tcu.configuration_cache", "misses"));
  EXPECT_EQ(configuration_reads, b.memory.count(1, Bench::stream_table, 0x8fff'ffff));
  const std::uint64_t ceid = co_await b.tcu.read(CEID0);
  EXPECT_EQ(ceid, 0x3fu);
}
TEST(SmmuPerformanceMonitor, OfATcuCountsRequestsMissesAndReads) {
  MonitoredBench bench;
  bench.run(counts_requests_and_reads(bench));
}

/// Linux starts counters half-way; here it is near.
Task<void> interrupts(MonitoredBench& b) {
  co_await run_some(b);
  co_await b.tbu.write(IRQ_CFG0, 0xb000'0040);
  co_await b.tbu.write(IRQ_CFG1, 0x1234, 4);
  co_await b.tbu.write(INTENSET0, 1);
  co_await b.tbu.write(IRQ_CTRL, 1, 4);
  co_await b.sleep(microsecond);
  std::uint64_t acknowledged = co_await b.tbu.read(IRQ_CTRLACK, 4);
  EXPECT_EQ(acknowledged, 1u);
  co_await b.tbu.count(0, MonitorEvent::transaction);
  co_await b.tbu.write(EVCNTR, ~0ULL - 1);
  co_await b.dma_of({.stream = 1, .address = page});
  EXPECT_TRUE(b.tbu.edges.empty());
  const Time before = b.now();
  co_await b.dma_of({.stream = 1, .address = page});
  co_await b.sleep(microsecond);
  EXPECT_EQ(b.tbu.edges, std::vector<Time>{before});
  EXPECT_EQ(b.memory.load(0xb000'0040, 4), 0x1234u);
  const auto& log = b.memory.log;
  const auto message =
      std::find_if(log.begin(), log.end(), [](const auto& a) { return a.address == 0xb000'0040; });
  EXPECT_EQ(message->device_id, 0x77u);
  const std::uint64_t overflows = co_await b.tbu.read(OVSSET0);
  EXPECT_EQ(overflows, 1u);
  EXPECT_TRUE(b.tcu.edges.empty());
}
TEST(SmmuPerformanceMonitor, TellsOfAnOverflowByAnEdgeAndAMessage) {
  MonitoredBench bench;
  bench.run(interrupts(bench));
}

Task<void> waits_for_its_messages(MonitoredBench& b) {
  co_await run_some(b);
  co_await b.tcu.write(IRQ_CFG0, 0xb000'0040);
  co_await b.tcu.write(INTENSET0, 1);
  co_await b.tcu.write(IRQ_CTRL, 1, 4);
  co_await b.sleep(microsecond);
  b.memory.hold(0xb000'0040, 0xb000'0043);
  b.memory.abort(0xb000'0040, 0xb000'0043);
  co_await b.tcu.write(EVCNTR, ~0ULL);
  co_await b.tcu.count(0, MonitorEvent::clock_cycle);
  co_await b.sleep(microsecond);
  EXPECT_EQ(b.tcu.edges.size(), 1u);
  EXPECT_EQ(b.tcu.monitor.busy(), "1 messages");
  co_await b.tcu.write(IRQ_CTRL, 0, 4);
  co_await b.sleep(microsecond);
  std::uint64_t acknowledged = co_await b.tcu.read(IRQ_CTRLACK, 4);
  EXPECT_EQ(acknowledged, 1u) << "the message isn't visible yet";
  b.memory.release();
  co_await b.sleep(microsecond);
  acknowledged = co_await b.tcu.read(IRQ_CTRLACK, 4);
  EXPECT_EQ(acknowledged, 0u);
  const std::uint64_t status = co_await b.tcu.read(IRQ_STATUS, 4);
  EXPECT_EQ(status, 1u);
}
TEST(SmmuPerformanceMonitor, IsDisabledWhenItsMessagesAreVisible) {
  MonitoredBench bench;
  bench.run(waits_for_its_messages(bench));
}

Task<void> counts_cycles(MonitoredBench& b) {
  co_await b.tcu.write(INTENSET0, 1);
  co_await b.tcu.write(IRQ_CTRL, 1, 4);
  co_await b.tcu.count(0, MonitorEvent::clock_cycle);
  const std::uint64_t first = co_await b.tcu.counter(0);
  const Time then = b.now();
  co_await b.sleep(12'345 * nanosecond);
  const std::uint64_t second = co_await b.tcu.counter(0);
  EXPECT_EQ((second - first) * nanosecond, b.now() - then);
  co_await b.tcu.write(EVCNTR, 0ULL - 1000);
  const Time written = b.now();
  co_await b.sleep(10 * microsecond);
  EXPECT_EQ(b.tcu.edges, std::vector<Time>{written + 1000 * nanosecond});
}
TEST(SmmuPerformanceMonitor, CountsCyclesAndOverflowsAtTheirTime) {
  MonitoredBench bench;
  bench.run(counts_cycles(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
