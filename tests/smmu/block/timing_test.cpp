// Closed-form latencies and rates, to the cycle: clock 1 GHz, memory 40 ns.
#include "doorbell/core/arch/random.h"
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

constexpr Time cycle = nanosecond;
constexpr Time access_time = 40 * nanosecond;
// Defaults of SmmuParameters.
constexpr Time micro = 1 * cycle, main_tlb = 3 * cycle, dti = 8 * cycle, configuration = 3 * cycle,
               walk_caches = 4 * cycle;

Task<void> hits_and_walks(Bench& b) {
  b.translate_stream(1);
  b.map(0x1000, 0xa000'0000);
  b.map(0x2000, 0xa000'1000);
  b.map(0x4000'0000, 0xa000'2000);
  co_await b.enable();
  // Full walk: STE, CD and four descriptors are read one after the other.
  Dma d{.address = 0x1008};
  co_await b.dma(d);
  EXPECT_EQ(d.took(), micro + main_tlb + dti + configuration + 2 * access_time + walk_caches +
                          4 * access_time + dti + access_time);
  co_await b.dma(d);
  EXPECT_EQ(d.took(), micro + access_time);
  // The next page: the walk caches know the tables, one descriptor is read.
  d.address = 0x2000;
  co_await b.dma(d);
  EXPECT_EQ(d.took(),
            micro + main_tlb + dti + configuration + walk_caches + access_time + dti + access_time);
  // Another gigabyte: only level 0 is known.
  d.address = 0x4000'0000;
  co_await b.dma(d);
  EXPECT_EQ(d.took(), micro + main_tlb + dti + configuration + walk_caches + 3 * access_time + dti +
                          access_time);
  EXPECT_EQ(b.counter("tcu.walks_of_4"), 1u);
  EXPECT_EQ(b.counter("tcu.walks_of_1"), 1u);
  EXPECT_EQ(b.counter("tcu.walks_of_3"), 1u);
  EXPECT_EQ(b.counter("tbu.micro_tlb", "hits"), 1u);
}
TEST(SmmuTiming, HitAndWalkLatenciesAreTheSumOfTheirParts) {
  Bench bench;
  bench.run(hits_and_walks(bench));
}

Task<void> cold_walk(Bench& b, Time lookup) {
  b.translate_stream(1);
  b.map(0x1000, 0xa000'0000);
  co_await b.enable();
  Dma d{.address = 0x1008};
  co_await b.dma(d);
  EXPECT_EQ(d.took(), micro + main_tlb + dti + configuration + 2 * access_time + lookup +
                          4 * access_time + dti + access_time);
}
TEST(SmmuTiming, TheSlowestWalkCacheThatThereIsDecides) {
  SmmuParameters p;
  p.tcu.walk_cache[1].latency = 7;
  p.tcu.walk_cache[2].latency = 9;
  p.tcu.walk_cache[2].geometry.entries = 0;
  Bench bench(p);
  bench.run(cold_walk(bench, 7 * cycle));
}
TEST(SmmuTiming, AWalkWithoutCachesLooksUpNothing) {
  SmmuParameters p;
  for (CacheParameters& level : p.tcu.walk_cache)
    level.geometry.entries = 0;
  Bench bench(p);
  bench.run(cold_walk(bench, 0));
}

Task<void> main_tlb_hit(Bench& b) {
  b.translate_stream(1);
  for (unsigned n = 0; n < 3; ++n)
    b.map(0x1000 * (n + 1), 0xa000'0000 + 0x1000 * n);
  co_await b.enable();
  Dma d;
  for (unsigned n = 0; n < 3; ++n) {
    d.address = 0x1000 * (n + 1);
    co_await b.dma(d);
  }
  d.address = 0x1000;  // gone from the micro TLB of two entries
  co_await b.dma(d);
  EXPECT_EQ(d.took(), micro + main_tlb + access_time);
  co_await b.dma(d);
  EXPECT_EQ(d.took(), micro + access_time) << "the main TLB's entry is in the micro TLB now";
}
TEST(SmmuTiming, AMicroTlbMissTakesTheMainTlbsLatencyMore) {
  SmmuParameters p;
  p.tbu.micro_tlb.geometry = {2, 2, ReplacementPolicy::lru, 1};
  Bench bench(p);
  bench.run(main_tlb_hit(bench));
}

// MMU-600: one look-up for each page size in use.
Task<void> two_page_sizes(Bench& b) {
  b.translate_stream(1);
  b.map(0x1000, 0xa000'0000);
  b.memory.store(b.descriptor(0x4000'0000, 2), 0xb000'0000 | (Bench::page_rw & ~2ULL));
  co_await b.enable();
  Dma page{.address = 0x1000}, block{.address = 0x4001'2340};
  co_await b.dma(page);
  co_await b.dma(block);
  EXPECT_TRUE(page.ok && block.ok);
  co_await b.dma(page);
  EXPECT_EQ(page.took(), micro + main_tlb + access_time);
  co_await b.dma(block);
  EXPECT_EQ(block.took(), micro + main_tlb + cycle + access_time);
  EXPECT_EQ(b.memory.log.back().address, 0xb001'2340u);
}
TEST(SmmuTiming, EveryPageSizeInUseTakesALookUp) {
  SmmuParameters p;
  p.tbu.micro_tlb.geometry = {1, 1, ReplacementPolicy::lru, 1};
  Bench bench(p);
  bench.run(two_page_sizes(bench));
}

Task<void> bypass_latency(Bench& b) {
  b.bypass_stream(1);
  co_await b.enable();
  Dma d{.address = 0xa000'0000};
  co_await b.dma(d);
  EXPECT_EQ(d.took(), micro + main_tlb + dti + configuration + access_time + dti + access_time);
  d.address = 0xb000'0000;  // the TBU knows now that the stream bypasses
  co_await b.dma(d);
  EXPECT_EQ(d.took(), micro + access_time);
}
TEST(SmmuTiming, BypassIsCachedInTheTbu) {
  Bench bench;
  bench.run(bypass_latency(bench));
}

Task<void> idle_sync(Bench& b) {
  co_await b.enable();
  const std::uint64_t flag = 0x8500'0000;
  b.memory.store(flag, 1, 4);
  Command sync{.signal = Command::CompletionSignal::SIG_IRQ, .msi_data = 0, .msi_address = flag};
  b.post(sync);
  const Time start = b.now();
  co_await b.ring();
  while (b.memory.load(flag, 4) != 0)
    co_await b.sleep(cycle);
  const Time took = b.now() - start;
  // docs/timing.md V6: 240 ns as a driver waits, and 6 of them on the way to SMMU_CMDQ_PROD and
  // from the message to the processor.
  EXPECT_EQ(took, 234 * nanosecond);
}
TEST(SmmuTiming, IdleSyncTakesTheSumOfItsParts) {
  Bench bench;
  bench.run(idle_sync(bench));
}

// Moving the queue 155 ns away moves the idle SYNC by two accesses (docs/timing.md V6).
Task<void> remote_sync(Bench& b) {
  co_await b.enable();
  b.memory.latency = 195 * nanosecond;
  b.memory.store(0x8500'0000, 1, 4);
  b.post({.signal = Command::CompletionSignal::SIG_IRQ, .msi_address = 0x8500'0000});
  const Time start = b.now();
  co_await b.ring();
  while (b.memory.load(0x8500'0000, 4) != 0)
    co_await b.sleep(cycle);
  EXPECT_EQ(b.now() - start, 544 * nanosecond);
}
TEST(SmmuTiming, RemoteSyncMakesTwoAccesses) {
  Bench bench;
  bench.run(remote_sync(bench));
}

Task<void> saturated_pairs(Bench& b) {
  co_await b.enable();
  constexpr unsigned pairs = 100;
  for (unsigned n = 0; n < pairs; ++n) {
    b.post({.opcode = Opcode::CMD_TLBI_NH_VA, .leaf = true, .asid = 5, .address = 0x1000ULL * n});
    b.post({.signal = Command::CompletionSignal::SIG_IRQ, .msi_address = 0x8500'0000});
  }
  const Time start = b.now();
  co_await b.ring();
  co_await b.drained();
  const Time pair = (b.now() - start) / pairs;
  EXPECT_GE(pair, 200 * nanosecond);
  EXPECT_LE(pair, 324 * nanosecond);
}
TEST(SmmuTiming, SaturatedInvalidationAndSyncTake200To324NanosecondsAPair) {
  Bench bench;
  bench.run(saturated_pairs(bench));
}

// 64 transactions at once, all hits of the main TLB: one look-up a cycle.
Task<void> pipelined(Bench& b) {
  b.translate_stream(1);
  for (unsigned n = 0; n < 64; ++n)
    b.map(0x1000 * n, 0xa000'0000 + 0x1000 * n);
  co_await b.enable();
  Dma warm;
  for (unsigned n = 0; n < 64; ++n) {
    warm.address = 0x1000 * n;
    co_await b.dma(warm);
  }
  std::vector<Dma> many(60);
  const Time start = b.now();
  for (unsigned n = 0; n < many.size(); ++n) {
    many[n].address = 0x1000 * n;
    b.start(b.dma(many[n]));
  }
  co_await b.sleep(10 * microsecond);
  Time last = 0;
  for (const Dma& d : many)
    last = std::max(last, d.ended);
  EXPECT_EQ(last - start, micro + main_tlb + (many.size() - 1) * cycle + access_time);
}
TEST(SmmuTiming, TheMainTlbTakesOneLookUpACycle) {
  SmmuParameters p;
  p.tbu.micro_tlb.geometry = {1, 1, ReplacementPolicy::lru, 1};
  Bench bench(p, 256);
  bench.run(pipelined(bench));
}

// docs/timing.md V2: random reads over N pages, one at a time, through E entries: hit + (1 - E / N)
// * walk.
Task<void> latency_cliff(Bench& b, unsigned pages, unsigned entries) {
  b.translate_stream(1);
  for (unsigned n = 0; n < pages; ++n)
    b.map(0x1000ULL * n, 0xa000'0000 + 0x1000ULL * n);
  co_await b.enable();
  Random random(1);
  Dma d;
  constexpr unsigned warm = 4000, measured = 12000;
  Time sum = 0;
  for (unsigned n = 0; n < warm + measured; ++n) {
    d.address = 0x1000 * random.below(pages);
    co_await b.dma(d);
    if (n >= warm) sum += d.took();
  }
  const double hit = static_cast<double>(micro + main_tlb + access_time);
  const double walk = static_cast<double>(dti + configuration + walk_caches + access_time + dti);
  const double expected = hit + (1.0 - static_cast<double>(entries) / pages) * walk;
  EXPECT_NEAR(static_cast<double>(sum) / measured, expected, 0.02 * expected) << pages;
}
class LatencyCliff : public testing::TestWithParam<unsigned> {};
TEST_P(LatencyCliff, FollowsTheClosedForm) {
  SmmuParameters p;
  p.tbu.micro_tlb.geometry = {1, 1, ReplacementPolicy::lru, 1};
  p.tbu.main_tlb.geometry = {128, 128, ReplacementPolicy::random, 1};
  p.tcu.walk_cache[3].geometry = {1, 1, ReplacementPolicy::lru, 1};
  Bench bench(p);
  bench.run(latency_cliff(bench, GetParam(), 128));
}
INSTANTIATE_TEST_SUITE_P(SmmuTiming, LatencyCliff, testing::Values(256, 512, 1024));

}  // namespace
}  // namespace doorbell::smmu::test
