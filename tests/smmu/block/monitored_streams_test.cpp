// What the performance monitor of the TCU counts of single streams, and of transactions that are
// retried (IHI 0070 10.3, 10.4).
#include <set>

#include "doorbell/core/arch/random.h"
#include "tests/smmu/block/monitored.h"
#include "tests/smmu/block/stalls.h"

namespace doorbell::smmu::test {
namespace {

using enum MonitorEvent;
constexpr MonitorEvent of_requests[] = {transaction, tlb_miss, configuration_miss, table_access,
                                        configuration_access};
constexpr unsigned kinds = 5, streams = 3, pages = 5;
constexpr std::uint64_t page = 0x4000'0000, target = 0xa000'0000;

SmmuParameters with_counters(SmmuParameters parameters) {
  parameters.performance_counters = kinds * (streams + 1);
  return parameters;
}

struct StreamsBench : Bench {
  StreamsBench() : Bench(with_counters({})) {}
  Monitored tcu{"monitored_tcu", with_counters({}), smmu.tcu};
  Monitored tbu{"monitored_tbu", with_counters({}), smmu.tbu()};

  static std::uint64_t root(unsigned stream) { return 0x9800'0000 + 0x1000ULL * stream; }
  /// Pages of memory that hold a stream's tables.
  std::set<std::uint64_t> tables_of(unsigned stream) {
    std::set<std::uint64_t> found;
    for (unsigned n = 0; n < pages; ++n) {
      for (unsigned level = 0; level < 4; ++level)
        found.insert(descriptor(page + 0x1000ULL * n, level, root(stream)) >> 12);
    }
    return found;
  }
  std::uint64_t reads_of_tables(unsigned stream) {
    const std::set<std::uint64_t> tables = tables_of(stream);
    std::uint64_t reads = 0;
    for (const Memory::Access& access : memory.log)
      reads += access.port == 1 && tables.contains(access.address >> 12);
    return reads;
  }
};

/// Counter kinds * s + k: the k-th kind, of stream s, or of all where s is 0.
Task<void> count_all(StreamsBench& b) {
  for (unsigned s = 0; s <= streams; ++s) {
    for (unsigned k = 0; k < kinds; ++k)
      co_await b.tcu.count(kinds * s + k, of_requests[k], s == 0 ? all_streams : s);
  }
  for (unsigned s = 1; s <= streams; ++s)
    co_await b.tbu.count(s, tlb_miss, s);
}

Task<void> by_stream(StreamsBench& b) {
  for (unsigned s = 1; s <= streams; ++s) {
    b.translate_stream(s, static_cast<std::uint16_t>(4 + s), StreamsBench::root(s));
    for (unsigned n = 0; n < pages; ++n)
      b.map(page + 0x1000ULL * n, target + 0x10'0000ULL * s + 0x1000ULL * n, Bench::page_rw,
            StreamsBench::root(s));
  }
  co_await b.enable();
  co_await count_all(b);
  Random random(1);
  for (unsigned n = 0; n < 300; ++n) {
    // Some streams are busier than others.
    const auto s = static_cast<std::uint32_t>(1 + std::min(random.below(3), random.below(3)));
    if (random.below(6) == 0)
      co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE, .stream = {s}});
    if (random.below(6) == 0) {
      co_await b.command_and_sync(
          {.opcode = Opcode::CMD_TLBI_NH_ASID, .asid = static_cast<std::uint16_t>(4 + s)});
    }
    const Dma d = co_await b.dma_of({.stream = s, .address = page + 0x1000 * random.below(pages)});
    EXPECT_TRUE(d.ok);
  }
  std::array<std::uint64_t, kinds> sums{};
  for (unsigned s = 1; s <= streams; ++s) {
    std::array<std::uint64_t, kinds> counts;
    for (unsigned k = 0; k < kinds; ++k) {
      counts[k] = co_await b.tcu.counter(kinds * s + k);
      sums[k] += counts[k];
      EXPECT_GE(counts[k], 5u);
    }
    // Who misses in the TBU is a request here.
    EXPECT_EQ(counts[0], co_await b.tbu.counter(s)) << "stream " << s;
    EXPECT_EQ(counts[3], b.reads_of_tables(s)) << "stream " << s;
    EXPECT_EQ(counts[4], b.memory.count(1, b.ste_of(s), b.ste_of(s) + 63) +
                             b.memory.count(1, b.context_of(s), b.context_of(s) + 63))
        << "stream " << s;
    EXPECT_EQ(counts[4], 2 * counts[2]) << "an STE and a CD each time";
  }
  for (unsigned k = 0; k < kinds; ++k)
    EXPECT_EQ(sums[k], co_await b.tcu.counter(k)) << "of all streams";
  std::uint64_t walks = 0, reads = 0;
  for (unsigned n = 1; n <= 4; ++n) {
    walks += b.counter("tcu.walks_of_" + std::to_string(n));
    reads += n * b.counter("tcu.walks_of_" + std::to_string(n));
  }
  EXPECT_EQ(sums[0], b.counter("tcu.translated"));
  EXPECT_EQ(sums[1], walks);
  EXPECT_EQ(sums[2], b.counter("tcu.configuration_cache", "misses"));
  EXPECT_EQ(sums[3], reads);
}
TEST(SmmuMonitoredStreams, CountsOfEachStreamAddUpToTheStatistics) {
  StreamsBench bench;
  bench.run(by_stream(bench));
}

struct StallsBench : Bench {
  StallsBench() : Bench(with_stalls()) {}
  Monitored tcu{"monitored_tcu", with_stalls(), smmu.tcu};
  Monitored tbu{"monitored_tbu", with_stalls(), smmu.tbu()};
};

// 10.3: what is retried counts as if it were new, or not at all. A stalled transaction asks the TCU
// anew, and has all of its events; at the TBU it is the same one, waiting for its answer.
Task<void> retried(StallsBench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  b.descriptor(0x4000, 3);
  co_await b.enable();
  for (unsigned k = 0; k < kinds; ++k)
    co_await b.tcu.count(k, of_requests[k], 1);
  co_await b.tbu.count(0, transaction, 1);
  co_await b.tbu.count(1, tlb_miss, 1);
  const auto expect_counts = [&b](std::array<std::uint64_t, kinds> expected) -> Task<void> {
    for (unsigned k = 0; k < kinds; ++k)
      EXPECT_EQ(co_await b.tcu.counter(k), expected[k]) << "event " << k + 1;
  };
  Dma d = stallable_read(0x4000);
  b.start(b.dma(d));
  const Event event = co_await stall_event(b);
  co_await expect_counts({1, 1, 1, 4, 2});
  // Only the invalid descriptor isn't cached.
  co_await b.command(retry_of(event));
  const Event again = co_await stall_event(b);
  co_await expect_counts({2, 2, 1, 5, 2});
  b.map(0x4000, target);
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE, .stream = {1}});
  co_await b.command(retry_of(again));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(d.done && d.ok);
  co_await expect_counts({3, 3, 2, 6, 4});
  EXPECT_EQ(co_await b.tbu.counter(0), 1u);
  EXPECT_EQ(co_await b.tbu.counter(1), 1u);
}
TEST(SmmuMonitoredStreams, ARetryIsANewRequestOfTheSameTransaction) {
  StallsBench bench;
  bench.run(retried(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
